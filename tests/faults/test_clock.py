"""The clock of the machine is set a year ahead, right again, a year back, by an hour; changes go on as if it were not.

In the middle of each jump a directory is away, so that something is put off until a time that comes too soon or never.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.slapd import Slapd
from tests.faults.clocks import WallClock, enrol, entitle
from tests.faults.parts import standing

YEAR, HOUR = 365 * 86_400, 3600
CLOCKS = (YEAR, 0, -YEAR, HOUR, 0)
"""Seconds by which the clock is wrong, one after the other."""
PEOPLE = 20


@pytest.mark.timeout(240)
def test_a_clock_that_is_set_changes_nothing(tmp_path: Path, own_slapd: Callable[..., Slapd]) -> None:
    clock = WallClock(tmp_path)
    slapd = own_slapd()
    with standing(tmp_path, slapd) as parts:
        daemon = parts.daemon()
        daemon.module = clock.module()
        daemon.start()
        try:
            ids = enrol(daemon, [f"c{number}" for number in range(PEOPLE)])
            daemon.until(daemon.settled)
            for number, seconds in enumerate(CLOCKS):
                slapd.stop()
                seen = len(daemon.lines)
                entitle(daemon, ids, f"t{number}a")
                daemon.wait_for("target.went_down", since=seen, target="corp")
                clock.be_wrong_by(seconds)
                entitle(daemon, ids, f"t{number}b")
                slapd.start()
                daemon.until(daemon.settled, seconds=60)
            calls = Counter(call["method"] for call in parts.app("calls"))
            held = parts.held()
            status = daemon.status()
            assert daemon.stop() == 0
        finally:
            daemon.close()

    everybody = {(f"c{number}", f"t{len(CLOCKS) - 1}b") for number in range(PEOPLE)}
    assert {"corp": everybody, "app": everybody, "file": everybody} == {name: set(held[name]) for name in held}
    assert status["parked"] == []
    assert calls["POST"] == PEOPLE
    assert calls["PATCH"] <= 2 * PEOPLE * len(CLOCKS)
