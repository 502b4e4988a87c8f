"""The writer: one thread that owns the writing connection, commits in groups and alone checkpoints.

It takes what is queued and never waits for more, gives each request its savepoint, commits once and only then resolves
the futures. Errors of SQLite are sorted by what may still be trusted:

- a full disk fails the batch (`JournalFull`): nothing of it is kept, reads go on, the next batch may succeed;
- an I/O error ends the journal (`JournalBroken`): after a failed fsync nothing later can be trusted, so nothing is
  acknowledged any more and the process must end;
- FULL, IOERR, NOMEM and INTERRUPT may roll back the whole transaction inside a savepoint (seen on 3.40), so any of them
  fails the whole batch, and COMMIT is sent only while the transaction is open.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from bridge.clock import Clock
from bridge.journal.errors import JournalBroken, JournalBusy, JournalError, JournalFull

T = TypeVar("T")
log = structlog.get_logger()

BATCH = 256
"""Requests that share one commit, at most."""
QUEUE = 2048
"""Requests that may wait; one more is refused, unless it is a settle."""
CHECKPOINT_CHANGES = 4000
"""Rows changed between two checkpoints."""

_WHOLE_BATCH = frozenset((sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT))


@dataclass(slots=True)
class Tx:
    """What work in the writer thread may use: the connection, the time of the batch, the key of the chain."""

    db: sqlite3.Connection
    now: int
    chain_key: bytes
    dirtied: set[str] = field(default_factory=set)
    callbacks: list[Callable[[], None]] = field(default_factory=list)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call it on the event loop once this batch is on disk."""
        self.callbacks.append(callback)


@dataclass(slots=True)
class _Job:
    work: Callable[[Tx], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Made and started on the loop that submits; `close` waits for all that was submitted."""

    def __init__(self, db: sqlite3.Connection, clock: Clock, chain_key: bytes) -> None:
        self._db = db
        self._clock = clock
        self._chain_key = chain_key
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._waiting = 0
        self._checkpointed = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self.broken: JournalBroken | None = None
        self.full = False
        self.failed = asyncio.Event()
        self.on_dirty: Callable[[set[str]], None] = lambda _: None

    async def submit(self, work: Callable[[Tx], T], *, reserved: bool = False) -> T:
        """Run `work` in the writer thread; its result, once it is on disk. What it raises undoes it alone."""
        if self.broken is not None:
            raise self.broken
        if self._waiting >= QUEUE and not reserved:
            raise JournalBusy
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread.start()
        job = _Job(work, self._loop.create_future())
        self._waiting += 1
        self._jobs.put(job)
        result: T = await job.future
        return result

    def close(self) -> None:
        """Write what is queued, fold the WAL into the file, close. Blocks; the loop must not submit any more."""
        if self._loop is not None:
            self._jobs.put(None)
            self._thread.join()
        if self.broken is None:
            self._checkpoint("TRUNCATE")
        self._db.close()

    def _run(self) -> None:
        ending = False
        while not ending:
            batch: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                batch.append(job)
                if len(batch) == BATCH:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            ending = job is None
            if batch:
                self._write(batch)

    def _write(self, batch: list[_Job]) -> None:
        tx = Tx(self._db, self._clock.now(), self._chain_key)
        failure = self.broken or self._commit(batch, tx)
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(self._resolve, batch, failure, tx)
        except RuntimeError:
            return  # the loop is closed: the process is ending, and nobody waits for an answer
        if failure is None and self._db.total_changes - self._checkpointed > CHECKPOINT_CHANGES:
            self._checkpoint("PASSIVE")

    def _commit(self, batch: list[_Job], tx: Tx) -> JournalError | None:
        """All of the batch on disk (None), or nothing of it (why)."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for job in batch:
                self._work(job, tx)
            if not self._db.in_transaction:
                raise sqlite3.OperationalError("the transaction ended by itself")
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            return self._undo(error)
        self.full = False
        return None

    def _work(self, job: _Job, tx: Tx) -> None:
        self._db.execute("SAVEPOINT work")
        kept_callbacks, kept_dirtied = len(tx.callbacks), set(tx.dirtied)
        try:
            job.result = job.work(tx)
        except Exception as error:
            if _fails_all(error) or not self._db.in_transaction:
                raise
            self._db.execute("ROLLBACK TO work")
            del tx.callbacks[kept_callbacks:]
            tx.dirtied.intersection_update(kept_dirtied)
            job.error = error
        self._db.execute("RELEASE work")

    def _undo(self, error: sqlite3.Error) -> JournalError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_IOERR:
            return self._break(error)
        if self._db.in_transaction:
            try:
                self._db.execute("ROLLBACK")
            except sqlite3.Error as worse:
                return self._break(worse)
        if code == sqlite3.SQLITE_FULL:
            if not self.full:
                log.error("journal.disk_full", remedy="make room on the journal's disk; it goes on by itself")
            self.full = True
            return JournalFull("the journal's disk is full")
        log.error("journal.batch_failed", exc_info=error)
        return JournalFull(f"the journal could not write ({error})")

    def _break(self, error: sqlite3.Error) -> JournalBroken:
        self.broken = JournalBroken(f"an I/O error on the journal ({error}): nothing later could be trusted")
        log.critical("journal.broken", reason=str(error), remedy="look at the disk (dmesg); then start again")
        return self.broken

    def _resolve(self, batch: list[_Job], failure: JournalError | None, tx: Tx) -> None:
        self._waiting -= len(batch)
        for job in batch:
            if job.future.done():
                continue
            if failure is not None or job.error is not None:
                job.future.set_exception(failure or job.error)  # type: ignore[arg-type]
            else:
                job.future.set_result(job.result)
        if self.broken is not None:
            self.failed.set()
        elif failure is None:
            for callback in tx.callbacks:
                callback()
            if tx.dirtied:
                self.on_dirty(tx.dirtied)

    def _checkpoint(self, mode: str) -> None:
        self._checkpointed = self._db.total_changes
        try:
            self._db.execute(f"PRAGMA wal_checkpoint({mode})")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR:
                self._break(error)
                if self._loop is not None:
                    self._loop.call_soon_threadsafe(self.failed.set)
            else:
                log.warning("journal.checkpoint_put_off", reason=str(error))


def _fails_all(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _WHOLE_BATCH
