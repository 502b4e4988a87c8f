"""What is durable: one SQLite file, one writer, many readers."""

from bridge.journal.errors import JournalBroken, JournalBusy, JournalError, JournalFull, JournalLocked, JournalUnusable
from bridge.journal.journal import Journal, open_journal

__all__ = [
    "Journal",
    "JournalBroken",
    "JournalBusy",
    "JournalError",
    "JournalFull",
    "JournalLocked",
    "JournalUnusable",
    "open_journal",
]
