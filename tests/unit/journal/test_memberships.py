import sqlite3

import pytest

from bridge.journal import keys, memberships
from bridge.journal.schema import migrate
from bridge.journal.tx import Tx
from bridge.scim.errors import NoTarget
from bridge.scim.members import Member, MembersAdd, MembersRemove, MembersRemoveWhere, MembersSet

TARGETS = ("corp", "saas")


@pytest.fixture
def tx() -> Tx:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    keys.check(db, bytes(32))
    yield Tx(db, 1000, b"")
    db.close()


def store(tx: Tx, id_: str, type_: str = "User", tenant: str = "default") -> None:
    tx.db.execute(
        "INSERT INTO resource (id, tenant, type, version, body, created, modified) VALUES (?, ?, ?, 1, '{}', 0, 0)",
        (id_, tenant, type_),
    )


def apply(tx: Tx, *operations: object, targets: tuple[str, ...] = TARGETS) -> bool:
    return memberships.apply(tx, "default", "g", operations, targets)


def add(*ids: str) -> MembersAdd:
    return MembersAdd(tuple(map(Member, ids)))


def ids(tx: Tx) -> list[str]:
    return sorted(member.value for member in memberships.of(tx.db, "g"))


def dirty(tx: Tx) -> list[tuple[str, str]]:
    rows = "SELECT target, member FROM target_membership WHERE group_id = 'g' AND dirty ORDER BY target, member"
    return list(tx.db.execute(rows))


def all_delivered(tx: Tx) -> None:
    tx.db.execute("UPDATE target_membership SET dirty = 0, applied = member")


def test_an_added_member_is_dirty_at_each_target(tx):
    changed = apply(tx, add("a"))

    assert changed
    assert ["a"] == ids(tx)
    assert [("corp", "a"), ("saas", "a")] == dirty(tx)


def test_a_member_added_again_changes_nothing(tx):
    apply(tx, add("a"))
    all_delivered(tx)

    assert not apply(tx, add("a"))
    assert [] == dirty(tx)


def test_a_member_named_twice_in_one_operation_is_added_once(tx):
    assert apply(tx, add("a", "a"))
    assert ["a"] == ids(tx)


def test_a_removed_member_is_dirty_and_what_was_applied_is_kept(tx):
    apply(tx, add("a", "b"))
    all_delivered(tx)

    changed = apply(tx, MembersRemove(("a",)))

    assert changed
    assert ["b"] == ids(tx)
    assert [("a", 1)] == tx.db.execute(
        "SELECT applied, dirty FROM target_membership WHERE target = 'corp' AND dirty"
    ).fetchall()


def test_to_remove_who_is_no_member_changes_nothing(tx):
    apply(tx, add("a"))
    all_delivered(tx)

    assert not apply(tx, MembersRemove(("b",)))
    assert [] == dirty(tx)


def test_a_set_adds_and_removes_the_difference_alone(tx):
    apply(tx, add("a", "b"))
    all_delivered(tx)

    apply(tx, MembersSet((Member("b"), Member("c"))))

    assert ["b", "c"] == ids(tx)
    assert [("corp", "a"), ("corp", "c"), ("saas", "a"), ("saas", "c")] == dirty(tx)


def test_a_set_of_the_same_changes_nothing(tx):
    apply(tx, add("a", "b"))

    assert not apply(tx, MembersSet((Member("b"), Member("a"))))


def test_a_set_of_nobody_removes_all(tx):
    apply(tx, add("a", "b"))

    assert apply(tx, MembersSet(()))
    assert [] == ids(tx)


def test_members_are_removed_by_what_is_true_of_them(tx):
    apply(tx, MembersAdd((Member("a", "User"), Member("b", "Group"))))

    assert apply(tx, MembersRemoveWhere(lambda member: member["type"] == "Group"))
    assert ["a"] == ids(tx)


def test_operations_are_carried_out_in_order(tx):
    apply(tx, MembersSet((Member("a"),)), MembersRemove(("a",)), add("b"))

    assert ["b"] == ids(tx)


def test_a_member_that_is_not_there_has_the_type_the_client_said(tx):
    apply(tx, MembersAdd((Member("a", "Group", "A"),)))

    assert [Member("a", "Group", "A")] == memberships.of(tx.db, "g")


