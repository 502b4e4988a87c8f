"""Rows of the chain are tampered with 200 times, and each is found. `make soak PART=tampering`: 10,000 times."""

import sqlite3
from collections.abc import Iterator

import pytest

from bridge.journal import chain, changes
from bridge.journal.tx import Tx
from bridge.journal.verify import verify
from tests.faults import tampering
from tests.faults.tampering import KEY, unseen, written

TIMES = 200


@pytest.fixture(scope="module")
def whole() -> Iterator[sqlite3.Connection]:
    db = written(7)
    assert verify(db, KEY).found == []
    yield db
    db.close()


def test_no_tampering_goes_unseen(whole: sqlite3.Connection) -> None:
    assert list(unseen(whole, range(TIMES))) == []


def test_what_is_no_tampering_is_told_as_unseen(whole: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of the test."""

    def nothing(*_: object) -> None:
        return

    monkeypatch.setattr(tampering, "WAYS", (nothing,))

    assert list(unseen(whole, [3])) == ["nothing of seed 3"]


def test_a_journal_put_back_to_an_older_copy_is_seen_by_the_anchor(whole: sqlite3.Connection) -> None:
    """Nothing inside the file can tell: the older copy is whole."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    whole.backup(db)
    changes.append(tx := Tx(db, 2000, KEY), changes.NewChange("default", "entra", "r", "User", 1, "create", {}))
    chain.write(tx)
    anchor = chain.head(db)
    assert anchor is not None

    assert verify(db, KEY, [anchor]).found == []
    assert verify(whole, KEY).found == []
    assert "older than its anchor" in verify(whole, KEY, [anchor]).found[0]
    db.close()
