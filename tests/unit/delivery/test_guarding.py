"""What removes in bulk stops at the limit, and lets everything else go on."""

import pytest
import structlog

from connectors.sdk import TargetDown
from tests.unit.delivery.world import World, delete_all, names, people

HOUR = 3_600_000


def active(world: World) -> int:
    return sum(stored.active for stored in world.entries().values())


async def test_deletes_stop_at_the_limit_and_one_plan_holds_the_rest(world: World) -> None:
    await world.users_named(names(100))
    await delete_all(world, names(100))

    assert 95 == len(people(world))
    assert {"delete"} == {operation for operation, _ in world.held()}
    assert 95 == len(world.held())
    assert (0, 0) == (world.standing().backlog, world.standing().parked)


async def test_creates_and_other_changes_go_on_meanwhile(world: World) -> None:
    await world.users_named(names(100))
    await delete_all(world, names(90))
    await world.user("new")
    await world.change("u095", title="Chief")
    await world.deliver()

    assert "new" in people(world)
    assert "Chief" == world.attributes("users/u095")["title"]


async def test_the_budget_grows_again_with_time_for_what_comes_later(world: World) -> None:
    await world.users_named(names(20))
    await delete_all(world, names(5))
    world.clock.advance(3601)
    await delete_all(world, names(5, 5))
    after_an_hour = len(people(world))
    world.clock.advance(3601)
    await delete_all(world, names(5, 10))

    assert 10 == after_an_hour
    assert 10 == len(people(world)), "over a day, twice the number is allowed"


async def test_ten_restarts_are_not_ten_allowances(world: World) -> None:
    await world.users_named(names(60))
    for round_ in range(10):
        await delete_all(world, names(6, 6 * round_))
        await world.restart()

    assert 55 == len(people(world))


async def test_what_passed_and_must_be_tried_again_is_not_counted_again(world: World) -> None:
    await world.users_named(names(20))
    await world.delete("u000")
    for _ in range(8):
        world.connector.fail = [TargetDown("gone away")]
        await world.deliver()
        world.clock.advance(120)
    await world.deliver_all()
    await delete_all(world, names(4, 1))

    assert 15 == len(people(world))
    assert [] == world.held()


@pytest.mark.parametrize("policy", ["lock", "delete"])
async def test_disables_are_held_above_the_limit(world: World, policy: str) -> None:
    await world.restart(on_disable=policy)
    await world.users_named(names(40), active=True)
    for name in names(40):
        await world.change(name, active=False)
    await world.deliver_all()

    assert 35 == active(world)
    await world.approve(world.plan())
    await world.deliver_all()
    assert 0 == active(world)


async def test_a_switch_that_is_an_attribute_is_a_disable_too(world: World) -> None:
    await world.restart(on_disable="attribute:status=off|on")
    await world.users_named(names(40), active=True)
    for name in names(40):
        await world.change(name, active=False, title="Left")
    await world.deliver_all()

    stati = [world.attributes(f"users/{name}")["status"] for name in names(40)]
    assert (35, 5) == (stati.count("on"), stati.count("off"))
    assert all(world.attributes(f"users/{name}")["title"] == "Left" for name in names(40))
    await world.approve(world.plan())
    await world.deliver_all()
    assert {"off"} == {world.attributes(f"users/{name}")["status"] for name in names(40)}


async def test_many_who_are_created_disabled_are_not_many_disables(world: World) -> None:
    await world.users_named(names(40), active=False)

    assert 0 == active(world)
    assert [] == world.held()


@pytest.mark.parametrize("policy", ["disable", "delete", "keep"])
async def test_who_leaves_the_scope_counts_like_a_delete(world: World, policy: str) -> None:
    await world.restart(scope='userType eq "Employee"', on_leave=policy)
    await world.users_named(names(40), userType="Employee", active=True)
    await world.group("all", *names(40))
    await world.deliver_all()
    for name in names(40):
        await world.change(name, userType="Contractor")
    await world.deliver_all()

    assert 35 == len(world.members("all"))
    assert 35 == len(world.held())
    await world.approve(world.plan())
    await world.deliver_all()
    assert set() == world.members("all")


async def test_who_is_deleted_leaves_its_groups_and_counts_once(world: World) -> None:
    await world.users_named(names(100))
    await world.group("all", *names(100))
    await world.group("most", *names(90))
    await world.deliver_all()
    await delete_all(world, names(100))

    assert (95, 95, 95) == (len(people(world)), len(world.members("all")), len(world.held()))
    assert {"delete"} == {operation for operation, _ in world.held()}
    await world.approve(world.plan())
    await world.deliver_all()
    assert (set(), set()) == (people(world), world.members("all"))


