import dataclasses
import sqlite3

import pytest

from bridge.journal import chain, keys, memberships, resources
from bridge.journal import links as wishes
from bridge.journal.accept import Delete, Request, Taker, Write, accept
from bridge.journal.resources import Stored
from bridge.journal.schema import migrate
from bridge.journal.tx import Tx
from bridge.journal.verify import verify
from bridge.scim.errors import InvalidValue, NotFound, PreconditionFailed, Uniqueness
from bridge.scim.members import Member, MembersAdd, MembersRemove

TARGETS = {"User": [Taker("corp", "users", 5000), Taker("saas", "users")], "Group": [Taker("corp", "groups")]}
CHAIN, VAULT = keys.chain_key(bytes(32)), keys.vault_key(bytes(32))


@pytest.fixture
def tx() -> Tx:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    keys.check(db, bytes(32))
    yield Tx(db, 1000, CHAIN, VAULT)
    db.close()


def targets_for(tenant: str, type_: str) -> list[Taker]:
    return TARGETS[type_] if tenant == "default" else []


def request(operation: str, id_: str | None = None, type_: str = "User", **more: object) -> Request:
    return Request("default", "entra", type_, id_, operation, {"asked": operation}, **more)


def user(name: str = "grace", **attributes: object) -> Write:
    return Write({"userName": name, **attributes}, name.casefold(), None)


def create(tx: Tx, write: Write | None = None, type_: str = "User") -> Stored:
    return accept(tx, request("create", type_=type_), lambda _: write or user(), targets_for).stored


def replace(tx: Tx, id_: str, write: Write, type_: str = "User", **more: object):
    return accept(tx, request("replace", id_, type_, **more), lambda _: write, targets_for)


def group(*operations: object) -> Write:
    return Write({"displayName": "Navy"}, None, None, operations)


def links(tx: Tx) -> dict[tuple[str, str], tuple[str, int, int]]:
    wishes.write(tx)  # as the writer does at the end of a batch
    tx.wishes.clear()
    rows = tx.db.execute("SELECT target, resource, state, wish, lane FROM link")
    return {(target, resource): tuple(rest) for target, resource, *rest in rows}


def all_delivered(tx: Tx) -> None:
    links(tx)
    tx.db.execute("UPDATE link SET state = 'in_sync', done = wish")
    tx.db.execute("UPDATE target_membership SET dirty = 0, applied = member")
    tx.dirtied.clear()


def operations(tx: Tx) -> list[tuple[str, int]]:
    chain.write(tx)  # as the writer does at the end of a batch
    tx.changes.clear()
    return tx.db.execute("SELECT operation, version FROM change ORDER BY seq").fetchall()


def test_a_create_is_recorded_and_dirty_at_each_target(tx):
    accepted = accept(tx, request("create"), lambda _: user(), targets_for)

    stored = accepted.stored
    assert (True, True) == (accepted.changed, accepted.created)
    assert Stored(stored.id, "default", "User", 1, 1000, 1000, None, {"userName": "grace"}) == stored
    assert stored == resources.get(tx.db, "default", "User", stored.id)
    assert {("corp", stored.id): ("dirty", 1, 1), ("saas", stored.id): ("dirty", 1, 1)} == links(tx)
    assert {"corp", "saas"} == tx.dirtied
    assert [("create", 1)] == operations(tx)
    chain.write(tx)
    assert verify(tx.db, CHAIN).found == []


def test_a_create_decides_without_a_current_resource(tx):
    seen: list[object] = []

    accept(tx, request("create"), lambda current: seen.append(current) or user(), targets_for)

    assert [None] == seen


def test_an_update_decides_on_what_is_stored_and_makes_a_version(tx):
    stored = create(tx)
    seen: list[object] = []

    tx.now = 2000
    accepted = accept(
        tx, request("patch", stored.id), lambda current: seen.append(current) or user(title="Admiral"), targets_for
    )

    assert [stored] == seen
    assert (2, 1000, 2000) == (accepted.stored.version, accepted.stored.created, accepted.stored.modified)
    assert {"userName": "grace", "title": "Admiral"} == accepted.stored.body
    assert accepted.stored == resources.get(tx.db, "default", "User", stored.id)
    assert ("dirty", 2, 1) == links(tx)["corp", stored.id]
    assert [("create", 1), ("patch", 2)] == operations(tx)


def test_a_put_of_the_same_leaves_no_trace(tx):
    stored = create(tx)
    all_delivered(tx)

    accepted = replace(tx, stored.id, user())

    assert not accepted.changed
    assert stored == accepted.stored
    assert [("create", 1)] == operations(tx)
    assert {("in_sync", 1, 1)} == set(links(tx).values())
    assert set() == tx.dirtied


