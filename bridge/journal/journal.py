"""Open the journal, and hand work to its writer and its readers.

Single rows are read on the caller's thread (a hop to another costs more than the read), long reads in threads
(`scans.py`). A lock file keeps a second process out.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

from bridge.clock import Clock
from bridge.journal import chain, keys, links, lookup, schema
from bridge.journal.checkpoints import PATIENCE
from bridge.journal.cursors import Cursors
from bridge.journal.errors import JournalLocked, JournalUnusable
from bridge.journal.scans import Scans, connect, in_snapshot
from bridge.journal.tx import Tx
from bridge.journal.writer import Writer

T = TypeVar("T")
OLDEST = (3, 37)
"""The first SQLite with STRICT tables."""
WAL_ROOM = 8 * 2**20
"""Bytes that the log has from the beginning; it seldom needs more between two checkpoints."""
WRITER_CACHE = 16 * 2**20
"""Bytes of pages that the writer keeps; with four times as many, writes among a million users are no quicker."""
PLENTY = 1 * 2**30
"""Bytes that are free on a disk on which nobody misses that room."""
SOUND = (3, 51, 3)
"""The first SQLite without the WAL-reset bug: before, two connections that checkpoint at once can corrupt the file."""


class Journal:
    """The open journal. All of it is used on one event loop."""

    __slots__ = ("_closed", "_lock", "_reader", "_scans", "_writer", "cursors", "path")

    def __init__(self, path: Path, writer: Writer, lock: int, cursors: Cursors) -> None:
        self.path = path
        self.cursors = cursors
        self._writer = writer
        self._lock = lock
        self._reader = connect(path)
        self._scans = Scans(path)
        self._closed = False
        writer.hold_reads, writer.free_reads = self._scans.hold, self._scans.free

    @property
    def writable(self) -> bool:
        """Whether the last batch could be written. It becomes true again by itself, within about a second."""
        return self._writer.broken is None and not self._writer.failing

    def on_dirty(self, wake: Callable[[set[str]], None]) -> None:
        """Have `wake` called on the loop, after each commit, with the names of the targets that have new work."""
        self._writer.on_dirty = wake

    async def submit(self, work: Callable[[Tx], T], *, reserved: bool = False, patient: bool = False) -> T:
        """Run `work` in the writer thread and return its result once it is on disk; `patient` work shares a commit.

        What `work` raises undoes it alone and is raised here. `JournalBusy` where too many wait (never for `reserved`
        work), `JournalFull` where the disk is full (`reserved` work waits for room instead), `JournalBroken` after an
        I/O error. Whoever is cancelled here does not take the work back.
        """
        return await self._writer.submit(work, reserved=reserved, patient=patient)

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run a short query here and now, on the loop's own read-only connection; all it reads is of one moment."""
        return in_snapshot(self._reader, query)

    def glance(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """As `read`, for a query of one statement: that is of one moment by itself, and so costs half."""
        return query(self._reader)

    async def scan(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run a long query in a thread, on a read-only connection of its own.

        While it runs, the WAL holds all that is written since. Where that becomes too much, the query is broken off at
        its next row and begins anew; `JournalBusy` where that came to nothing a few times.
        """
        return await self._scans.run(query)

    async def copy(self, into: sqlite3.Connection) -> None:
        """Copy the whole journal into another database, made in any thread, while it is written."""
        await self._writer.copy(into)

    async def fatal(self) -> NoReturn:
        """Wait for an I/O error, for as long as there is none; then raise `JournalBroken`: the process has to end."""
        await self._writer.failed.wait()
        assert self._writer.broken is not None
        raise self._writer.broken

    async def close(self) -> None:
        """Write what is queued, then close."""
        await asyncio.to_thread(self._writer.close)
        self._let_go()

    def close_now(self) -> None:
        """Close a journal that no loop uses."""
        self._writer.close()
        self._let_go()

    def _let_go(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._scans.close()
        self._reader.close()
        os.close(self._lock)


def open_journal(path: Path, key: bytes, clock: Clock) -> Journal:
    """Open the journal at `path`, made or migrated where needed; `key` is the 32 bytes it was made with."""
    lock = take_lock(path)
    try:
        db = _connect_to_write(path)
        try:
            schema.migrate(db)
            keys.check(db, key)
            sync_folder(path)
        except BaseException:
            db.close()
            raise
        writer = Writer(db, clock, keys.chain_key(key), before_commit=_write_batch, vault_key=keys.vault_key(key))
        return Journal(path, writer, lock, Cursors(keys.cursor_key(key)))
    except sqlite3.Error as error:
        os.close(lock)
        raise JournalUnusable(f"{path}: cannot be opened as a journal ({error})") from error
    except BaseException:
        os.close(lock)
        raise


def _write_batch(tx: Tx) -> None:
    """What is written once for all requests of a batch."""
    lookup.write(tx)
    links.write(tx)
    chain.write(tx)


def take_lock(path: Path) -> int:
    """Keep every other process out; who closes what is returned lets them in."""
    beside = path.with_name(path.name + "-lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise JournalUnusable(f"{beside}: {error.strerror}; the daemon's user must be able to write there") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise JournalLocked(f"{path}: another scim-bridge has this journal open; stop it first") from None
    return lock


def _connect_to_write(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=512)
    try:
        _prepare(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    if sqlite3.sqlite_version_info < OLDEST:
        raise JournalUnusable(
            f"SQLite {sqlite3.sqlite_version} is too old: install {'.'.join(map(str, OLDEST))} or newer"
        )
    (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise JournalUnusable(f"{path}: this file system cannot hold a journal (no WAL); put it on a local disk")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten: passwords, old payloads
    db.execute("PRAGMA wal_autocheckpoint = 0")  # by hand, so that an error of its fsync is seen
    db.execute(f"PRAGMA journal_size_limit = {64 * 1024 * 1024}")
    db.execute(f"PRAGMA cache_size = {-WRITER_CACHE // 1024}")
    _fold(db, path)
    _make_room(path)


def caution() -> str | None:
    """What to heed with the SQLite that is installed; None where there is nothing."""
    if sqlite3.sqlite_version_info >= SOUND:
        return None
    return (
        f"SQLite before {'.'.join(map(str, SOUND))} can corrupt a journal that two programs checkpoint at once. Here "
        "the bridge's writer alone does: while it runs, open the journal elsewhere with `sqlite3 -readonly` only"
    )


def _fold(db: sqlite3.Connection, path: Path) -> None:
    """Move what a killed process left in the WAL into the file, synced, and begin the WAL anew.

    After a failed fsync the kernel may call pages clean that never reached the disk. The process ended, but a new one
    would read them, append behind them, and lose all of it with the power. Written once more, they are on the disk.
    """
    (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise JournalUnusable(f"{path}: another program reads this journal; end it, then start again")


def _make_room(path: Path) -> None:
    """Write zeros where the log is going to be: the sync of what lengthens a file costs two or three of what does not.

    They are no frames to SQLite. Where the disk has no plenty the log grows as it ever did.
    """
    try:
        disk = os.statvfs(path.parent)
        if disk.f_bavail * disk.f_frsize < PLENTY:
            return
        with path.with_name(path.name + "-wal").open("r+b", buffering=0) as log:
            log.write(bytes(WAL_ROOM))
            os.fsync(log)
    except OSError as error:
        raise JournalUnusable(f"{path}-wal: {error.strerror}; look at the disk (dmesg)") from error


def sync_folder(path: Path) -> None:
    """Make the names of file and log durable. SQLite syncs the folder of a new log too, and goes on where it fails."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    except OSError as error:
        raise JournalUnusable(f"{path.parent}: {error.strerror} at fsync; look at the disk (dmesg)") from error
    finally:
        os.close(folder)
