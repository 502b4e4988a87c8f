"""The two nights in which Berlin's clocks are changed, ten minutes at a time: no hour is lost, and none counts twice.

The directory is compared at half past two, the app every ten minutes; nothing is written to the file from two on for an
hour. Somebody is deleted an hour after he left, and the directory is away while the clocks are changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from demo.slapd import Slapd
from tests.daemon import Daemon
from tests.faults.clocks import WallClock, enrol, entitle
from tests.faults.kills import out_of_order
from tests.faults.parts import Parts, standing
from tests.faults.sound import flaws

BERLIN = "Europe/Berlin"
STEP = timedelta(minutes=10)
PEOPLE = ["d0", "d1", "d2"]
SETTINGS = {
    "[targets.corp]": 'schedule = "30 2 * * *"',
    "[targets.corp.users]": 'on_delete = ["lock", "1h delete"]',
    "[targets.app]": 'schedule = "*/10 * * * *"',
    "[targets.file]": 'maintenance = ["0 2 * * * for 1h"]',
}


def wall(text: str) -> datetime:
    """When the clock on the wall shows this; the first time, where it does so twice."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


@dataclass(frozen=True)
class Night:
    """When the clocks are changed, the directory is compared, the file is closed and open again."""

    changed: datetime
    compared: datetime
    closed: datetime
    open: datetime

    @property
    def moments(self) -> list[datetime]:
        """From an hour and more before the change to two after it."""
        return [self.changed + number * STEP for number in range(-7, 13)]

    @property
    def left(self) -> datetime:
        """When somebody leaves: his hour has the change in it."""
        return self.changed - 3 * STEP

    @property
    def gone(self) -> datetime:
        """When he is deleted, time having gone by as ever."""
        return self.left + timedelta(hours=1)


SPRING = Night(
    changed=wall("2026-03-29 03:00"),
    compared=wall("2026-03-29 03:30"),
    closed=wall("2026-03-29 03:00"),
    open=wall("2026-03-29 04:00"),
)
AUTUMN = Night(
    changed=wall("2026-10-25 03:00") - timedelta(hours=1),
    compared=wall("2026-10-25 02:30"),
    closed=wall("2026-10-25 02:00"),
    open=wall("2026-10-25 03:00"),
)


@dataclass
class Walk:
    """A daemon's way through a night: when each target was compared, when the file was written, the leaver gone."""

    night: Night
    parts: Parts
    daemon: Daemon
    clock: WallClock
    runs: list[tuple[str, datetime]] = field(default_factory=list)
    written: list[datetime] = field(default_factory=list)
    gone: datetime | None = None

    def go(self) -> None:
        self.clock.show(self.night.moments[0])
        self.daemon.start()
        ids = enrol(self.daemon, PEOPLE)
        (leaver,) = enrol(self.daemon, ["leaver"])
        self.daemon.until(self.daemon.settled)
        for number, moment in enumerate(self.night.moments[1:], 1):
            if moment == self.night.changed:
                self.parts.slapd.stop()
            elif moment == self.night.changed + STEP:
                self.parts.slapd.start()
            seen = len(self.daemon.lines)
            self.clock.show(moment)
            if moment == self.night.left:
                self.daemon.send("DELETE", f"/Users/{leaver}")
            entitle(self.daemon, ids, f"t{number}")
            self._wait(moment, seen)
            self._look(moment, seen, f"t{number}")

    def _wait(self, moment: datetime, seen: int) -> None:
        """Until all is done that is to be done then."""
        self.daemon.wait_for("reconcile.finished", since=seen, target="app")
        if moment == self.night.compared:
            self.daemon.wait_for("reconcile.finished", since=seen, target="corp")
        if moment == self.night.gone:
            self.daemon.wait_for("delivery.applied", since=seen, target="corp", did=["delete"])
        if moment == self.night.changed:
            self.daemon.wait_for("target.went_down", since=seen, target="corp")
        else:
            self.daemon.until(self._done)

    def _done(self) -> bool:
        targets = self.daemon.status()["targets"].values()
        return all(target["backlog"] == 0 or target["closed_until"] is not None for target in targets)

    def _look(self, moment: datetime, seen: int, title: str) -> None:
        finished = (line["target"] for line in self.daemon.lines[seen:] if line["event"] == "reconcile.finished")
        self.runs += [(target, moment) for target in finished]
        if moment == self.night.changed:  # the directory is away
            return
        held = self.parts.held()
        if {(login, title) for login in PEOPLE} <= held["file"].keys():
            self.written.append(moment)
        if self.gone is None and not any(login == "leaver" for login, _ in held["corp"]):
            self.gone = moment


def configure(daemon: Daemon) -> None:
    config = daemon.config.read_text()
    for table, line in SETTINGS.items():
        config = config.replace(f"{table}\n", f"{table}\n{line}\n")
    daemon.config.write_text(f'timezone = "{BERLIN}"\n{config}')


@pytest.mark.timeout(240)
@pytest.mark.parametrize("night", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_no_hour_is_lost_and_none_counts_twice(
    night: Night, tmp_path: Path, own_slapd: Callable[..., Slapd], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", BERLIN)
    clock = WallClock(tmp_path)
    with standing(tmp_path, own_slapd(overlays=("ppolicy",))) as parts:
        daemon = parts.daemon()
        configure(daemon)
        daemon.module = clock.module(look=0.05)
        walk = Walk(night, parts, daemon, clock)
        try:
            walk.go()
            calls = Counter(call["method"] for call in parts.app("calls"))
            held, status, told = parts.held(), daemon.status(), [line["event"] for line in daemon.lines]
            order = list(out_of_order(parts))
            assert daemon.stop() == 0
        finally:
            daemon.close()

    moments = night.moments[1:]
    everybody = {(login, f"t{len(moments)}") for login in PEOPLE}
    assert [night.compared] == [moment for target, moment in walk.runs if target == "corp"]
    assert moments == [moment for target, moment in walk.runs if target == "app"]
    assert [moment for moment in moments if not night.closed <= moment < night.open] == walk.written
    assert night.gone == walk.gone
    assert {"corp": everybody, "app": everybody, "file": everybody} == {name: set(held[name]) for name in held}
    assert calls["POST"] == len(PEOPLE) + 1
    assert calls["PATCH"] == len(PEOPLE) * len(moments)
    assert told.count("target.went_down") == 1
    assert status["parked"] == []
    assert [*order, *flaws(tmp_path / "journal.db")] == []
