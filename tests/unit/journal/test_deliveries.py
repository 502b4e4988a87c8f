"""How far a target is with one resource, on a real journal with a real deliverer behind it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.journal.deliveries import Delivery, Reached, of_resource, progress
from connectors.sdk import Refused, TargetDown
from tests.unit.delivery.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path).start()
    yield world
    await world.journal.close()


def _of(world: World, name: str) -> Delivery:
    (delivery,) = world.journal.read(lambda db: of_resource(db, world.names[name]))
    return delivery


async def test_what_was_accepted_is_on_its_way(world: World) -> None:
    await world.user("kim")

    assert ("dirty", 0, None) == (_of(world, "kim").state, _of(world, "kim").version, _of(world, "kim").locator)


async def test_what_was_delivered_has_its_version_and_its_place(world: World) -> None:
    await world.user("kim")
    await world.deliver()
    await world.change("kim", title="Boss")
    await world.deliver()

    delivery = _of(world, "kim")

    assert ("in_sync", 2, "users/kim", False) == (
        delivery.state,
        delivery.version,
        delivery.locator,
        bool(delivery.waits),
    )


async def test_a_refusal_is_told_with_its_words(world: World) -> None:
    await world.user("kim")
    world.connector.fail = [None, None, Refused("sn is missing", code="65")]  # probe, get, create
    await world.deliver()

    delivery = _of(world, "kim")

    assert "parked" == delivery.state
    assert ("Refused", "65", "sn is missing") == (delivery.error, delivery.code, delivery.text)
    assert world.clock.now() == delivery.at


async def test_a_target_that_is_down_says_so(world: World) -> None:
    await world.user("kim")
    world.connector.fail = [TargetDown("connection refused")]
    await world.deliver()

    delivery = _of(world, "kim")

    assert ("dirty", "open", "TargetDown") == (delivery.state, delivery.breaker, delivery.cause)
    assert delivery.retry_at is not None


async def test_a_group_waits_for_a_member_that_will_come(world: World) -> None:
    await world.group("staff", "nobody-yet")
    await world.deliver()

    assert _of(world, "staff").waits


async def test_a_group_does_not_wait_for_a_member_that_is_out_of_scope(tmp_path: Path) -> None:
    world = World(tmp_path).start(scope='title eq "Boss"')
    await world.user("kim")
    await world.group("staff", "kim")
    await world.deliver()

    delivery = _of(world, "staff")
    await world.journal.close()

    assert ("in_sync", 0) == (delivery.state, delivery.waits)


async def test_a_user_waits_for_its_manager(world: World) -> None:
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    await world.user("kim", **{enterprise: {"manager": {"value": "nobody-yet"}}})
    await world.deliver()

    assert _of(world, "kim").waits


async def test_progress_is_the_same_in_short(world: World) -> None:
    await world.user("kim")
    await world.deliver()

    assert {"corp": Reached("in_sync", 1)} == world.journal.read(lambda db: progress(db, world.names["kim"]))
