from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.clock import SetClock
from bridge.journal import runs
from bridge.journal.journal import Journal, open_journal
from bridge.journal.runs import Read, Run, RunState

READ = {"users": Read(entries=120, linked=78)}


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1000)


@pytest.fixture
async def journal(tmp_path: Path, clock: SetClock) -> AsyncIterator[Journal]:
    journal = open_journal(tmp_path / "journal.db", bytes(32), clock)
    yield journal
    await journal.close()


async def run(journal: Journal, state: RunState, reason: str | None = None) -> int:
    began = await journal.submit(lambda tx: runs.begin(tx, "corp"))
    await journal.submit(lambda tx: runs.end(tx, began, state, reason, READ))
    return began


async def test_a_run_is_remembered_from_its_beginning_to_its_end(journal, clock):
    began = await journal.submit(lambda tx: runs.begin(tx, "corp"))
    reading = journal.read(lambda db: runs.latest(db, "corp"))
    clock.advance(5)
    await journal.submit(lambda tx: runs.end(tx, began, RunState.FINISHED, None, READ))

    assert Run(began, "corp", 1000, None, RunState.READING, None, {}) == reading
    expected = Run(began, "corp", 1000, 6000, RunState.FINISHED, None, READ)
    assert expected == journal.read(lambda db: runs.latest(db, "corp"))


async def test_the_last_good_run_is_the_measure_whatever_came_later(journal):
    good = await run(journal, RunState.FINISHED)
    await run(journal, RunState.NOT_CREDIBLE, "the read of users was empty")
    await run(journal, RunState.FAILED, "the target is down")

    assert good == journal.read(lambda db: runs.last_good(db, "corp")).id
    assert "the target is down" == journal.read(lambda db: runs.latest(db, "corp")).reason


async def test_a_run_that_a_killed_daemon_left_is_closed_by_the_next(journal):
    left = await journal.submit(lambda tx: runs.begin(tx, "corp"))
    await journal.submit(lambda tx: runs.begin(tx, "corp"))

    query = "SELECT state, reason FROM run WHERE id = ?"
    found = journal.read(lambda db: tuple(db.execute(query, (left,)).fetchone()))
    assert ("failed", "the daemon ended before the run was over") == found


async def test_the_schedule_learns_when_the_last_run_began(journal, clock):
    before = journal.read(lambda db: runs.last_run(db, "corp"))
    await run(journal, RunState.FAILED)
    clock.advance(60)
    await run(journal, RunState.FINISHED)

    assert before is None
    assert 61_000 == journal.read(lambda db: runs.last_run(db, "corp"))


async def test_a_target_that_never_ran_has_no_runs(journal):
    assert journal.read(lambda db: runs.last_good(db, "corp")) is None
