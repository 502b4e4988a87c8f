"""Whatever is done to the rows of the chain without the key is found, and named."""

import sqlite3

import pytest

from bridge.journal import actions, chain, changes, keys
from bridge.journal.actions import Action
from bridge.journal.chain import Place
from bridge.journal.schema import migrate
from bridge.journal.tx import Tx
from bridge.journal.verify import verify as verified

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
    chain.write(tx)
    tx.changes.clear()


def verify(tx: Tx, *anchors: Place) -> list[str]:
    return verified(tx.db, CHAIN, anchors).found


@pytest.mark.parametrize("changed", [0, 5])
def test_a_chain_that_nobody_touched_verifies(tx, changed):
    for n in range(changed):
        changes.append(tx, change(n))
    commit(tx)

    assert verify(tx) == []


def test_a_payload_that_is_gone_without_our_mark_is_found(five):
    five.db.execute("UPDATE change SET payload = NULL WHERE seq = 3")

    assert verify(five) == ["the payload of change 3 is missing"]


def test_a_payload_that_we_erased_is_no_fault(five):
    erase(five, 3)

    assert verify(five) == []


def test_a_mark_of_one_row_does_not_excuse_another(five):
    erase(five, 3)
    five.db.execute(
        "UPDATE change SET payload = NULL, erased = (SELECT erased FROM change WHERE seq = 3) WHERE seq = 4"
    )

    assert verify(five) == ["the mark of the erased payload of change 4 was altered"]


def test_a_payload_where_ours_was_erased_is_found(five):
    erase(five, 3)
    five.db.execute("UPDATE change SET payload = '{}' WHERE seq = 3")

    assert verify(five) == ["the payload of change 3 was erased, and another stands there"]


def erase(tx: Tx, seq: int) -> None:
    (digest,) = tx.db.execute("SELECT digest FROM change WHERE seq = ?", (seq,)).fetchone()
    mark = chain.erasure(CHAIN, {"seq": seq, "digest": digest})
    tx.db.execute("UPDATE change SET payload = NULL, erased = ? WHERE seq = ?", (mark, seq))


def test_under_another_key_nothing_verifies(five):
    assert len(verified(five.db, keys.chain_key(bytes(32))).found) > 5


@pytest.mark.parametrize(
    "column",
    ["at", "tenant", "client", "resource", "type", "version", "operation", "payload", "digest", "chain"],
)
def test_an_edit_of_any_column_is_found(five, column):
    value = {"at": 7, "version": 7, "operation": "delete", "digest": bytes(32), "chain": bytes(32)}.get(column, "{}")
    five.db.execute(f"UPDATE change SET {column} = ? WHERE seq = 3", (value,))

    assert "change 3" in "".join(verify(five))


@pytest.mark.parametrize("seq", [1, 3])
def test_a_deleted_change_is_found(five, seq):
    five.db.execute("DELETE FROM change WHERE seq = ?", (seq,))

    assert [f"row {seq} is missing"] == verify(five)


def test_a_deleted_change_is_found_when_the_others_close_the_gap(five):
    five.db.execute("DELETE FROM change WHERE seq = 3")
    five.db.execute("UPDATE change SET seq = seq - 1 WHERE seq = 4")
    five.db.execute("UPDATE change SET seq = seq - 1 WHERE seq = 5")

    assert "change 3" in "".join(verify(five))


def test_swapped_changes_are_found(five):
    five.db.execute("UPDATE change SET seq = 9 WHERE seq = 2")
    five.db.execute("UPDATE change SET seq = 2 WHERE seq = 4")
    five.db.execute("UPDATE change SET seq = 4 WHERE seq = 9")

    assert "change 2" in "".join(verify(five))


def test_swapped_payloads_are_found(five):
    payload = "SELECT payload FROM change WHERE seq = "
    five.db.execute(f"UPDATE change SET payload = ({payload} 4) WHERE seq = 2")

    assert ["the payload of change 2 was altered"] == verify(five)


def test_an_added_change_is_found(five):
    five.db.execute(
        "INSERT INTO change SELECT 6, at, tenant, client, resource, type, 2, operation, payload, digest, chain, NULL "
        "FROM change WHERE seq = 5"
    )

    assert "change 6" in "".join(verify(five))


