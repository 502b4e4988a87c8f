"""What removes in bulk stops at the limit, waits for a person, and lets everything else go on."""

from collections.abc import Iterable

import pytest
import structlog

from bridge.journal import deliveries, links
from bridge.journal.deliveries import Reached
from bridge.journal.plans import PlanDecided, PlanUnknown
from connectors.sdk import TargetDown
from tests.unit.delivery.world import World

HOUR = 3_600_000


def names(count: int, first: int = 0) -> list[str]:
    return [f"u{n:03}" for n in range(first, first + count)]


def people(world: World) -> set[str]:
    return {place.removeprefix("users/") for place in world.entries() if place.startswith("users/")}


def active(world: World) -> int:
    return sum(stored.active for stored in world.entries().values())


async def delete_all(world: World, who: Iterable[str]) -> None:
    for name in who:
        await world.delete(name)
    await world.deliver_all()


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


async def test_an_approval_finishes_exactly_the_plan(world: World) -> None:
    await world.users_named(names(100))
    await delete_all(world, names(90))
    await world.user("new")
    plan = world.plan()
    approval = await world.approve(plan)
    await world.deliver_all()

    assert (85, 0) == (approval.released, approval.changed_since)
    assert {*names(10, 90), "new"} == people(world)
    assert [] == world.held()
    with pytest.raises(PlanDecided, match="approved already"):
        await world.approve(plan)


async def test_one_of_a_plan_may_be_approved_alone(world: World) -> None:
    await world.users_named(names(20))
    await delete_all(world, names(10))
    (_, last), plan = world.held()[-1], world.plan()
    approval = await world.approve(plan, only=last)
    await world.deliver_all()

    assert 1 == approval.released
    assert last not in people(world)
    assert 4 == len(world.held())
    assert plan == world.plan()


async def test_an_approval_releases_only_what_was_read(world: World) -> None:
    await world.users_named(names(20))
    await delete_all(world, names(7))
    read = world.plan()
    await delete_all(world, names(3, 7))
    approval = await world.approve(read)
    await world.deliver_all()

    assert (2, 3) == (approval.released, approval.changed_since)
    assert 3 == len(world.held())
    assert 13 == len(people(world))


async def test_an_approval_must_say_what_was_read(world: World) -> None:
    await world.users_named(names(10))
    await delete_all(world, names(10))
    bare = world.plan().rpartition(".")[0]

    with pytest.raises(PlanUnknown, match=f"now it is {world.plan()}"):
        await world.approve(bare)


async def test_time_releases_nothing(world: World) -> None:
    await world.users_named(names(20))
    await delete_all(world, names(20))
    world.clock.advance(100 * 3600)
    await world.restart()
    await world.deliver_all()

    assert 15 == len(people(world))


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


async def test_a_held_disable_whose_user_is_enabled_again_is_cancelled(world: World) -> None:
    await world.users_named(names(20), active=True)
    for name in names(6):
        await world.change(name, active=False)
    await world.deliver_all()
    ((_, who),) = world.held()
    await world.change(who, active=True)
    await world.deliver_all()

    assert [] == world.held()
    assert world.entries()[f"users/{who}"].active


async def test_a_held_change_that_is_changed_again_is_to_be_approved_anew(world: World) -> None:
    await world.users_named(names(20), active=True)
    for name in names(6):
        await world.change(name, active=False)
    await world.deliver_all()
    (_, who), read = world.held()[0], world.plan()
    await world.change(who, title="Later")
    await world.deliver_all()
    approval = await world.approve(read)
    await world.deliver_all()

    assert (0, 1) == (approval.released, approval.changed_since)
    assert world.entries()[f"users/{who}"].active
    assert "Later" == world.attributes(f"users/{who}")["title"]


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


async def test_a_member_who_comes_back_is_not_removed_by_an_approval(world: World) -> None:
    await world.users_named(names(25))
    await world.group("staff", *names(25))
    await world.deliver_all()
    await world.leave("staff", *names(20))
    await world.deliver_all()
    await world.join("staff", *names(5))
    await world.deliver_all()
    await world.approve(world.plan())
    await world.deliver_all()

    assert {f"users/{name}" for name in [*names(5), *names(5, 20)]} == world.members("staff")
    assert [] == world.held()


