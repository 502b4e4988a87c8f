import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bridge.clock import SetClock
from bridge.journal import writer as writer_module
from bridge.journal.errors import JournalBroken, JournalBusy, JournalClosed, JournalFull
from bridge.journal.journal import Journal
from bridge.journal.schema import migrate
from bridge.journal.tx import Tx
from bridge.journal.writer import Writer

NOTES = "CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT"

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def quiet():
    from structlog.testing import capture_logs

    with capture_logs() as entries:
        yield entries


class CountingClock(SetClock):
    """Asked once per batch."""

    batches = 0

    def now(self) -> int:
        self.batches += 1
        return super().now()


def put(name: str, size: int = 1) -> Callable[[Tx], str]:
    def work(tx: Tx) -> str:
        tx.db.execute("INSERT INTO note VALUES (?, ?)", (name, "x" * size))
        return name

    return work


def fail(error: Exception) -> Callable[[Tx], None]:
    def work(tx: Tx) -> None:
        put("failed")(tx)
        raise error

    return work


def refuse(tx: Tx) -> None:
    raise ValueError("refused before anything was written")


def fill_the_disk(tx: Tx) -> None:
    tx.db.execute("PRAGMA max_page_count = 1").fetchone()  # SQLite takes the pages there are


def make_room(tx: Tx) -> None:
    tx.db.execute("PRAGMA max_page_count = 1000000").fetchone()


def names(journal: Journal) -> list[str]:
    return journal.read(lambda db: [name for (name,) in db.execute("SELECT name FROM note ORDER BY name")])


@asynccontextmanager
async def held_up(journal: Journal) -> AsyncIterator[None]:
    """Keep the writer busy, so that what is submitted inside is taken as one batch."""
    begun, go = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work(tx: Tx) -> None:
        loop.call_soon_threadsafe(begun.set)
        go.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(journal.submit(work))
        await begun.wait()
        try:
            yield
        finally:
            go.set()


async def together(journal: Journal, *works: Callable[[Tx], object], reserved: bool = False) -> list[object]:
    """What each of one batch got: its result or its error."""
    async with held_up(journal):
        answers = [asyncio.ensure_future(journal.submit(work, reserved=reserved)) for work in works]
        await asyncio.sleep(0)
    return await asyncio.gather(*answers, return_exceptions=True)


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Writer]:
    db = sqlite3.connect(tmp_path / "small.db", isolation_level=None, check_same_thread=False)
    migrate(db)
    db.execute("INSERT INTO head VALUES (1, 0, x'00', x'00')")
    db.execute(NOTES)
    writer = Writer(db, SetClock(), b"", limit=3)
    yield writer
    await asyncio.to_thread(writer.close)


async def test_an_answer_means_that_it_is_committed(journal, tmp_path):
    answer = await journal.submit(put("a"))

    with sqlite3.connect(tmp_path / "journal.db") as other:
        found = other.execute("SELECT name FROM note").fetchall()
    other.close()
    assert "a" == answer
    assert [("a",)] == found


async def test_what_is_queued_shares_one_commit(tmp_path):
    clock = CountingClock()
    db = sqlite3.connect(tmp_path / "counted.db", isolation_level=None, check_same_thread=False)
    migrate(db)
    db.execute(NOTES)
    writer = Writer(db, clock, b"")

    answers = await together(writer, *(put(f"{n:02}") for n in range(20)))
    await asyncio.to_thread(writer.close)

    assert [f"{n:02}" for n in range(20)] == answers
    assert 2 == clock.batches


async def test_patient_work_shares_the_commit_of_what_comes_next(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "LINGER", 3600.0)
    clock = CountingClock()
    db = sqlite3.connect(tmp_path / "counted.db", isolation_level=None, check_same_thread=False)
    migrate(db)
    db.execute(NOTES)
    writer = Writer(db, clock, b"")
    patient = [asyncio.ensure_future(writer.submit(put(name), patient=True)) for name in "ab"]
    await asyncio.sleep(0)

    await writer.submit(put("c"))

    assert ["a", "b"] == await asyncio.gather(*patient)
    assert 1 == clock.batches
    await asyncio.to_thread(writer.close)


