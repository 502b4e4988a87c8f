"""Why a target holds of a resource what it holds: the way of a delivery, without writing."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.delivery.explain import Explaining
from bridge.journal import resources
from connectors.sdk import Refused, TargetDown
from tests.unit.delivery.world import ENTERPRISE, World

WRITES = {"create", "update", "delete", "activate", "update_members"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path).start(scope='not (userType eq "Guest")')
    yield world
    await world.journal.close()


async def why(world: World, name: str, *, values: bool = False) -> dict[str, Any]:
    """The explanation; nothing may have been written for it, and it is JSON."""
    before = len(world.connector.calls)
    stored = world.journal.read(lambda db: resources.by_id(db, world.names[name]))
    assert stored is not None
    explaining = Explaining(world.journal, world.target, world.health, world.clock, values)
    explained = await explaining.explain(stored)
    assert not WRITES & {verb for verb, _ in world.connector.calls[before:]}
    return json.loads(json.dumps(explained))


async def test_what_was_delivered_is_wanted_there_and_there(world):
    await world.user("kim", title="Boss")
    await world.deliver()
    told = await why(world, "kim")

    assert ("in_sync", "users/kim") == (told["state"], told["wanted"]["place"])
    assert "in the scope, and active" == told["wanted"]["because"]
    assert (True, True, True) == tuple(told["there"][key] for key in ("read", "present", "ours"))
    assert ([], False) == (told["to_do"]["changes"], told["to_do"]["move"])


async def test_names_alone_are_shown_and_values_only_where_they_are_asked_for(world):
    await world.user("kim", title="Boss")
    await world.deliver()

    assert "Boss" not in json.dumps(await why(world, "kim"))
    told = await why(world, "kim", values=True)
    assert ["Boss"] == told["wanted"]["attributes"]["title"] == told["there"]["attributes"]["title"]


async def test_what_is_not_delivered_yet_is_to_be_done(world):
    await world.user("kim", title="Boss")
    await world.deliver()
    await world.change("kim", title=None, userName="kimmy")
    told = await why(world, "kim")

    assert ("dirty", "it is due now") == (told["state"], told["says"])
    assert [["uid", "replace"], ["title", "replace"]] == told["to_do"]["changes"]
    assert told["to_do"]["move"]


async def test_a_new_user_is_to_be_created_and_what_stands_in_its_place_is_not_ours(world):
    await world.user("kim")
    told = await why(world, "kim")
    assert (True, False) == (told["to_do"]["create"], told["there"]["present"])

    await world.deliver()
    await world.journal.submit(lambda tx: tx.db.execute("UPDATE link SET entry_id = NULL, intent = NULL").rowcount)
    told = await why(world, "kim")
    assert (True, False) == (told["there"]["present"], told["there"]["ours"])


async def test_who_left_the_scope_or_was_deleted_is_not_wanted(world):
    for name in ("kim", "lee"):
        await world.user(name)
    await world.deliver()
    await world.change("kim", userType="Guest")
    await world.delete("lee")

    kim, lee = await why(world, "kim"), await why(world, "lee")
    assert ("leave", "left scope", True) == tuple(kim["wanted"][key] for key in ("aim", "because", "locked"))
    assert kim["to_do"]["lock"]
    assert ("remove", "deleted") == tuple(lee["wanted"][key] for key in ("aim", "because"))
    assert lee["to_do"]["delete"]


async def test_who_is_not_active_is_to_be_locked(world):
    await world.user("kim")
    await world.deliver()
    await world.change("kim", active=False)
    told = await why(world, "kim")

    assert (True, "in the scope, and not active") == (told["wanted"]["locked"], told["wanted"]["because"])
    assert told["to_do"]["lock"]


async def test_a_manager_without_an_entry_is_named_as_what_it_waits_for(world):
    boss = await world.user("boss", userType="Guest")
    await world.user("kim", **{ENTERPRISE: {"manager": {"value": boss}}})
    await world.deliver()
    told = await why(world, "kim")

    assert ("waiting", [{"attribute": "manager", "resource": boss}]) == (told["state"], told["wanted"]["waits_for"])


async def test_members_are_counted(world):
    await world.user("kim")
    await world.user("guest", userType="Guest")
    await world.group("all", "kim", "guest")
    await world.deliver_all()
    await world.user("lee")
    await world.deliver_all()
    await world.join("all", "lee")
    told = await why(world, "all")

    assert {"there": 1, "to_add": 1, "to_remove": 0, "waiting": 1, "held": 0} == told["to_do"]["members"]


async def test_what_is_held_is_told_with_its_plan(world):
    world.guards = {"deletes": 0}
    await world.restart()
    await world.user("kim")
    await world.deliver()
    await world.delete("kim")
    await world.deliver()
    told = await why(world, "kim")

    assert "held" == told["state"]
    assert ["delete"] == [hold["operation"] for hold in told["held"]]
    assert told["held"][0]["plan"] in told["says"]


async def test_a_target_that_is_down_is_not_read(world):
    await world.user("kim")
    await world.deliver()
    await world.health.heard(TargetDown("connection refused"))
    calls = len(world.connector.calls)
    told = await why(world, "kim")

    assert (False, "corp is not called: connection refused") == (told["there"]["read"], told["there"]["because"])
    assert calls == len(world.connector.calls)
    assert "changes" not in told["to_do"]


async def test_what_the_target_does_not_show_is_said(world):
    await world.user("kim")
    await world.deliver()
    world.connector.fail = [Refused("insufficient rights")]

    assert "insufficient rights" == (await why(world, "kim"))["there"]["because"]


async def test_an_entry_that_somebody_removed_is_said(world):
    await world.user("kim")
    await world.deliver()
    world.connector.entries.clear()
    told = await why(world, "kim")

    assert (True, False) == (told["there"]["read"], told["there"]["present"])


async def test_a_resource_that_the_target_does_not_take_is_said(world):
    world.takes = False
    await world.user("kim")

    assert "unlinked" == (await why(world, "kim"))["state"]


async def test_who_leaves_in_steps_is_told_with_the_next(world):
    await world.restart(on_delete=["lock", "30d delete"])
    await world.user("kim")
    await world.deliver()
    await world.delete("kim")
    await world.deliver()
    told = await why(world, "kim")

    departed = world.clock.now()
    assert {"how": "deleted", "since": departed, "next_step": departed + 30 * 86_400_000} == told["departure"]
