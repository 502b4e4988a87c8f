"""What is durable: one SQLite file, one writer, many readers.

`Connection` is for annotations: who asks the journal passes it on to the journal's own functions and writes no SQL.
"""

from sqlite3 import Connection

from bridge.journal.errors import (
    JournalBroken,
    JournalBusy,
    JournalClosed,
    JournalError,
    JournalFull,
    JournalLocked,
    JournalUnusable,
)
from bridge.journal.journal import Journal, open_journal

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
    "open_journal",
]
