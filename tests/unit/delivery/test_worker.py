"""What a target comes to hold. MemoryConnector, a real journal, a clock of our own."""

import pytest

from connectors.sdk import (
    Refused,
)
from tests.unit.delivery.world import ENTERPRISE, World


async def test_a_user_becomes_an_entry(world: World) -> None:
    await world.user("ada", title="Engineer", emails=[{"value": "ada@x.org", "type": "work"}])
    await world.deliver()

    assert {"uid": "ada", "sn": "Ada", "mail": "ada@x.org", "title": "Engineer"} == world.attributes("users/ada")
    assert (0, 1) == (world.standing().backlog, world.standing().in_sync)


async def test_an_edit_sends_only_what_changed(world: World) -> None:
    await world.user("ada", title="Engineer")
    await world.deliver()
    await world.change("ada", title="Chief")
    await world.deliver()

    delta = next(what for verb, what in world.connector.calls if verb == "update")
    assert ["title"] == [change.attribute for change in delta.changes]
    assert "Chief" == world.attributes("users/ada")["title"]


async def test_a_value_that_is_cleared_is_cleared(world: World) -> None:
    await world.user("ada", title="Engineer")
    await world.deliver()
    await world.change("ada", title=None)
    await world.deliver()

    assert "title" not in world.attributes("users/ada")


