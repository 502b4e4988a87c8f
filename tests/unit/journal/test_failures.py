import sqlite3

import pytest

from bridge.journal.errors import JournalBroken, JournalBusy, JournalFull
from bridge.journal.failures import fails_batch, judge


def failed(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("it failed")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_FULL, JournalFull),
        (sqlite3.SQLITE_IOERR_SHMSIZE, JournalFull),
        (sqlite3.SQLITE_IOERR, JournalBroken),
        (sqlite3.SQLITE_IOERR_FSYNC, JournalBroken),
        (sqlite3.SQLITE_IOERR_WRITE, JournalBroken),
        (sqlite3.SQLITE_CORRUPT, JournalBroken),
        (sqlite3.SQLITE_NOTADB, JournalBroken),
        (sqlite3.SQLITE_BUSY, JournalBusy),
        (sqlite3.SQLITE_NOMEM, JournalBusy),
        (sqlite3.SQLITE_INTERRUPT, JournalBusy),
    ],
)
def test_a_code_of_sqlite_says_what_happens_next(code, expected):
    assert expected is type(judge(failed(code)))


@pytest.mark.parametrize("name", ["FULL", "IOERR", "IOERR_WRITE", "NOMEM", "INTERRUPT", "CORRUPT"])
def test_what_may_have_rolled_back_the_transaction_fails_the_batch(name):
    assert fails_batch(failed(getattr(sqlite3, f"SQLITE_{name}")))


@pytest.mark.parametrize(
    "error", [failed(sqlite3.SQLITE_CONSTRAINT_UNIQUE), failed(sqlite3.SQLITE_ERROR), ValueError()]
)
def test_any_other_error_is_its_requests_own(error):
    assert not fails_batch(error)


def test_an_error_without_a_code_is_not_taken_for_a_broken_disk():
    assert isinstance(judge(sqlite3.ProgrammingError("no code")), JournalBusy)
