import sqlite3

import pytest

from bridge.journal import chain, changes, keys
from bridge.journal.errors import JournalUnusable
from bridge.journal.schema import migrate
from bridge.journal.tx import Tx


@pytest.fixture
def db() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    yield db
    db.close()


def test_each_purpose_has_a_key_of_its_own():
    assert keys.derive(bytes(32), b"one") != keys.derive(bytes(32), b"two")


def test_the_key_a_journal_was_made_with_opens_it_again(db):
    keys.check(db, bytes(32))
    keys.check(db, bytes(32))

    assert [(0,)] == db.execute("SELECT seq FROM head").fetchall()


def test_another_key_is_refused_with_the_way_out(db):
    keys.check(db, bytes(32))

    with pytest.raises(JournalUnusable, match=r"made with another key .*put that key there.*The key is lost"):
        keys.check(db, bytes(31) + b"1")


def test_changes_without_a_head_are_not_given_a_new_one(db):
    keys.check(db, bytes(32))
    tx = Tx(db, 0, keys.chain_key(bytes(32)))
    changes.append(tx, changes.NewChange("default", "okta", "r1", "User", 1, "create", {}))
    chain.write(tx)
    db.execute("DELETE FROM head")

    with pytest.raises(JournalUnusable, match="restore the journal"):
        keys.check(db, bytes(32))


def test_nothing_of_the_key_is_stored(db):
    keys.check(db, b"k" * 32)

    (row,) = db.execute("SELECT chain, proof FROM head").fetchall()
    assert b"k" * 32 not in row
    assert keys.chain_key(b"k" * 32) not in row