async def test_a_group_of_twenty_may_not_lose_more_than_its_part(world: World) -> None:
    await world.users_named(names(40))
    await world.group("staff", *names(30))
    await world.deliver_all()
    await world.leave("staff", *names(9))
    await world.deliver_all()
    await world.leave("staff", "u009")
    await world.join("staff", "u035")
    await world.deliver_all()

    assert 22 == len(world.members("staff"))
    assert [("members", "staff")] == world.held()
    await world.approve(world.plan())
    await world.deliver_all()
    assert {f"users/{name}" for name in [*names(20, 10), "u035"]} == world.members("staff")


async def test_a_group_that_would_be_emptied_is_held_whole(world: World) -> None:
    await world.users_named(names(25))
    await world.group("staff", *names(25))
    await world.deliver_all()
    await world.set_members("staff")
    await world.deliver_all()

    assert 25 == len(world.members("staff"))


async def test_a_group_that_is_deleted_takes_its_members_into_account(world: World) -> None:
    await world.users_named(names(60))
    for number in range(3):
        await world.group(f"g{number}", *names(19, 19 * number))
    await world.deliver_all()
    for number in range(3):
        await world.delete(f"g{number}", "Group")
    await world.deliver_all()

    assert 1 == sum(place.startswith("groups/") for place in world.entries())
    assert 1 == len(world.held())


async def test_a_large_group_is_not_deleted_unseen(world: World) -> None:
    await world.users_named(names(20))
    await world.group("staff", *names(20))
    await world.deliver_all()
    await world.delete("staff", "Group")
    await world.deliver_all()

    assert 20 == len(world.members("staff"))
    await world.approve(world.plan())
    await world.deliver_all()
    assert "groups/staff" not in world.entries()


async def test_a_held_rename_leaves_the_entry_in_place_and_delivers_the_rest(world: World) -> None:
    world.guards = {"renames": 1}
    await world.restart()
    await world.users_named(names(3))
    for name in names(3):
        await world.change(name, userName=f"new-{name}", title="Chief")
    await world.deliver_all()
    held = {f"users/{who.removeprefix('new-')}" for operation, who in world.held() if operation == "rename"}

    assert 2 == len(held)
    assert held == {place for place in world.entries() if "new-" not in place}
    assert {"Chief"} == {world.attributes(place)["title"] for place in world.entries()}
    await world.approve(world.plan())
    await world.deliver_all()
    assert {f"users/new-{name}" for name in names(3)} == world.entries().keys()


async def test_clearing_attributes_of_many_is_held(world: World) -> None:
    world.guards = {"clears": 2}
    await world.restart()
    await world.users_named(names(4), title="Engineer")
    for name in names(4):
        await world.change(name, title=None, emails=[{"value": f"{name}@x.org", "type": "work"}])
    await world.deliver_all()

    assert 2 == sum("title" in stored.attributes for stored in world.entries().values())
    assert 4 == sum("mail" in stored.attributes for stored in world.entries().values())
    await world.approve(world.plan())
    await world.deliver_all()
    assert not any("title" in stored.attributes for stored in world.entries().values())


async def test_protected_entries_are_never_written(world: World) -> None:
    world.guards = {"protected": ["users/root*", "groups/admin*"]}
    await world.users_named(["ada"])
    await world.restart()
    await world.user("root")
    await world.group("admins", "ada")
    await world.change("ada", userName="root2")
    await world.deliver()

    assert {"users/ada"} == world.entries().keys()
    assert {"protected"} == {each.code for each in world.parked()}


async def test_every_guard_says_what_it_saw_also_when_it_lets_it_pass(world: World) -> None:
    await world.users_named(names(10))
    await world.delete("u000")
    with structlog.testing.capture_logs() as logs:
        await world.deliver()
    (line,) = [each for each in logs if each["event"].startswith("guard.")]

    assert ("guard.passed", "delete", "within the limits") == (line["event"], line["operation"], line["reason"])
    assert [
        {"guard": "deletes", "window": "hour", "observed": 1, "limit": 5},
        {"guard": "deletes", "window": "day", "observed": 1, "limit": 10},
    ] == line["guards"]


async def test_what_only_creates_and_changes_asks_no_guard(world: World) -> None:
    with structlog.testing.capture_logs() as logs:
        await world.users_named(names(3), title="Engineer")
        await world.group("staff", *names(3))
        await world.change("u000", title="Chief")
        await world.deliver()

    assert [] == [each for each in logs if each["event"].startswith("guard.")]
