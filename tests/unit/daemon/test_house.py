"""The running targets: what must not end the daemon."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.clock import SetClock
from bridge.daemon.house import House
from bridge.daemon.wiring import journal_of
from bridge.settings.load import load
from bridge.settings.plugins import discover
from connectors.sdk import TargetMisconfigured

CONFIG = """
[journal]
key = "env:JOURNAL_KEY"
[clients.default]
token = "env:TOKEN"
[targets.nightly]
connector = "csv"
path = "users.csv"
schedule = "* * * * *"
[targets.nightly.users.attributes]
login = "userName"
"""


ENVIRON = {"JOURNAL_KEY": "00" * 32, "TOKEN": "t"}
WRONG = TargetMisconfigured("the password is wrong")


@pytest.mark.parametrize(("change", "waits"), [("", True), ('delimiter = ";"\n', False)])
async def test_a_target_that_is_down_is_looked_at_once_somebody_has_changed_it(
    tmp_path: Path, change: str, waits: bool
) -> None:
    """What keeps it down may be mended; one that nobody has touched keeps its time."""
    path = tmp_path / "bridge.toml"
    path.write_text(CONFIG)
    settings = load(path, discover(), environ=ENVIRON)
    clock = SetClock()
    journal = journal_of(settings, clock)
    async with House(settings, journal, clock) as house, asyncio.TaskGroup() as group:
        running = group.create_task(house.run())
        await house.units["nightly"].health.heard(WRONG)
        path.write_text(CONFIG.replace("schedule", f"{change}schedule"))
        await house.reload(load(path, discover(), environ=ENVIRON))
        left = house.units["nightly"].health.seconds_left
        running.cancel()
    await journal.close()

    assert waits is (left > 0)


async def test_a_scheduled_run_is_left_out_while_the_journal_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bridge.toml").write_text(CONFIG)
    settings = load(tmp_path / "bridge.toml", discover(), environ=ENVIRON)
    clock = SetClock()
    journal = journal_of(settings, clock)
    async with House(settings, journal, clock) as house:
        await house.units["nightly"].reconciler.run()
        clock.advance(120)  # the next is due
        monkeypatch.setattr(journal._writer, "_limit", 0)
        with capture_logs() as logs:
            running = asyncio.create_task(house.run())
            while not running.done() and not any(line["event"] == "reconcile.skipped" for line in logs):
                await asyncio.sleep(0)
        lives = not running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    await journal.close()

    assert lives
    reason = "too many requests wait to be written"
    skipped = {"event": "reconcile.skipped", "log_level": "warning", "target": "nightly", "reason": reason}
    assert skipped in logs
