"""Leavers whose entries are moved aside, and come back from there."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from tests.unit.delivery.world import World, ada_in_eng, settle, standing_of

MOVES = ["lock", "strip-groups", "30d move:left", "90d delete"]


async def test_a_leaver_is_moved_and_its_name_is_free(world: World) -> None:
    await ada_in_eng(world, on_delete=MOVES)
    id_ = world.entries()["users/ada"].ref.id
    await world.delete("ada")
    await settle(world, 30)
    moved = world.entries()["left/ada"]
    await world.user("ada", title="Another")
    await settle(world)

    assert (id_, False) == (moved.ref.id, moved.active)
    assert {"left/ada", "users/ada", "groups/eng"} == world.entries().keys()
    await settle(world, 60)
    assert {"users/ada", "groups/eng"} == world.entries().keys()
    assert "Another" == world.attributes("users/ada")["title"]


async def test_a_disabled_user_is_moved_and_comes_back(world: World) -> None:
    """What SCIM says of her meanwhile is delivered where she stands."""
    await ada_in_eng(world, on_disable=["lock", "1d strip-groups", "2d move:left"])
    id_ = world.entries()["users/ada"].ref.id
    await world.change("ada", active=False)
    await settle(world, 2)
    await world.change("ada", title="Away")
    await settle(world)
    away = world.attributes("left/ada")["title"]
    await world.change("ada", active=True)
    await settle(world)

    assert ("Away", id_) == (away, world.entries()["users/ada"].ref.id)
    assert (True, True) == standing_of(world)


async def test_a_member_who_is_moved_is_named_where_it_is(world: World) -> None:
    await ada_in_eng(world, on_disable=["lock", "1d move:left", "2d strip-groups"])
    await world.change("ada", active=False)
    await settle(world, 1)
    moved = set(world.members("eng"))
    await settle(world, 1)

    assert ({"left/ada"}, set()) == (moved, world.members("eng"))


async def test_who_was_moved_stays_there_whatever_becomes_of_it_but_a_return(world: World) -> None:
    await ada_in_eng(world, on_disable=["lock", "move:left"], on_delete=["lock", "9d delete"])
    await world.change("ada", active=False)
    await settle(world, 3)
    await world.delete("ada")
    await settle(world, 8.5)
    before = set(world.entries())
    await settle(world, 1)

    assert ({"left/ada", "groups/eng"}, {"groups/eng"}) == (before, set(world.entries()))


async def test_a_leaver_waits_where_another_of_its_name_has_left_before(world: World) -> None:
    await world.restart(on_delete=["lock", "1d move:left", "10d delete"])
    for _ in range(2):
        await world.user("ada")
        await settle(world)
        await world.delete("ada")
        await settle(world, 1)
    both = set(world.entries())
    await settle(world, 8.5)  # the first is deleted, and the second takes its place
    second = set(world.entries())
    await settle(world, 2)

    assert ({"left/ada", "users/ada"}, {"left/ada"}, set()) == (both, second, set(world.entries()))


async def test_a_move_that_the_guards_hold_is_no_reason_to_hold_the_rest(world: World) -> None:
    await ada_in_eng(world, on_disable=["lock", "1d move:left"])
    await world.change("ada", active=False)
    await settle(world)
    world.guards = {"renames": 0}
    await world.restart()
    await settle(world, 1)
    await world.change("ada", title="Away")
    await settle(world)
    held = (world.held(), world.attributes("users/ada")["title"])
    await world.approve(world.plan())
    await settle(world)

    assert ([("rename", "ada")], "Away") == held
    assert "Away" == world.attributes("left/ada")["title"]


@pytest.mark.parametrize("before", [True, False])
async def test_a_move_whose_answer_is_lost_is_looked_at(world: World, before: bool) -> None:
    """The process dies before or after the directory has moved the entry."""

    class Died(BaseException):
        pass

    await ada_in_eng(world, on_delete=["lock", "strip-groups", "1d move:left", "9d delete"])
    await world.delete("ada")
    await settle(world)
    update = world.connector.update

    async def dying(*arguments: Any) -> Any:
        if not before:
            await update(*arguments)
        raise Died

    world.connector.update = dying  # type: ignore[method-assign]
    with contextlib.suppress(BaseException):
        await settle(world, 1)
    world.connector.update = update  # type: ignore[method-assign]
    await world.restart()
    await settle(world)
    moved = set(world.entries())
    await settle(world, 9)

    assert ({"left/ada", "groups/eng"}, {"groups/eng"}) == (moved, set(world.entries()))
