"""What an error of SQLite means for the batch and for the process. Pure.

FULL, IOERR, NOMEM and INTERRUPT may roll back the whole transaction inside a savepoint (seen on 3.40), so any of them
fails the whole batch. An I/O error, or a file that is no database any more, ends the process.
"""

from __future__ import annotations

import sqlite3

from bridge.journal.errors import JournalBroken, JournalBusy, JournalError, JournalFull

_BROKEN = frozenset((sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
_WHOLE_BATCH = _BROKEN | {sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT}


def fails_batch(error: Exception) -> bool:
    """Whether an error inside one request may have undone what the others of its batch wrote."""
    return isinstance(error, sqlite3.Error) and _code(error) & 0xFF in _WHOLE_BATCH


def judge(error: sqlite3.Error) -> JournalError:
    """What to tell those whose batch failed."""
    code = _code(error)
    if code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_SHMSIZE:
        # The file of shared memory could not grow: a full disk by another name, and nothing durable is in it.
        return JournalFull("the journal's disk is full")
    if code & 0xFF in _BROKEN:
        return JournalBroken(f"an I/O error on the journal ({error}): nothing later could be trusted")
    return JournalBusy(problem=f"the journal could not write ({error})")


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
