"""Groups in groups at a target that flattens them: what it is sent, and what it is never sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.journal import plans
from bridge.journal.findings import PlanState
from bridge.reconcile.reconciler import Reconciler
from tests.unit.delivery.world import World

FLATTEN = {"nested": "flatten"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """All are in staff: kim herself, lee and max by a team, and max by the crew in it too."""
    world = World(tmp_path, groups=FLATTEN).start()
    await world.catch_up()
    await world.users_named(["kim", "lee", "max"])
    await world.group("crew", "max")
    await world.group("team", "lee", "max", "crew")
    await world.group("staff", "kim", "team")
    await world.deliver_all()
    world.connector.calls.clear()
    yield world
    await world.journal.close()


def sent(world: World) -> list[tuple[set[str], set[str]]]:
    """What was added and removed, call by call."""
    return [(set(what[1]), set(what[2])) for verb, what in world.connector.calls if verb == "update_members"]  # type: ignore[index]


def named(*names: str) -> set[str]:
    return {f"users/{name}" for name in names}


async def test_a_group_has_the_users_of_the_groups_in_it_and_none_of_these(world: World) -> None:
    assert named("kim", "lee", "max") == world.members("staff")
    assert named("lee", "max") == world.members("team")
    assert named("max") == world.members("crew")


async def test_one_user_more_or_less_in_a_nested_group_is_one_value_in_each_group_above(world: World) -> None:
    await world.users_named(["zoe"])
    await world.join("crew", "zoe")
    await world.deliver_all()
    await world.leave("team", "lee")
    await world.deliver_all()

    zoe, lee = ({*named("zoe")}, set()), (set(), {*named("lee")})
    assert [zoe, zoe, zoe, lee, lee] == sent(world)
    assert named("kim", "max", "zoe") == world.members("staff")


async def test_a_group_that_joins_or_leaves_brings_or_takes_its_users(world: World) -> None:
    await world.leave("staff", "team")
    await world.deliver_all()
    assert named("kim") == world.members("staff")
    await world.join("staff", "crew")
    await world.deliver_all()

    assert named("kim", "max") == world.members("staff")


async def test_who_is_there_by_another_way_stays_and_nothing_is_sent(world: World) -> None:
    await world.leave("team", "max")
    await world.deliver_all()

    assert named("kim", "lee", "max") == world.members("staff")
    assert [] == sent(world)


async def test_a_nested_group_that_is_deleted_takes_its_users_with_it(world: World) -> None:
    await world.delete("team", "Group")
    await world.deliver_all()

    assert named("kim") == world.members("staff")
    assert "groups/team" not in world.entries()


async def test_who_is_deleted_leaves_every_group_above(world: World) -> None:
    await world.delete("max")
    await world.deliver_all()

    assert (named("kim", "lee"), named("lee"), set()) == tuple(map(world.members, ("staff", "team", "crew")))
    assert "users/max" not in world.entries()


async def test_a_circle_ends(world: World) -> None:
    await world.join("crew", "staff")
    await world.deliver_all()
    assert [named("kim", "lee", "max")] * 3 == [*map(world.members, ("staff", "team", "crew"))]
    await world.leave("staff", "team")
    await world.deliver_all()

    assert named("kim") == world.members("staff")
    assert named("kim", "max") == world.members("crew")


async def test_who_has_no_entry_yet_or_is_out_of_scope_joins_every_group_by_itself(tmp_path: Path) -> None:
    world = World(tmp_path, groups=FLATTEN, users={"scope": 'title ne "Guest"'}).start()
    await world.catch_up()
    await world.group("team", "later")
    await world.group("staff", "team")
    await world.user("guest", title="Guest")
    await world.join("team", "guest")
    await world.deliver_all()
    assert set() == world.members("staff")
    await world.change("guest", title="Host")
    await world.deliver_all()
    assert named("guest") == world.members("staff") == world.members("team")
    await world.change("guest", title="Guest")
    await world.deliver_all()

    assert set() == world.members("staff")
    assert 2 + 2 == world.standing().waiting
    await world.journal.close()


async def test_a_run_knows_who_is_there_by_a_nested_group_and_leaves_foreign_members_alone(world: World) -> None:
    reconciler = Reconciler(world.journal, world.target, world.health, world.clock)
    assert () == (await reconciler.run()).plan.findings
    world.entries()["groups/staff"].members = named("kim", "lee", "stranger")

    plan = (await reconciler.run()).plan
    (finding,) = plan.findings
    assert (0, 1) == (finding.members_added, finding.members_removed)
    await world.journal.submit(lambda tx: plans.approve(tx, plan.id))
    await world.deliver_all()

    assert named("kim", "lee", "max", "stranger") == world.members("staff")
    assert PlanState.REPORTED == (await reconciler.run()).plan.state


async def test_foreign_members_go_where_all_are_ours(tmp_path: Path) -> None:
    world = World(tmp_path, groups={**FLATTEN, "ownership": "all"}).start()
    await world.catch_up()
    await world.users_named(["kim"])
    await world.group("team", "kim")
    await world.group("staff", "team")
    await world.deliver_all()
    world.entries()["groups/staff"].members |= named("stranger")
    await world.look_again()
    await world.deliver_all()

    assert named("kim") == world.members("staff")
    await world.journal.close()


async def test_a_bulk_that_a_nested_group_loses_is_held_in_the_groups_above_too(tmp_path: Path) -> None:
    world = World(tmp_path, groups=FLATTEN, guards={"member_removals": 5}).start()
    await world.catch_up()
    names = [f"u{number}" for number in range(8)]
    await world.users_named(names)
    await world.group("team", *names)
    await world.group("staff", "team")
    await world.deliver_all()
    await world.leave("staff", "team")
    await world.deliver_all()
    assert [("members", "staff")] == world.held()
    assert named(*names) == world.members("staff")
    await world.approve(world.plan())
    await world.deliver_all()

    assert (set(), named(*names)) == (world.members("staff"), world.members("team"))
    await world.journal.close()


async def test_a_target_that_flattens_from_now_on_or_no_more_is_brought_to_it(world: World) -> None:
    for groups, held in (({}, named("kim") | {"groups/team"}), (FLATTEN, named("kim", "lee", "max"))):
        await world.journal.close()
        world.groups = groups
        world.start()
        await world.catch_up()
        await world.deliver_all()

        assert held == world.members("staff")
        assert 0 == world.standing().waiting


async def test_what_a_nested_group_gained_while_the_target_was_away_reaches_every_group_above(world: World) -> None:
    await world.users_named(["zoe"])
    world.takes = False
    await world.join("crew", "zoe")
    await world.leave("team", "lee")
    world.takes = True
    await world.catch_up()
    await world.deliver_all()

    assert named("kim", "max", "zoe") == world.members("staff")


async def test_a_restart_with_nothing_to_do_does_nothing(world: World) -> None:
    missed = await world.catch_up()
    await world.deliver_all()

    assert {(0, 0)} == {(each.made, each.woken) for each in missed.values()}
    assert [] == world.connector.calls
