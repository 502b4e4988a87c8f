"""The status document: what is true of each target, with and without a deliverer at work."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.daemon.status import status
from connectors.sdk import Refused, TargetDown
from tests.unit.delivery.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path).start()
    yield world
    await world.journal.close()


async def _status(world: World) -> dict[str, Any]:
    return await status(world.journal, [world.target.settings], world.clock, running=True)


async def test_a_new_target_has_nothing_to_show(world: World) -> None:
    shown = await _status(world)
    corp = shown["targets"]["corp"]

    assert ("closed", None, 0, 0, None) == (
        corp["breaker"],
        corp["reason"],
        corp["entries"],
        corp["backlog"],
        corp["oldest_undelivered_seconds"],
    )
    assert ({"writable": True}, []) == (shown["journal"], shown["parked"])


async def test_what_waits_is_counted_and_has_an_age(world: World) -> None:
    await world.user("kim")
    world.clock.advance(90)
    corp = (await _status(world))["targets"]["corp"]

    assert (1, 90.0) == (corp["backlog"], corp["oldest_undelivered_seconds"])


async def test_a_clock_that_was_set_back_makes_no_negative_age(world: World) -> None:
    await world.user("kim")
    world.clock.advance(-90)

    assert (await _status(world))["targets"]["corp"]["oldest_undelivered_seconds"] == 0.0


async def test_what_was_delivered_is_an_entry_in_sync(world: World) -> None:
    await world.user("kim")
    await world.deliver()
    corp = (await _status(world))["targets"]["corp"]

    assert (1, 1, 0, None) == (
        corp["entries"],
        corp["in_sync"],
        corp["backlog"],
        corp["oldest_undelivered_seconds"],
    )


async def test_a_target_that_is_down_says_why_and_until_when(world: World) -> None:
    world.connector.fail = [TargetDown("connection refused")]
    await world.user("kim")
    await world.deliver()
    corp = (await _status(world))["targets"]["corp"]

    assert ("open", "TargetDown", "connection refused") == (corp["breaker"], corp["cause"], corp["reason"])
    assert corp["retry_at"] > world.clock.now()


async def test_what_is_parked_is_listed_with_its_reason(world: World) -> None:
    await world.user("kim")
    world.connector.fail = [None, None, Refused("sn is missing", code="65", attribute="sn", fix="map sn")]
    await world.deliver()
    (parked,) = (await _status(world))["parked"]

    assert {"target": "corp", "name": "kim", "code": "65", "attribute": "sn", "fix": "map sn"}.items() <= parked.items()


async def test_a_target_that_is_not_in_the_config_is_not_shown(world: World) -> None:
    await world.user("kim")

    assert {} == (await status(world.journal, [], world.clock, running=False))["targets"]


async def test_it_is_json(world: World) -> None:
    await world.user("kim")
    shown = await _status(world)

    assert shown == json.loads(json.dumps(shown))


async def test_passwords_are_counted_and_refused_ones_listed_without_themselves(world: World) -> None:
    await world.user("kim")
    await world.deliver()
    world.connector.fail = [Refused("too short", code="weak")]
    await world.change("kim", password="Kanarienvogel")
    await world.deliver()
    await world.user("lee", password="Kanarienvogel")
    world.clock.advance(30)
    shown = await _status(world)
    corp, (refused,) = shown["targets"]["corp"], shown["parked_passwords"]

    assert (1, 1, 30.0) == (corp["passwords"], corp["passwords_parked"], corp["oldest_password_seconds"])
    assert ("corp", "kim", "too short", "weak") == tuple(refused[key] for key in ("target", "name", "text", "code"))
    assert "Kanarienvogel" not in json.dumps(shown)