async def test_a_hold_on_members_ends_when_all_of_them_come_back(world: World) -> None:
    await world.users_named(names(25))
    await world.group("staff", *names(25))
    await world.deliver_all()
    await world.set_members("staff")
    await world.deliver_all()
    await world.join("staff", *names(25))
    await world.deliver_all()

    assert [] == world.held()
    assert 25 == len(world.members("staff"))


async def test_a_held_member_that_is_renamed_is_named_anew(world: World) -> None:
    await world.users_named(names(25))
    await world.group("staff", *names(25))
    await world.deliver_all()
    await world.set_members("staff")
    await world.deliver_all()
    await world.change("u000", userName="lovelace")
    await world.deliver_all()

    assert "users/lovelace" in world.members("staff")
    assert 25 == len(world.members("staff"))
    await world.approve(world.plan())
    await world.deliver_all()
    assert set() == world.members("staff")


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


async def test_what_is_rejected_is_not_asked_again_until_the_wish_changes(world: World) -> None:
    await world.users_named(names(20), active=True)
    for name in names(6):
        await world.change(name, active=False)
    await world.deliver_all()
    ((_, who),) = world.held()
    await world.reject(world.plan())
    await world.deliver_all()
    declined = (world.held(), world.entries()[f"users/{who}"].active)
    world.clock.advance(25 * 3600)
    await world.change(who, title="Later")
    await world.deliver_all()

    assert ([], True) == declined
    assert not world.entries()[f"users/{who}"].active


async def test_a_name_whose_holder_is_held_waits_for_the_decision(world: World) -> None:
    await world.users_named(names(6))
    old = dict(world.names)
    await delete_all(world, names(6))
    ((_, who),) = world.held()
    await world.user(who, title="the new one")
    await world.deliver()
    entry = world.entries()[f"users/{who}"]
    await world.approve(world.plan())
    await world.deliver_all()

    assert "title" not in entry.attributes
    assert "the new one" == world.attributes(f"users/{who}")["title"]
    assert old[who] != world.names[who]


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


async def test_what_was_decided_before_is_told_with_what_stands_there_too(world: World) -> None:
    """Held again for the same version, and approved: nothing is weighed, and the log shows all the same."""
    world.guards = {"deletes": 0}
    await world.restart()
    await world.users_named(names(2))
    await world.delete("u000")
    await world.deliver()
    await world.journal.submit(lambda tx: links.dirty(tx, "corp", world.names["u000"], "users"))
    with structlog.testing.capture_logs() as logs:
        await world.deliver()
        await world.approve(world.plan())
        await world.deliver()
    held, passed = [each for each in logs if each["event"].startswith("guard.")]

    assert ("guard.held", [1, 1]) == (held["event"], [each["observed"] for each in held["guards"]])
    assert ("guard.passed", "approved by a person") == (passed["event"], passed["reason"])
    assert [0, 0] == [each["observed"] for each in passed["guards"]]
    assert [0, 0] == [each["limit"] for each in passed["guards"]]


async def test_what_only_creates_and_changes_asks_no_guard(world: World) -> None:
    with structlog.testing.capture_logs() as logs:
        await world.users_named(names(3), title="Engineer")
        await world.group("staff", *names(3))
        await world.change("u000", title="Chief")
        await world.deliver()

    assert [] == [each for each in logs if each["event"].startswith("guard.")]


async def test_a_client_that_asks_sees_what_is_held(world: World) -> None:
    await world.users_named(names(6), active=True)
    for name in names(6):
        await world.change(name, active=False)
    await world.deliver_all()
    ((_, who),) = world.held()
    found = world.journal.read(lambda db: deliveries.progress(db, world.names[who]))
    await world.approve(world.plan())
    await world.deliver_all()

    assert {"corp": Reached("held", 1)} == found
    assert {"corp": Reached("in_sync", 2)} == world.journal.read(lambda db: deliveries.progress(db, world.names[who]))