def test_the_order_of_attributes_is_no_change(tx):
    stored = create(tx, Write({"userName": "grace", "title": "Admiral"}, "grace", None))

    assert not replace(tx, stored.id, Write({"title": "Admiral", "userName": "grace"}, "grace", None)).changed


@pytest.mark.parametrize("operation", ["replace", "patch", "delete"])
def test_what_is_not_there_is_not_found(tx, operation):
    with pytest.raises(NotFound):
        accept(tx, request(operation, "nobody"), lambda _: user(), targets_for)


def test_another_tenant_or_type_does_not_see_it(tx):
    stored = create(tx)
    other = Request("other", "okta", "User", stored.id, "delete", None)

    with pytest.raises(NotFound):
        accept(tx, other, lambda _: Delete(), targets_for)
    with pytest.raises(NotFound):
        accept(tx, request("delete", stored.id, "Group"), lambda _: Delete(), targets_for)


def test_what_decide_refuses_is_refused(tx):
    def refuse(_: object) -> Write:
        raise InvalidValue("no")

    with pytest.raises(InvalidValue):
        accept(tx, request("create"), refuse, targets_for)
    assert [] == operations(tx)


@pytest.mark.parametrize("if_match", ['W/"1"', '"1"', "*", '"7", W/"1"', None])
def test_a_version_that_matches_goes_on(tx, if_match):
    stored = create(tx)

    assert replace(tx, stored.id, user(title="Admiral"), if_match=if_match).changed


@pytest.mark.parametrize("if_match", ['W/"2"', '"0"', '""', '"11"'])
def test_a_version_that_is_gone_is_refused(tx, if_match):
    stored = create(tx)

    with pytest.raises(PreconditionFailed):
        replace(tx, stored.id, user(title="Admiral"), if_match=if_match)


def test_a_name_belongs_to_one_resource_of_its_tenant(tx):
    create(tx, user("Grace"))

    with pytest.raises(Uniqueness):
        create(tx, user("grace"))
    other = Request("other", "okta", "User", None, "create", None)
    assert accept(tx, other, lambda _: user("grace"), targets_for).created


def test_a_rename_to_a_name_that_is_taken_is_refused(tx):
    create(tx, user("grace"))
    stored = create(tx, user("ada"))

    with pytest.raises(Uniqueness):
        replace(tx, stored.id, user("grace"))


def test_groups_may_share_a_name(tx):
    assert create(tx, group(), "Group").id != create(tx, group(), "Group").id


def test_a_deleted_resource_is_a_tombstone_and_dirty(tx):
    stored = create(tx)
    all_delivered(tx)

    tx.now = 2000
    accepted = accept(tx, request("delete", stored.id), lambda _: Delete(), targets_for)

    assert (2, 2000) == (accepted.stored.version, accepted.stored.deleted)
    assert resources.get(tx.db, "default", "User", stored.id) is None
    assert accepted.stored == resources.by_id(tx.db, stored.id)
    assert {("dirty", 2, 1)} == set(links(tx).values())
    assert [("create", 1), ("delete", 2)] == operations(tx)


def test_the_name_of_a_deleted_resource_is_free(tx):
    accept(tx, request("delete", create(tx).id), lambda _: Delete(), targets_for)

    assert 1 == create(tx).version


def test_who_is_disabled_goes_first(tx):
    stored = create(tx, user(active=True))
    all_delivered(tx)

    replace(tx, stored.id, user(active=False))

    assert {("dirty", 2, 0)} == set(links(tx).values())


def test_members_are_rows_and_make_a_version(tx):
    made = create(tx, group(MembersAdd((Member("a"),))), "Group")
    all_delivered(tx)

    accepted = replace(tx, made.id, group(MembersAdd((Member("b"),))), "Group")

    assert 2 == accepted.stored.version
    assert "members" not in accepted.stored.body
    assert ["a", "b"] == [member.value for member in memberships.of(tx.db, made.id)]
    assert ("dirty", 2, 1) == links(tx)["corp", made.id]
    assert [("b",)] == tx.db.execute("SELECT member FROM target_membership WHERE dirty").fetchall()


def test_a_member_added_again_leaves_no_trace(tx):
    made = create(tx, group(MembersAdd((Member("a"),))), "Group")

    assert not replace(tx, made.id, group(MembersAdd((Member("a"),)), MembersRemove(("x",))), "Group").changed
    assert [("create", 1)] == operations(tx)


