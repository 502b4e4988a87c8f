"""The WAL is folded into the file by the writer alone, now and then, and kept small whoever reads.

A reader of an old snapshot keeps the WAL from beginning anew. Our own are asked to let go; another program's cannot be.
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
PATIENCE = 5.0
"""Seconds to wait for another program that holds the file (a person's `sqlite3`, a backup)."""
_REMEDY = "our own long reads are broken off; end other programs that read the journal (sqlite3, a copy)"


class Checkpoints:
    """The checkpoints of one connection. `on_pinned` is called where our own readers are in the way."""

    def __init__(self, db: sqlite3.Connection, on_pinned: Callable[[], None]) -> None:
        self._db = db
        self._on_pinned = on_pinned
        self._changes = db.total_changes
        self._bytes = 0
        (self._page,) = db.execute("PRAGMA page_size").fetchone()

    @property
    def is_due(self) -> bool:
        return self._db.total_changes - self._changes > CHANGES or self._bytes > BYTES

    def wrote(self, size: int) -> None:
        """Count the bytes of a batch's requests."""
        self._bytes += size

    def run(self, mode: str) -> None:
        """Fold what is committed into the file; `mode` as SQLite has it. Raises `sqlite3.Error`."""
        self._changes, self._bytes = self._db.total_changes, 0
        _, pages, _ = self._db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        if pages * self._page > PINNED:
            self._unpin()

    def _unpin(self) -> None:
        """Begin the WAL anew."""
        self._db.execute("PRAGMA busy_timeout = 100")
        try:
            busy, pages, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {round(1000 * PATIENCE)}")
        if busy:
            log.warning("journal.wal_pinned", mebibytes=pages * self._page >> 20, remedy=_REMEDY)
            self._on_pinned()
