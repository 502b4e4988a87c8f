import sqlite3

import orjson
import pytest

from bridge.journal import chain, changes, keys
from bridge.journal.schema import migrate
from bridge.journal.tx import Tx

KEY = bytes(range(32))


@pytest.fixture
def tx() -> Tx:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    keys.check(db, KEY)
    yield Tx(db, 1000, keys.chain_key(KEY))
    db.close()


def test_changes_are_numbered_from_one_in_the_order_they_were_accepted(tx):
    for n in (1, 2):
        changes.append(tx, changes.NewChange("default", "entra", f"r{n}", "User", 1, "create", {"userName": f"u{n}"}))
        chain.write(tx)
        tx.changes.clear()

    assert [(1, "r1"), (2, "r2")] == tx.db.execute("SELECT seq, resource FROM change ORDER BY seq").fetchall()


def test_a_change_holds_who_asked_what_of_whom_and_when(tx):
    changes.append(tx, changes.NewChange("acme", "okta", "r1", "Group", 3, "patch", {"Operations": []}))
    chain.write(tx)

    row = tx.db.execute("SELECT at, tenant, client, resource, type, version, operation, payload FROM change").fetchone()
    assert (1000, "acme", "okta", "r1", "Group", 3, "patch") == row[:-1]
    assert {"Operations": []} == orjson.loads(row[-1])
