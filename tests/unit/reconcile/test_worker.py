import threading
from pathlib import Path

import pytest

from bridge.clock import SetClock
from bridge.journal import open_journal
from bridge.reconcile.worker import working


@pytest.fixture
async def journal(tmp_path: Path):
    journal = open_journal(tmp_path / "journal.db", bytes(32), SetClock())
    yield journal
    await journal.close()


async def test_all_work_of_a_run_is_done_in_one_thread_that_is_not_the_loops(journal):
    async with working(journal.path, "corp") as worker:
        threads = {await worker.do(lambda _: threading.current_thread().name) for _ in range(3)}

    assert {"reconcile-corp_0"} == threads


async def test_the_thread_ends_with_the_run(journal):
    async with working(journal.path, "corp") as worker:
        thread = await worker.do(lambda _: threading.current_thread())
    thread.join(10)

    assert not thread.is_alive()


async def test_what_goes_wrong_in_the_thread_is_raised_in_the_run(journal):
    with pytest.raises(ZeroDivisionError):
        async with working(journal.path, "corp") as worker:
            await worker.do(lambda _: 1 / 0)


async def test_the_tables_of_a_run_leave_no_file(journal, tmp_path):
    async with working(journal.path, "corp") as worker:
        await worker.do(lambda scratch: scratch.see("users", []))
        during = {path.name for path in tmp_path.iterdir()}

    assert {"journal.db", "journal.db-wal", "journal.db-shm", "journal.db-lock"} >= during
