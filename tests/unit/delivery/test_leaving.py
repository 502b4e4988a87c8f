"""Whoever is removed leaves the groups first; a group that does not let go keeps nobody for ever."""

from __future__ import annotations

from connectors.sdk import Ref
from connectors.sdk.memory import Stored
from tests.unit.delivery.world import World


async def test_who_is_in_a_group_that_is_parked_is_locked_meanwhile_and_then_goes(world: World) -> None:
    await world.users_named(["ada"])
    await world.group("eng", "ada")
    await world.deliver_all()
    world.connector.entries["theirs"] = Stored(Ref("groups", "theirs", "groups/ops"), {"cn": ("ops",)})
    await world.rename_group("eng", "ops")
    await world.deliver_all()
    await world.delete("ada")
    await world.deliver()
    assert not world.entries()["users/ada"].active
    await world.deliver_all()

    assert {"groups/eng", "groups/ops"} == world.entries().keys()
    assert ["disputed"] == [each.code for each in world.parked()]


async def test_a_group_that_is_in_itself_goes_at_once(world: World) -> None:
    await world.group("eng")
    await world.join("eng", "eng")
    await world.deliver_all()
    assert {"groups/eng"} == world.members("eng")
    await world.delete("eng", "Group")
    await world.deliver()

    assert {} == world.entries()


async def test_groups_in_a_circle_go_with_all_that_is_in_them(world: World) -> None:
    """Simulation, seed 36: each waited for the other to go first."""
    await world.users_named(["ada"])
    await world.group("eng", "ada")
    await world.group("ops", "eng")
    await world.join("eng", "ops")
    await world.deliver_all()
    for name, type_ in (("ada", "User"), ("eng", "Group"), ("ops", "Group")):
        await world.delete(name, type_)
    await world.deliver_all()

    assert {} == world.entries()


async def test_a_group_may_take_the_name_of_a_deleted_one_that_was_in_it(world: World) -> None:
    """It waits for the place, and the other for its membership."""
    await world.group("ops")
    await world.group("eng", "ops")
    await world.deliver_all()
    await world.delete("ops", "Group")
    await world.rename_group("eng", "ops")
    await world.deliver_all()

    assert ({"groups/ops"}, set()) == (world.entries().keys(), world.members("ops"))
