"""The WAL is folded into the file by the writer alone, now and then, and kept small whoever reads.

A reader of an old snapshot keeps the WAL from beginning anew, and so do many that read by turns. Our own are asked to
let go and to wait for a moment; another program's cannot be.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import structlog

log = structlog.get_logger()

CHANGES = 4000
"""Rows changed between two checkpoints."""
BYTES = 4 * 2**20
"""Bytes of requests between two checkpoints: a few large ones fill the WAL as well."""
PINNED = 24 * 2**20
"""Bytes of WAL from which on reads of old snapshots are broken off, so that it stays below 64 MiB."""
ENDING = 0.1
"""Seconds to wait for readers at each try."""
TRIES = 10
"""How often it is tried while our own readers are held; who reads still is somebody else."""
PATIENCE = 5.0
"""Seconds to wait for another program that holds the file (a person's `sqlite3`, a backup)."""
_REMEDY = "end other programs that read the journal (sqlite3, a copy)"


class Checkpoints:
    """The checkpoints of a connection. Where readers are in the way, ours let go: none reads from `hold` to `free`."""

    def __init__(self, db: sqlite3.Connection, hold: Callable[[], None], free: Callable[[], None]) -> None:
        self.tries = 0  # that are left, while reads are held
        self._db = db
        self._hold = hold
        self._free = free
        self._changes = db.total_changes
        self._bytes = 0
        (self._page,) = db.execute("PRAGMA page_size").fetchone()

    @property
    def is_due(self) -> bool:
        return self.tries > 0 or self._db.total_changes - self._changes > CHANGES or self._bytes > BYTES

    def wrote(self, size: int) -> None:
        """Count the bytes of a batch's requests."""
        self._bytes += size

    def run(self, mode: str) -> None:
        """Fold what is committed into the file; `mode` as SQLite has it. Raises `sqlite3.Error`."""
        self._changes, self._bytes = self._db.total_changes, 0
        _, pages, _ = self._db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        if self.tries or pages * self._page > PINNED:
            self._unpin()

    def _unpin(self) -> None:
        """Begin the WAL anew, now or at one of the next turns."""
        pages = self._begin_anew()
        if not self.tries:
            if pages:
                self.tries = TRIES
                self._hold()
            return
        self.tries = self.tries - 1 if pages else 0
        if self.tries:
            return
        self._free()
        if pages:
            log.warning("journal.wal_pinned", mebibytes=pages * self._page >> 20, remedy=_REMEDY)

    def _begin_anew(self) -> int:
        """0 where that could be done; else how many pages the WAL has."""
        self._db.execute(f"PRAGMA busy_timeout = {round(1000 * ENDING)}")
        try:
            busy, pages, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {round(1000 * PATIENCE)}")
        return int(pages) if busy else 0
