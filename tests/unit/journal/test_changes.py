import sqlite3

import pytest

from bridge.journal import changes, keys
from bridge.journal.schema import migrate
from bridge.journal.writer import Tx

KEY = bytes(range(32))
CHAIN = keys.chain_key(KEY)


@pytest.fixture
def tx() -> Tx:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    keys.check(db, KEY)
    yield Tx(db, 1000, CHAIN)
    db.close()


def change(n: int) -> changes.NewChange:
    return changes.NewChange("default", "entra", f"r{n}", "User", 1, "create", {"userName": f"user{n}"})


@pytest.fixture
def five(tx) -> Tx:
    for n in range(1, 6):
        changes.append(tx, change(n))
    commit(tx)
    return tx


def commit(tx: Tx) -> None:
    """What the writer does at the end of a batch."""
    changes.write(tx)
    tx.changes.clear()


def verify(tx: Tx) -> str | None:
    return changes.verify(tx.db, CHAIN)


def test_changes_are_numbered_from_one(tx):
    changes.append(tx, change(1))
    commit(tx)
    changes.append(tx, change(2))
    commit(tx)

    assert [(1,), (2,)] == tx.db.execute("SELECT seq FROM change ORDER BY seq").fetchall()


@pytest.mark.parametrize("changed", [0, 5])
def test_a_chain_that_nobody_touched_verifies(tx, changed):
    for n in range(changed):
        changes.append(tx, change(n))
    commit(tx)

    assert verify(tx) is None


def test_a_payload_can_be_erased(five):
    five.db.execute("UPDATE change SET payload = NULL WHERE seq = 3")

    assert verify(five) is None


def test_under_another_key_nothing_verifies(five):
    assert changes.verify(five.db, keys.chain_key(bytes(32))) is not None


@pytest.mark.parametrize(
    "column",
    ["at", "tenant", "client", "resource", "type", "version", "operation", "payload", "digest", "chain"],
)
def test_an_edit_of_any_column_is_found(five, column):
    value = {"at": 7, "version": 7, "operation": "delete", "digest": bytes(32), "chain": bytes(32)}.get(column, "{}")
    five.db.execute(f"UPDATE change SET {column} = ? WHERE seq = 3", (value,))

    assert "change 3" in verify(five)


@pytest.mark.parametrize("seq", [1, 3])
def test_a_deleted_change_is_found(five, seq):
    five.db.execute("DELETE FROM change WHERE seq = ?", (seq,))

    assert f"change {seq} is missing" == verify(five)


def test_a_deleted_change_is_found_when_the_others_close_the_gap(five):
    five.db.execute("DELETE FROM change WHERE seq = 3")
    five.db.execute("UPDATE change SET seq = seq - 1 WHERE seq = 4")
    five.db.execute("UPDATE change SET seq = seq - 1 WHERE seq = 5")

    assert "change 3" in verify(five)


def test_swapped_changes_are_found(five):
    five.db.execute("UPDATE change SET seq = 9 WHERE seq = 2")
    five.db.execute("UPDATE change SET seq = 2 WHERE seq = 4")
    five.db.execute("UPDATE change SET seq = 4 WHERE seq = 9")

    assert "change 2" in verify(five)


def test_swapped_payloads_are_found(five):
    payload = "SELECT payload FROM change WHERE seq = "
    five.db.execute(f"UPDATE change SET payload = ({payload} 4) WHERE seq = 2")

    assert "payload of change 2" in verify(five)


def test_an_added_change_is_found(five):
    five.db.execute(
        "INSERT INTO change SELECT 6, at, tenant, client, resource, type, 2, operation, payload, digest, chain "
        "FROM change WHERE seq = 5"
    )

    assert "change 6" in verify(five)


@pytest.mark.parametrize("left", [0, 3])
def test_a_tail_that_was_cut_off_is_found(five, left):
    five.db.execute("DELETE FROM change WHERE seq > ?", (left,))

    assert f"ends at change {left}" in verify(five)


def test_a_tail_that_was_cut_off_is_found_though_the_head_was_moved_back(five):
    """All that an attacker without the key finds in the file does not make an earlier head."""
    five.db.execute("DELETE FROM change WHERE seq > 3")
    five.db.execute("UPDATE head SET seq = 3, chain = (SELECT chain FROM change WHERE seq = 3)")

    assert "ends at change 3" in verify(five)


def test_writing_on_does_not_hide_a_tail_that_was_cut_off(five):
    five.db.execute("DELETE FROM change WHERE seq > 3")
    five.db.execute("UPDATE head SET seq = 3, chain = (SELECT chain FROM change WHERE seq = 3)")
    changes.append(five, change(4))
    commit(five)

    assert "change 4" in verify(five)


def test_a_head_that_is_gone_is_found(five):
    five.db.execute("DELETE FROM head")

    assert verify(five) is not None
