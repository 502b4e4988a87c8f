"""What is durable: one SQLite file, one writer, many readers.

`Connection` is for annotations: who asks the journal passes it on to the journal's own functions and writes no SQL.
"""

from sqlite3 import Connection, sqlite_version

from bridge.journal.errors import (
    JournalBroken,
    JournalBusy,
    JournalClosed,
    JournalError,
    JournalFull,
    JournalLocked,
    JournalUnusable,
)
from bridge.journal.journal import Journal, caution, open_journal

__all__ = [
    "Connection",
    "Journal",
    "JournalBroken",
    "JournalBusy",
    "JournalClosed",
    "JournalError",
    "JournalFull",
    "JournalLocked",
    "JournalUnusable",
    "caution",
    "open_journal",
    "sqlite_version",
]