@pytest.mark.parametrize("left", [0, 3])
def test_a_tail_that_was_cut_off_is_found(five, left):
    five.db.execute("DELETE FROM change WHERE seq > ?", (left,))

    assert f"ends at row {left}" in "".join(verify(five))


def test_a_tail_that_was_cut_off_is_found_though_the_head_was_moved_back(five):
    """All that an attacker without the key finds in the file does not make an earlier head."""
    five.db.execute("DELETE FROM change WHERE seq > 3")
    five.db.execute("UPDATE head SET seq = 3, chain = (SELECT chain FROM change WHERE seq = 3)")

    assert "ends at row 3" in "".join(verify(five))


def test_writing_on_does_not_hide_a_tail_that_was_cut_off(five):
    five.db.execute("DELETE FROM change WHERE seq > 3")
    five.db.execute("UPDATE head SET seq = 3, chain = (SELECT chain FROM change WHERE seq = 3)")
    changes.append(five, change(4))
    commit(five)

    assert "change 4" in "".join(verify(five))


def test_a_head_that_is_gone_is_found(five):
    five.db.execute("DELETE FROM head")

    assert verify(five) == ["the head of the chain is missing"]


def test_actions_stand_in_one_chain_with_changes(five):
    actions.record(five, Action(actions.operator(0), "approve", "corp-1", {"released": 3}))
    changes.append(five, change(7))
    commit(five)

    assert verify(five) == []


@pytest.mark.parametrize("column", ["at", "actor", "uid", "operation", "subject", "payload", "digest", "chain"])
def test_an_edit_of_any_column_of_an_action_is_found(five, column):
    actions.record(five, Action(actions.operator(0), "approve", "corp-1"))
    commit(five)
    value = {"at": 7, "uid": 7, "digest": bytes(32), "chain": bytes(32)}.get(column, '{"x":1}')
    five.db.execute(f"UPDATE action SET {column} = ?", (value,))

    assert "action 6" in "".join(verify(five))


def test_an_action_that_was_removed_is_found(five):
    actions.record(five, Action(actions.DAEMON, "reload"))
    changes.append(five, change(7))
    commit(five)
    five.db.execute("DELETE FROM action")

    assert verify(five) == ["row 6 is missing"]


def test_an_action_with_the_number_of_a_change_is_found(five):
    five.db.execute(
        "INSERT INTO action SELECT 3, at, 'operator', 0, 'approve', 'x', payload, digest, chain, NULL FROM change "
        "WHERE seq = 3"
    )

    assert verify(five) == ["action 3 was added: another row has this number"]


def test_all_that_was_altered_is_said_not_the_first_alone(five):
    five.db.execute("UPDATE change SET client = 'x' WHERE seq IN (2, 4)")

    assert verify(five) == [f"change {n} was altered, or does not belong there" for n in (2, 4)]


def test_an_anchor_that_is_on_the_way_is_met(five):
    anchor = chain.head(five.db)
    changes.append(five, change(6))
    commit(five)

    assert verify(five, anchor) == []


def test_a_journal_that_is_older_than_its_anchor_is_found(five):
    anchor = chain.head(five.db)
    older = Place(anchor.seq + 2, anchor.chain)

    assert "older than its anchor" in "".join(verify(five, older))


def test_a_chain_that_was_made_anew_with_the_key_is_found_by_an_anchor(five):
    anchor = Place(3, bytes(32))

    assert "not the one that the anchor names" in "".join(verify(five, anchor))


def test_what_is_no_text_is_found_like_any_other_edit(five):
    five.db.execute("UPDATE change SET client = CAST(x'ff' AS TEXT) WHERE seq = 3")

    assert verify(five) == ["change 3 was altered, or does not belong there"]


def test_a_chain_of_many_steps_verifies(five, monkeypatch):
    monkeypatch.setattr("bridge.journal.verify.STEP", 2)
    for n in range(6, 12):
        actions.record(five, Action(actions.DAEMON, "reload"))
        changes.append(five, change(n))
        commit(five)

    assert (17, []) == (verified(five.db, CHAIN).rows, verify(five))
