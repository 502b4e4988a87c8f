"""The writer: one thread that owns the writing connection, commits in groups and alone checkpoints.

It takes what is queued and never waits for more, commits once and only then resolves the futures. What fails, fails by
what may still be trusted (`failures.py`):

- one request's own error undoes that request, and no other;
- a full disk fails the batch (`JournalFull`): nothing of it is kept, reads go on, a later batch may succeed;
- an I/O error ends the journal (`JournalBroken`): after a failed fsync nothing later can be trusted, so nothing is
  acknowledged any more and the process must end.

A settle (`reserved`) says what was done at a target already, so it is never refused: a batch that cannot be written
gives its settles back to the writer, which tries them again, first and alone, until the disk takes them.
SQLite hides the errors of its automatic checkpoint; that is off, and the writer checkpoints itself.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bridge.clock import Clock
from bridge.journal.batch import Job, commit
from bridge.journal.checkpoints import Checkpoints
from bridge.journal.errors import JournalBroken, JournalBusy, JournalClosed, JournalError, JournalFull
from bridge.journal.failures import judge
from bridge.journal.tx import Tx

T = TypeVar("T")
log = structlog.get_logger()

BATCH = 256
"""Requests that share one commit, at most."""
QUEUE = 2048
"""Requests that may wait; one more is refused, unless it is a settle."""
LINGER = 0.005
"""Seconds that a request may wait for others to share its commit with, where whoever asked is not in a hurry."""
RETRY = 1.0
"""Seconds until a journal that could not write tries again by itself."""
COPY_PAGES = 256
"""Pages that are copied at once for a backup, before requests are written again."""
_ROOM = "make room on the journal's disk; it goes on by itself"


@dataclass(slots=True, eq=False)
class _Copy:
    into: sqlite3.Connection
    done: asyncio.Future[None]


class Writer:
    """Started by the first submit, on the loop that submits; `close` waits for all that was submitted."""

    def __init__(
        self,
        db: sqlite3.Connection,
        clock: Clock,
        chain_key: bytes,
        limit: int = QUEUE,
        before_commit: Callable[[Tx], None] = lambda _: None,
        vault_key: bytes = b"",
    ) -> None:
        self._before_commit = before_commit
        self.broken: JournalBroken | None = None
        self.failing = False
        self.failed = asyncio.Event()
        self.on_dirty: Callable[[set[str]], None] = lambda _: None
        self.hold_reads: Callable[[], None] = lambda: None
        self.free_reads: Callable[[], None] = lambda: None
        self._db = db
        self._clock = clock
        self._chain_key = chain_key
        self._vault_key = vault_key
        self._limit = limit
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._patient: deque[Job] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting = 0  # counted on the loop alone
        self._held: list[Job] = []
        self._copies: list[_Copy] = []
        self._ending = False
        self._checkpoints = Checkpoints(db, lambda: self._call(self.hold_reads), lambda: self._call(self.free_reads))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._closed = False

    async def submit(self, work: Callable[[Tx], T], *, reserved: bool = False, patient: bool = False) -> T:
        """Run `work` in the writer thread; its result, once it is on disk. What it raises undoes it alone.

        What is `patient` goes to disk with the next that is not, `LINGER` seconds later at most.
        """
        if self.broken is not None:
            raise self.broken
        if self._closed:
            raise JournalClosed("the journal is closed")
        if not reserved:
            if self._waiting >= self._limit:
                raise JournalBusy
            self._waiting += 1
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread.start()
        job = Job(work, self._loop.create_future(), reserved)
        self._patient.append(job)
        if not patient:
            self._hand_over()
        elif self._timer is None:
            self._timer = self._loop.call_later(LINGER, self._time_is_up)
        result: T = await job.future
        return result

    def _hand_over(self) -> None:
        """Give the thread what was patient, and what came last."""
        while self._patient:
            self._jobs.put(self._patient.popleft())

    def _time_is_up(self) -> None:
        self._timer = None
        self._hand_over()

    async def copy(self, into: sqlite3.Connection) -> None:
        """Copy the whole database into another; requests are written between the steps, and are in the copy too.

        The copy is this connection's own, so that no reader holds up the WAL for as long as it takes.
        """
        copy = _Copy(into, asyncio.get_running_loop().create_future())

        def begin(_: Tx) -> None:
            if copy not in self._copies:
                self._copies.append(copy)

        await self.submit(begin, reserved=True)
        await copy.done

    def close(self) -> None:
        """Write what is queued, fold the WAL into the file, close. Blocks; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._loop is not None:
            self._hand_over()
            self._jobs.put(None)
            self._thread.join()
        if self.broken is None:
            self._checkpoint("TRUNCATE")
        self._db.close()

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException as error:  # a bug here must not leave everybody waiting
            self._break(JournalBroken(f"the writer ended unasked ({error!r})"))
            raise

    def _serve(self) -> None:
        while not self._ending:
            self._turn()
            while self._copies:
                self._copy(self._copies.pop())
        self._finish(self._held, JournalClosed("the journal could not write until it was closed"))

    def _turn(self, *, wait: bool = True) -> None:
        """Write what is queued."""
        batch = self._take(wait=wait)
        held, self._held = self._held, []
        if held:
            self._write(held)
        if batch or (self.failing and not held):
            self._write(batch)
        if self.failing or self._checkpoints.is_due:
            self._checkpoint("PASSIVE")

    def _copy(self, copy: _Copy) -> None:
        def between(*_: int) -> None:
            if self._ending or self.broken:
                raise JournalClosed("the journal was closed before its copy was whole")
            self._turn(wait=False)

        try:
            self._db.backup(copy.into, pages=COPY_PAGES, progress=between, sleep=0.001)
        except (sqlite3.Error, JournalClosed) as error:
            self._call(_fail, copy.done, error)
        else:
            self._call(_succeed, copy.done)

    def _take(self, *, wait: bool) -> list[Job]:
        """What is queued. Waits for the first; with an end, while nothing can be written."""
        batch: list[Job] = []
        try:
            job = self._jobs.get(wait, timeout=self._patience())
            while job is not None:
                batch.append(job)
                if len(batch) == BATCH:
                    return batch
                job = self._jobs.get_nowait()
        except queue.Empty:
            return batch
        self._ending = True
        return batch

    def _patience(self) -> float | None:
        """Seconds to wait for the next request, where there is something to try again meanwhile."""
        if self.failing:
            return RETRY
        return 0 if self._held or self._checkpoints.tries else None

    def _write(self, batch: list[Job]) -> None:
        tx = Tx(self._db, self._clock.now(), self._chain_key, self._vault_key)
        failure = self.broken or self._commit(batch, tx)
        if failure is None:
            self.failing = False
            self._checkpoints.wrote(sum(len(row["payload"]) for row in tx.changes))
            self._call(self._resolve, batch, None, tx)
        elif isinstance(failure, JournalBroken):
            self._finish(batch, failure)
        else:
            self._held += [job for job in batch if job.reserved]
            self._finish([job for job in batch if not job.reserved], failure)

    def _commit(self, batch: list[Job], tx: Tx) -> JournalError | None:
        """All of the batch on disk (None), or nothing of it (why)."""
        try:
            commit(batch, tx, self._before_commit)
        except sqlite3.Error as error:
            return self._undo(error)
        return None

    def _undo(self, error: sqlite3.Error) -> JournalError:
        failure = judge(error)
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        except sqlite3.Error as worse:
            failure = JournalBroken(f"a batch could not be undone ({worse}): nothing later could be trusted")
        if isinstance(failure, JournalBroken):
            return self._break(failure)
        if not self.failing:
            log.error(
                "journal.not_writable", reason=str(failure), remedy=_ROOM if isinstance(failure, JournalFull) else None
            )
        self.failing = True
        return failure

    def _break(self, failure: JournalBroken) -> JournalBroken:
        self.broken = failure
        log.critical("journal.broken", reason=str(failure), remedy="look at the disk (dmesg); then start again")
        self._call(self.failed.set)
        return failure

    def _finish(self, batch: list[Job], failure: JournalError) -> None:
        if batch:
            self._call(self._resolve, batch, failure, None)

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            return  # the loop is closed: the process is ending, and nobody waits for an answer

    def _resolve(self, batch: list[Job], failure: JournalError | None, tx: Tx | None) -> None:
        for job in batch:
            self._waiting -= not job.reserved
            error = failure or job.error
            if job.future.done():
                continue  # whoever asked has gone
            if error is not None:
                job.future.set_exception(error)
            else:
                job.future.set_result(job.result)
        if tx is not None:
            for callback in tx.callbacks:
                callback()
            if tx.dirtied:
                self.on_dirty(tx.dirtied)

    def _checkpoint(self, mode: str) -> None:
        if self.broken is not None:
            return
        try:
            self._checkpoints.run(mode)
        except sqlite3.Error as error:
            failure = judge(error)
            if isinstance(failure, JournalBroken):
                self._break(failure)
            else:
                log.warning("journal.checkpoint_put_off", reason=str(error))


def _succeed(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


def _fail(done: asyncio.Future[None], error: Exception) -> None:
    if not done.done():
        done.set_exception(error)
