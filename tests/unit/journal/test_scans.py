"""Long reads: few at once, broken off where they hold up the log, and ended with the journal."""

import asyncio
import threading

import pytest

from bridge.journal.errors import JournalBusy, JournalClosed
from bridge.journal.scans import END, THREADS

ENDLESS = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number) SELECT n FROM number"


async def test_a_read_that_is_broken_off_begins_anew(journal):
    await journal.submit(lambda tx: tx.db.execute("INSERT INTO note VALUES ('a', '')"))
    asked: list[bool] = []

    def interrupts() -> bool:
        asked.append(True)
        return len(asked) == 1

    def read(db):
        db.set_progress_handler(interrupts, 1)
        return [name for (name,) in db.execute("SELECT name FROM note")]

    assert ["a"] == await journal.scan(read)
    assert 1 < len(asked)


@pytest.mark.parametrize("statements", [0, 1])
async def test_a_read_that_is_between_two_statements_is_broken_off_at_the_next(journal, statements):
    """An interrupt that meets no statement is lost: the one that begins now would keep the log until it has ended."""
    await journal.submit(lambda tx: tx.db.execute("INSERT INTO note VALUES ('a', '')"))
    loop, between, over, held = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event(), threading.Event()
    begun: list[bool] = []

    def read(db):
        begun.append(held.is_set())
        for _ in range(statements):
            db.execute("SELECT 1").fetchall()
        loop.call_soon_threadsafe(between.set)
        held.wait()
        try:
            return [name for (name,) in db.execute("SELECT name FROM note")]
        finally:
            loop.call_soon_threadsafe(over.set)

    reading = asyncio.gather(journal.scan(read))
    await between.wait()
    journal._scans.hold()
    held.set()
    await over.wait()
    journal._scans.free()

    assert [["a"]] == await reading
    assert [False, True] == begun


async def test_a_read_whose_very_end_is_broken_off_leaves_nothing_behind(journal):
    ends: list[str] = []

    def interrupts(db, statement: str) -> None:
        if statement == END:
            ends.append(statement)
        if len(ends) == 1:
            db.interrupt()

    def read(db):
        db.set_trace_callback(lambda statement: interrupts(db, statement))
        return db

    db = await journal.scan(read)

    assert 3 == len(ends)  # broken off, made up for, and that of the second read
    assert not db.in_transaction


async def test_many_reads_at_once_share_a_few_connections(journal):
    used = await asyncio.gather(*(journal.scan(lambda db: db) for _ in range(3 * THREADS)))

    assert len(set(used)) <= THREADS


async def test_a_slow_reader_does_not_hold_up_the_wal(journal, tmp_path):
    """It reads a row whenever a mebibyte was written; without an end to it the log would grow to the last one."""
    await journal.submit(
        lambda tx: tx.db.executemany("INSERT INTO note VALUES (?, '')", [(f"{n}",) for n in range(200)])
    )
    loop, written, largest = asyncio.get_running_loop(), 0, 0

    async def write() -> None:
        nonlocal written, largest
        await journal.submit(lambda tx: tx.db.execute("UPDATE note SET text = ?", (f"{written:05}" * 1000,)))
        written += 1
        largest = max(largest, (tmp_path / "journal.db-wal").stat().st_size)

    def read(db):
        count = 0
        for _ in db.execute("SELECT name FROM note"):
            asyncio.run_coroutine_threadsafe(write(), loop).result()
            count += 1
        return count

    with pytest.raises(JournalBusy):
        await journal.scan(read)

    assert 100 < written  # it was begun anew a few times
    assert 24 << 20 < largest < 64 << 20
    for _ in range(200):
        await write()
    assert largest < 64 << 20
    assert 200 == await journal.scan(lambda db: db.execute("SELECT count(*) FROM note").fetchone()[0])


async def test_what_is_read_still_is_broken_off_by_the_end_of_the_journal(journal):
    loop, begun = asyncio.get_running_loop(), asyncio.Event()

    def read(db):
        for (number,) in db.execute(ENDLESS):
            if number == 1:
                loop.call_soon_threadsafe(begun.set)

    reading = asyncio.gather(journal.scan(read), return_exceptions=True)
    await begun.wait()
    await journal.close()

    assert [JournalClosed] == [type(error) for error in await reading]
    with pytest.raises(JournalClosed):
        await journal.scan(read)