async def test_patient_work_alone_is_written_all_the_same(journal):
    assert "a" == await journal.submit(put("a"), patient=True)
    assert "b" == await journal.submit(put("b"), patient=True)


async def test_closing_writes_what_was_patient(journal, monkeypatch):
    monkeypatch.setattr(writer_module, "LINGER", 3600.0)
    await journal.submit(put("a"))
    patient = asyncio.ensure_future(journal.submit(put("b"), patient=True))
    await asyncio.sleep(0)

    await journal.close()

    assert "b" == await patient


async def test_a_refused_request_undoes_itself_alone(journal):
    first, refused, last = await together(journal, put("a"), fail(ValueError("no")), put("b"))

    assert ("a", "b") == (first, last)
    assert isinstance(refused, ValueError)
    assert ["a", "b"] == names(journal)


async def test_work_runs_once_unless_another_of_its_batch_failed_after_it_had_written(journal):
    ran = []

    def counted(name: str) -> Callable[[Tx], str]:
        def work(tx: Tx) -> str:
            ran.append(name)
            return put(name)(tx)

        return work

    await together(journal, counted("a"), refuse, counted("b"))
    once, ran[:] = list(ran), []
    await together(journal, counted("c"), fail(ValueError("no")), counted("d"))

    assert ["a", "b"] == once
    assert ["c", "c", "d"] == ran
    assert ["a", "b", "c", "d"] == names(journal)


async def test_a_broken_constraint_is_its_requests_own_error(journal):
    first, twice, last = await together(journal, put("a"), put("a"), put("b"))

    assert ("a", "b") == (first, last)
    assert isinstance(twice, sqlite3.IntegrityError)


async def test_an_error_that_no_future_takes_reaches_the_caller_all_the_same(journal):
    stopped, other = await together(journal, fail(StopIteration()), put("a"))

    assert isinstance(stopped, RuntimeError)
    assert "a" == other


async def test_callbacks_run_on_the_loop_after_the_commit(journal):
    seen: list[object] = []

    def work(tx: Tx) -> None:
        put("a")(tx)
        tx.after_commit(lambda: seen.append((threading.current_thread(), names(journal))))

    await journal.submit(work)
    await asyncio.sleep(0)

    assert [(threading.current_thread(), ["a"])] == seen


async def test_what_is_undone_calls_nobody_and_wakes_nobody(journal):
    called: list[object] = []
    journal.on_dirty(called.append)

    def work(tx: Tx) -> None:
        tx.dirtied.add("corp")
        tx.after_commit(lambda: called.append("callback"))
        raise ValueError

    with suppress(ValueError):
        await journal.submit(work)
    await asyncio.sleep(0)

    assert [] == called


async def test_a_batch_wakes_each_target_once(journal):
    woken: list[set[str]] = []
    journal.on_dirty(woken.append)

    await together(journal, *(lambda tx, t=target: tx.dirtied.add(t) for target in ("corp", "saas", "corp")))

    assert [{"corp", "saas"}] == woken


async def test_beyond_the_queue_requests_are_refused_and_settles_are_not(small):
    async with held_up(small):
        waiting = [asyncio.ensure_future(small.submit(put(name))) for name in "ab"]
        await asyncio.sleep(0)
        with pytest.raises(JournalBusy) as refused:
            await small.submit(put("c"))
        settle = asyncio.ensure_future(small.submit(put("d"), reserved=True))

    assert 1 == refused.value.retry_after
    assert ["a", "b", "d"] == await asyncio.gather(*waiting, settle)


async def test_room_in_the_queue_comes_back_with_the_answers(small):
    for name in "abcdef":
        await small.submit(put(name))

    with pytest.raises(ValueError, match="no"):
        await small.submit(fail(ValueError("no")))
    assert "g" == await small.submit(put("g"))


async def test_whoever_goes_away_does_not_take_the_work_back(journal):
    async with held_up(journal):
        gone = asyncio.ensure_future(journal.submit(put("a")))
        await asyncio.sleep(0)
        gone.cancel()
    await journal.submit(put("b"))

    assert ["a", "b"] == names(journal)


