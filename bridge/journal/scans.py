"""Long reads: in a few threads, each with a read-only connection of its own, so that the loop goes on meanwhile.

A thread keeps its connection: however many reads are asked for at once, there are no more caches of SQLite than there
are threads, and each lies in the memory that its own thread allocates from.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from bridge.journal.errors import JournalBusy, JournalClosed

T = TypeVar("T")
THREADS = 4
"""Long reads at once; each connection keeps up to 2 MiB of pages, and the statements that it ran last."""
END = "COMMIT"
TRIES = 5
"""How often a long read is begun, where it is broken off to keep the log small."""


class _BrokenOff(Exception):
    """A read was in the way of the log."""


class Scans:
    """Runs long reads of the journal at `path`. All of it is used on one event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(THREADS, "journal-scan")
        self._own = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._closed = False
        self._free = asyncio.Event()
        self._free.set()

    async def run(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run the query in a thread; all it reads is of one moment.

        Where it is broken off, it begins anew; `JournalBusy` where that came to nothing `TRIES` times.
        """
        for _ in range(TRIES):
            await self._free.wait()
            if self._closed:
                raise JournalClosed("the journal is closed")
            with suppress(_BrokenOff):
                return await asyncio.get_running_loop().run_in_executor(self._threads, self._look, query)
        raise JournalBusy(problem="the read took so long that the journal could not be tidied")

    def hold(self) -> None:
        """Break off what is read: it lets go of the log, and begins anew when it may."""
        self._free.clear()
        for db in self._open:
            db.interrupt()

    def free(self) -> None:
        """Let reads begin again."""
        self._free.set()

    def close(self) -> None:
        """Break off what is read, and wait for that; whoever waits to read is told `JournalClosed`."""
        self._closed = True
        self.hold()
        self._threads.shutdown()
        while self._open:
            self._open.pop().close()
        self.free()

    def _look(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """In a thread, which may have been waited for while reads were held."""
        if not self._free.is_set():
            raise _BrokenOff
        db = self._connection()
        try:
            return in_snapshot(db, query)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            if db.in_transaction:  # its very end was broken off
                db.execute(END)
            raise _BrokenOff from None

    def _connection(self) -> sqlite3.Connection:
        """This thread's own."""
        if not hasattr(self._own, "db"):
            db = self._own.db = connect(self._path)
            db.set_trace_callback(lambda statement: self._begins(db, statement))
            self._open.append(db)
        own: sqlite3.Connection = self._own.db
        return own

    def _begins(self, db: sqlite3.Connection, statement: str) -> None:
        """An interrupt that met no statement is lost: the next one breaks itself off, unless it lets go of the log."""
        if statement != END and not self._free.is_set():
            db.interrupt()


def connect(path: Path) -> sqlite3.Connection:
    """A connection that reads and cannot write."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("PRAGMA busy_timeout = 5000")
    return db


def in_snapshot(db: sqlite3.Connection, query: Callable[[sqlite3.Connection], T]) -> T:
    """Run the query; all it reads is of one moment."""
    db.execute("BEGIN")
    try:
        return query(db)
    finally:
        db.execute(END)