async def test_nothing_to_change_is_no_call(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    await world.change("ada", nickName="Not mapped")
    before = len(world.connector.calls)
    await world.deliver()

    assert before == len(world.connector.calls)


async def test_a_burst_of_edits_becomes_one_write(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    for number in range(20):
        await world.change("ada", title=f"t{number}")
    await world.deliver()

    assert ["create", "update"] == world.writes()
    assert "t19" == world.attributes("users/ada")["title"]


async def test_a_rename_moves_the_same_entry(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    before = world.entries()["users/ada"].ref.id
    await world.change("ada", userName="lovelace")
    await world.deliver()

    assert {"users/lovelace"} == world.entries().keys()
    assert before == world.entries()["users/lovelace"].ref.id


async def test_a_delete_removes_the_entry_and_frees_its_name(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    await world.delete("ada")
    await world.user("ada", title="another Ada")
    await world.deliver()
    await world.deliver()

    assert "another Ada" == world.attributes("users/ada")["title"]
    assert ["create", "delete", "create"] == world.writes()


async def test_a_user_deleted_before_it_was_delivered_needs_no_call(world: World) -> None:
    await world.user("ada")
    await world.delete("ada")
    await world.deliver()

    assert [] == world.writes()
    assert 0 == world.standing().backlog


async def test_disable_locks_and_enable_unlocks(world: World) -> None:
    await world.user("ada", active=True)
    await world.deliver()
    await world.change("ada", active=False)
    await world.deliver()
    locked = not world.entries()["users/ada"].active
    await world.change("ada", active=True)
    await world.deliver()

    assert locked
    assert world.entries()["users/ada"].active


async def test_only_what_we_locked_is_unlocked(world: World) -> None:
    await world.user("ada", active=True)
    await world.deliver()
    world.entries()["users/ada"].active = False  # by an administrator
    await world.change("ada", title="Chief")
    await world.deliver()

    assert not world.entries()["users/ada"].active


async def test_a_disable_goes_through_where_the_mapping_fails(world: World) -> None:
    await world.restart(
        attributes={"uid": "userName", "sn": '= default(user.title, "") == "bad" ? string(int(user.title)) : "x"'}
    )
    await world.user("ada", title="5", active=True)
    await world.deliver()
    await world.change("ada", title="bad", active=False)
    await world.deliver()

    assert not world.entries()["users/ada"].active
    assert ["sn"] == [each.attribute for each in world.parked()]


async def test_who_is_created_disabled_is_locked(world: World) -> None:
    await world.user("ada", active=False)
    await world.deliver()

    assert not world.entries()["users/ada"].active


@pytest.mark.parametrize(("policy", "there"), [("disable", True), ("delete", False), ("keep", True)])
async def test_who_leaves_the_scope_is_treated_as_the_policy_says(world: World, policy: str, there: bool) -> None:
    await world.restart(scope='userType eq "Employee"', on_leave=policy)
    await world.user("ada", userType="Employee")
    await world.deliver()
    await world.change("ada", userType="Contractor")
    await world.deliver()

    assert there == ("users/ada" in world.entries())
    if there:
        assert (policy == "keep") == world.entries()["users/ada"].active


async def test_who_is_out_of_scope_is_not_created(world: World) -> None:
    await world.restart(scope='userType eq "Employee"')
    await world.user("ada", userType="Contractor")
    await world.deliver()

    assert {} == world.entries()
    assert 0 == world.standing().backlog


async def test_members_follow_users(world: World) -> None:
    await world.user("ada")
    await world.user("bob")
    await world.group("eng", "ada", "bob")
    await world.deliver()
    await world.leave("eng", "bob")
    await world.deliver()

    assert {"users/ada"} == world.members("eng")


async def test_a_member_that_is_not_there_yet_joins_by_itself(world: World) -> None:
    world.connector.fail = [None, None, Refused("no", code="19")]
    await world.user("ada")
    await world.deliver()
    await world.group("eng", "ada")
    await world.deliver()
    parked = [each.name for each in world.parked()]
    before = world.members("eng") if "groups/eng" in world.entries() else set()
    await world.change("ada", title="better")
    await world.deliver()

    assert (["ada"], set()) == (parked, before)
    assert {"users/ada"} == world.members("eng")


async def test_a_member_nobody_knows_waits(world: World) -> None:
    await world.group("eng", "nobody-knows-this-id")
    await world.deliver()

    assert set() == world.members("eng")
    assert (0, 1) == (world.standing().backlog, world.standing().waiting)


async def test_a_renamed_member_is_renamed_in_its_groups(world: World) -> None:
    await world.user("ada")
    await world.group("eng", "ada")
    await world.group("ops", "ada")
    await world.deliver()
    await world.change("ada", userName="lovelace")
    await world.deliver()

    assert ({"users/lovelace"}, {"users/lovelace"}) == (world.members("eng"), world.members("ops"))


async def test_a_deleted_member_leaves_its_groups_before_it_goes(world: World) -> None:
    await world.user("ada")
    await world.group("eng", "ada")
    await world.deliver()
    await world.delete("ada")
    await world.deliver()
    world.clock.advance(1)
    await world.deliver()

    assert set() == world.members("eng")
    assert {"groups/eng"} == world.entries().keys()
    assert world.writes().index("delete") > max(i for i, v in enumerate(world.writes()) if v == "update_members")


async def test_one_member_more_of_many_is_one_small_call(world: World) -> None:
    names = [f"u{number}" for number in range(700)]
    for name in names:
        await world.user(name)
    await world.group("all", *names[:-1])
    await world.deliver()
    world.connector.calls.clear()
    await world.join("all", names[-1])
    await world.deliver()

    ((_, what),) = [call for call in world.connector.calls if call[0] == "update_members"]
    assert (700, (f"users/{names[-1]}",), ()) == (len(world.members("all")), *what[1:])


async def test_a_manager_is_named_once_there_and_followed(world: World) -> None:
    boss = await world.user("zoe")
    await world.user("ada", **{ENTERPRISE: {"manager": {"value": boss}}})
    await world.deliver()
    first = world.attributes("users/ada")["manager"].locator
    await world.change("zoe", userName="zoe.new")
    await world.deliver()
    second = world.attributes("users/ada")["manager"].locator
    await world.delete("zoe.new")
    await world.deliver()

    assert ("users/zoe", "users/zoe.new") == (first, second)
    assert "manager" not in world.attributes("users/ada")
