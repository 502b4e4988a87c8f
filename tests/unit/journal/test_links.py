"""A target that starts catches up: with what it never had, and with what went on while the config did not name it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.journal import links, settling
from bridge.journal.settling import Settle
from bridge.journal.waking import Missed, catch_up
from connectors.sdk import Refused
from tests.unit.delivery.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path).start()
    yield world
    await world.journal.close()


async def _without_target(world: World, *changes: Any) -> None:
    """Make the changes while the target is not in the config, then let it come back and deliver."""
    world.takes = False
    for change in changes:
        await change
    world.takes = True
    await world.catch_up()
    await world.deliver()


async def test_what_is_in_sync_is_left_alone(world: World) -> None:
    await world.user("kim")
    await world.group("staff", "kim")
    await world.deliver()

    assert {"users": Missed(0, 0), "groups": Missed(0, 0)} == await world.catch_up()
    assert await world.deliver() == 0


async def test_a_user_who_was_made_meanwhile_comes(world: World) -> None:
    await _without_target(world, world.user("kim"))

    assert {"users/kim"} == world.entries().keys()


async def test_a_change_that_was_made_meanwhile_comes(world: World) -> None:
    await world.user("kim", title="Clerk")
    await world.deliver()
    await _without_target(world, world.change("kim", title="Boss"))

    assert world.attributes("users/kim")["title"] == "Boss"


async def test_a_user_who_was_deleted_meanwhile_goes(world: World) -> None:
    await world.user("kim")
    await world.deliver()
    await _without_target(world, world.delete("kim"))

    assert {} == world.entries()


async def test_members_who_came_and_went_meanwhile_come_and_go(world: World) -> None:
    for name in ("kim", "lee", "max"):
        await world.user(name)
    await world.group("staff", "kim", "lee")
    await world.deliver()
    await _without_target(world, world.join("staff", "max"), world.leave("staff", "kim"))

    assert {"users/lee", "users/max"} == world.members("staff")


async def test_a_group_that_was_made_meanwhile_comes_with_its_members(world: World) -> None:
    await world.user("kim")
    await _without_target(world, world.group("staff", "kim"))

    assert {"users/kim"} == world.members("staff")


async def test_a_group_that_changes_before_the_target_has_caught_up_has_all_its_members(world: World) -> None:
    """The edge may take a change for a new target before that has looked for what it missed."""
    world.takes = False
    for name in ("kim", "lee"):
        await world.user(name)
    await world.group("staff", "kim")
    world.takes = True
    await world.join("staff", "lee")
    await world.catch_up()
    await world.deliver()

    assert {"users/kim", "users/lee"} == world.members("staff")


async def test_a_new_target_gets_most_groups_in_one_write_once_all_their_members_are_there(world: World) -> None:
    """A group does not overtake the bulk of the users when its first member has come. Some go with the last users."""
    world.takes = False
    names = [f"u{number}" for number in range(300)]
    for name in names:
        await world.user(name)
    for number in range(50):
        await world.group(f"g{number}", *names[number::50])
    world.takes = True
    for rules in world.target.rules.values():
        await world.journal.submit(lambda tx, rules=rules: catch_up(tx, "corp", "default", rules))
        world.clock.advance(1)
    await world.deliver()

    assert world.writes().count("update_members") < 1.5 * 50
    assert {f"users/{name}" for name in names[7::50]} == world.members("g7")


async def test_who_was_parked_stays_so_until_something_changed(world: World) -> None:
    await world.user("kim")
    world.connector.fail = [None, None, Refused("no")]  # probe, get, create
    await world.deliver()

    assert Missed(0, 0) == (await world.catch_up())["users"]

    world.clock.advance(1)
    await _without_target(world, world.change("kim", title="Boss"))

    assert world.attributes("users/kim")["title"] == "Boss"


async def test_a_look_that_is_asked_for_while_the_link_is_being_sent_is_taken_at_the_next(world: World) -> None:
    """What a person approved, or a password that found no entry, must not be lost in the settle."""
    await world.users_named(["kim"])
    world.connector.entries.clear()
    await world.change("kim", title="Boss")
    (link,) = await world.journal.submit(lambda tx: links.claim(tx, "corp", 1))
    await world.journal.submit(lambda tx: links.dirty(tx, "corp", world.names["kim"], "users", verify=True))
    done = Settle(link, "in_sync", fulfilled=True, due=0, attempts=0)
    await world.journal.submit(lambda tx: settling.settle(tx, done, link))
    (again,) = await world.journal.submit(lambda tx: links.claim(tx, "corp", 1))

    assert not link.verify
    assert again.verify