def test_who_is_deleted_leaves_the_groups_and_they_are_dirty(tx):
    person = create(tx)
    made = create(tx, group(MembersAdd((Member(person.id),))), "Group")
    all_delivered(tx)

    accept(tx, request("delete", person.id), lambda _: Delete(), targets_for)

    assert [] == memberships.of(tx.db, made.id)
    assert ("dirty", 2, 1) == links(tx)["corp", made.id]
    assert 2 == resources.by_id(tx.db, made.id).version
    assert [("corp", made.id, person.id, 1)] == tx.db.execute(
        "SELECT target, group_id, member, dirty FROM target_membership"
    ).fetchall()


def test_a_type_that_no_target_takes_is_recorded_all_the_same(tx):
    other = Request("other", "okta", "User", None, "create", None)

    stored = accept(tx, other, lambda _: user(), targets_for).stored

    assert {} == links(tx)
    assert stored == resources.by_id(tx.db, stored.id)


@pytest.mark.parametrize("if_none_match", ['W/"1"', "*"])
def test_a_version_that_shall_not_be_is_refused(tx, if_none_match):
    stored = create(tx)

    with pytest.raises(PreconditionFailed):
        replace(tx, stored.id, user(title="Admiral"), if_none_match=if_none_match)


def test_a_create_takes_the_id_that_others_refer_to_already(tx):
    made = accept(
        tx, Request("default", "okta", "User", None, "create", None, new_id="abc"), lambda _: user(), targets_for
    )

    assert "abc" == made.stored.id


CANARY = "Kanarienvogel-7391"


def waiting(tx: Tx) -> dict[tuple[str, str], tuple[int, str, int]]:
    rows = tx.db.execute("SELECT target, resource, version, state, expires FROM password")
    return {(target, resource): tuple(rest) for target, resource, *rest in rows}


def with_password(password: str | None = CANARY, **attributes: object) -> Write:
    return dataclasses.replace(user(**attributes), password=password)


def test_a_password_waits_for_the_targets_that_take_it_and_stands_nowhere_else(tx: Tx) -> None:
    stored = create(tx, with_password())
    chain.write(tx)

    assert {("corp", stored.id): (1, "waiting", 6000)} == waiting(tx)
    assert CANARY.encode() not in tx.db.serialize()
    assert CANARY not in repr(with_password())


def test_a_password_alone_is_a_change(tx: Tx) -> None:
    stored = create(tx)
    links(tx)
    accepted = replace(tx, stored.id, with_password())

    assert accepted.changed
    assert 2 == accepted.stored.version
    assert {("corp", stored.id): (2, "waiting", 6000)} == waiting(tx)


def test_a_password_that_no_target_takes_changes_nothing(tx: Tx) -> None:
    other = Request("other", "okta", "User", None, "create", {})
    stored = accept(tx, other, lambda _: user(), targets_for).stored
    accepted = accept(
        tx, Request("other", "okta", "User", stored.id, "replace", {}), lambda _: with_password(), targets_for
    )

    assert not accepted.changed
    assert {} == waiting(tx)


def test_the_newest_password_takes_the_place_of_the_one_before(tx: Tx) -> None:
    stored = create(tx, with_password())
    replace(tx, stored.id, with_password("another one"))

    assert {("corp", stored.id): (2, "waiting", 6000)} == waiting(tx)


def test_a_target_that_takes_none_any_more_loses_the_one_before(tx: Tx) -> None:
    """Else it would be delivered, older than the user's own, when the target takes passwords again."""
    stored = create(tx, with_password())
    unwilling = lambda *_: [Taker("corp", "users")]  # noqa: E731
    accept(tx, request("replace", stored.id), lambda _: with_password("another one"), unwilling)

    assert {} == waiting(tx)


def test_a_change_without_a_password_leaves_the_one_that_waits(tx: Tx) -> None:
    stored = create(tx, with_password())
    replace(tx, stored.id, user(title="Admiral"))

    assert {("corp", stored.id): (1, "waiting", 6000)} == waiting(tx)


def test_the_passwords_of_a_deleted_user_are_erased(tx: Tx) -> None:
    stored = create(tx, with_password())
    accept(tx, request("delete", stored.id), lambda _: Delete(), targets_for)

    assert {} == waiting(tx)


def test_a_refused_request_leaves_no_password(tx: Tx) -> None:
    create(tx)
    with pytest.raises(Uniqueness):
        create(tx, with_password())

    assert {} == waiting(tx)