@pytest.mark.parametrize("said", [None, "User", "Group"])
def test_a_member_that_is_there_has_the_type_of_its_resource(tx, said):
    store(tx, "team", "Group")

    apply(tx, MembersAdd((Member("team", said),)))

    assert [Member("team", "Group", None)] == memberships.of(tx.db, "g")


def test_a_member_that_does_not_exist_is_kept_as_a_user(tx):
    apply(tx, add("nobody"))

    assert [Member("nobody", "User", None)] == memberships.of(tx.db, "g")


def test_another_tenants_resource_tells_nothing(tx):
    store(tx, "team", "Group", tenant="other")

    apply(tx, add("team"))

    assert [Member("team", "User", None)] == memberships.of(tx.db, "g")


def test_who_is_deleted_leaves_every_group(tx):
    store(tx, "a")
    for group in ("g", "h"):
        store(tx, group, "Group")
        memberships.apply(tx, "default", group, (add("a", "b"),), TARGETS)
    all_delivered(tx)

    groups = memberships.drop(tx, "default", "a", TARGETS)

    assert ["g", "h"] == sorted(groups)
    assert ["b"] == ids(tx)
    assert [("corp", "a"), ("saas", "a")] == dirty(tx)


def test_another_tenants_group_that_names_a_resource_is_neither_seen_nor_touched(tx):
    store(tx, "a", tenant="other")
    store(tx, "g", "Group")
    apply(tx, add("a"))
    all_delivered(tx)

    assert {} == memberships.groups_of_many(tx.db, ["a"])
    assert [] == memberships.drop(tx, "default", "a", TARGETS)
    assert ["a"] == ids(tx)
    assert [] == dirty(tx)


def test_a_deleted_group_has_no_members(tx):
    apply(tx, add("a", "b"))

    assert [] == memberships.drop(tx, "default", "g", TARGETS)
    assert [] == ids(tx)


def test_members_of_many_groups_come_in_one_read(tx):
    for group, members in (("g", "ab"), ("h", "b"), ("none", "")):
        memberships.apply(tx, "default", group, (add(*members),), ())

    found = memberships.of_many(tx.db, ["g", "h", "none"])

    assert {"g": ["a", "b"], "h": ["b"]} == {group: [m.value for m in members] for group, members in found.items()}


def test_the_groups_of_many_members_come_in_one_read(tx):
    for member in ("a", "b"):
        store(tx, member)
    for group in ("g", "h"):
        store(tx, group, "Group")
        memberships.apply(tx, "default", group, (add("a"),), ())
    memberships.apply(tx, "default", "g", (add("b"),), ())

    found = memberships.groups_of_many(tx.db, ["a", "b", "c"])

    assert {"a": [("g", {}), ("h", {})], "b": [("g", {})]} == found


def test_membership_is_asked_for_one_member_and_counted(tx):
    apply(tx, add("a", "b"))

    assert memberships.contains(tx.db, "g", "a")
    assert not memberships.contains(tx.db, "g", "c")
    assert 2 == memberships.count(tx.db, "g")
    assert memberships.exceeds(tx.db, "g", 1)
    assert not memberships.exceeds(tx.db, "g", 2)


@pytest.mark.parametrize("statement", ["add", "remove"])
def test_one_member_more_reads_no_list(tx, statement):
    """It costs the same in a group of ten and of 100,000."""
    from bridge.journal.sql import load

    named = {"group": "g", "members": "[]", "tenant": "default"}
    plan = tx.db.execute(f"EXPLAIN QUERY PLAN {load('memberships')[statement]}", named).fetchall()

    assert not [step for *_, step in plan if "SCAN membership" in step or "SCAN r" in step]


@pytest.mark.parametrize(
    "removal",
    [MembersRemove(("x", "y"), must_match=True), MembersRemoveWhere(lambda value: False, must_match=True)],
)
def test_a_removal_that_must_match_and_does_not_has_no_target(tx, removal):
    apply(tx, add("a"))

    with pytest.raises(NoTarget):
        apply(tx, removal)


def test_a_removal_that_must_match_needs_one_of_its_ids(tx):
    apply(tx, add("a", "b"))

    assert apply(tx, MembersRemove(("a", "x"), must_match=True))
    assert ["b"] == ids(tx)


def test_who_left_and_came_back_changed_nothing(tx):
    apply(tx, add("a"))
    all_delivered(tx)

    assert not apply(tx, MembersRemove(("a",)), add("a"))
    assert [] == dirty(tx)