async def test_a_full_disk_fails_the_whole_batch_and_reads_go_on(journal, quiet):
    await journal.submit(put("before"))
    await journal.submit(fill_the_disk)

    small, large = await together(journal, put("small"), put("large", 100_000))

    assert isinstance(small, JournalFull)
    assert isinstance(large, JournalFull)
    assert not journal.writable
    assert ["before"] == names(journal)
    assert ["journal.not_writable"] == [entry["event"] for entry in quiet]


async def test_a_full_disk_heals(journal):
    await journal.submit(fill_the_disk)
    with suppress(JournalFull):
        await journal.submit(put("large", 100_000))

    await journal.submit(make_room)

    assert "large" == await journal.submit(put("large", 100_000))
    assert journal.writable


async def test_a_request_that_hides_the_full_disk_is_not_acknowledged(journal):
    await journal.submit(fill_the_disk)

    def hides(tx: Tx) -> None:
        with suppress(sqlite3.Error):
            put("large", 100_000)(tx)

    before, hidden, after = await together(journal, put("a"), hides, put("b"))

    acknowledged = [answer for answer in (before, hidden, after) if not isinstance(answer, Exception)]
    assert set(filter(None, acknowledged)) == set(names(journal))


async def test_a_settle_waits_for_room_on_a_full_disk(journal):
    await journal.submit(fill_the_disk)

    settle, request = await asyncio.gather(
        asyncio.wait([asyncio.ensure_future(journal.submit(put("settle", 100_000), reserved=True))], timeout=0.01),
        asyncio.gather(journal.submit(put("request", 100_000)), return_exceptions=True),
    )
    (pending,) = settle[1]
    await journal.submit(make_room)

    assert isinstance(request[0], JournalFull)
    assert "settle" == await pending
    assert ["settle"] == names(journal)


async def test_a_settle_that_never_found_room_is_told_at_the_end(journal):
    await journal.submit(fill_the_disk)
    settle = asyncio.ensure_future(journal.submit(put("settle", 100_000), reserved=True))
    await asyncio.sleep(0)

    await journal.close()

    with pytest.raises(JournalClosed):
        await settle


async def test_a_request_that_ends_the_transaction_fails_its_batch_and_not_the_writer(journal):
    def rude(tx: Tx) -> None:
        tx.db.execute("ROLLBACK")
        raise ValueError

    answers = await together(journal, put("a"), rude, put("b"))

    assert [JournalBusy] * 3 == [type(answer) for answer in answers]
    assert "c" == await journal.submit(put("c"))
    assert ["c"] == names(journal)


async def test_after_an_io_error_nothing_is_acknowledged_ever_again(journal):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC

    answers = await together(journal, put("a"), fail(error), put("b"), reserved=True)

    assert [JournalBroken] * 3 == [type(answer) for answer in answers]
    assert not journal.writable
    with pytest.raises(JournalBroken):
        await journal.fatal()
    with pytest.raises(JournalBroken):
        await journal.submit(put("c"), reserved=True)
    assert [] == names(journal)


async def test_closing_writes_what_is_queued(journal, tmp_path):
    answers = [asyncio.ensure_future(journal.submit(put(f"{n:03}"))) for n in range(600)]
    await asyncio.sleep(0)

    await journal.close()

    with sqlite3.connect(tmp_path / "journal.db") as other:
        (written,) = other.execute("SELECT count(*) FROM note").fetchone()
    other.close()
    assert 600 == written
    assert 600 == len(await asyncio.gather(*answers))


async def test_a_closed_journal_takes_nothing(journal):
    await journal.close()

    with pytest.raises(JournalClosed):
        await journal.submit(put("a"))


async def test_the_writer_moves_the_log_into_the_file_from_time_to_time(journal, tmp_path):
    before = (tmp_path / "journal.db").stat().st_size

    await journal.submit(lambda tx: [put(f"{n}", 100)(tx) for n in range(5000)] and None)
    await journal.submit(put("after the checkpoint"))

    assert before + 500_000 < (tmp_path / "journal.db").stat().st_size
