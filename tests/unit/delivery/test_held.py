"""What is held waits for a person: who may approve or reject it as it was read, and nothing else releases it."""

import pytest
import structlog

from bridge.journal import deliveries, links
from bridge.journal.deliveries import Reached
from bridge.journal.plans import PlanDecided, PlanUnknown
from tests.unit.delivery.world import World, delete_all, names, people


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
