"""A target that comes after another: what is there first, what waits for it, and what never waits."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import pytest

from bridge.delivery import Deliverer
from bridge.delivery.ending import Ending
from bridge.delivery.progress import NotYet, Progress
from bridge.journal import mending, waking
from bridge.journal.standing import standing
from bridge.settings import TargetSettings
from bridge.targets import Health, Target
from connectors.sdk import Refused, TargetDown
from connectors.sdk.memory import MemoryConnector
from tests.unit.delivery.world import World


@dataclass
class Pair:
    """`corp` is the world's own target; `app` comes after it."""

    world: World
    connector: MemoryConnector = field(default_factory=MemoryConnector)
    after: tuple[str, ...] = ("corp",)

    def __post_init__(self) -> None:
        world = self.world
        settings = TargetSettings(name="app", connector="memory", kinds=world.target.settings.kinds, after=("corp",))
        target = Target("app", settings, self.connector, world.target.rules)
        health = Health(world.journal, target, world.clock, lambda: 0.5)
        self.deliverer = Deliverer(
            world.journal, target, health, world.clock, lambda: 0.5, after=lambda kind: self.after
        )

    async def app(self) -> int:
        """Deliver what is due at `app`."""
        return await self.deliverer.deliver_due()

    def there(self) -> set[str]:
        return {stored.ref.locator for stored in self.connector.entries.values()}

    def waits(self) -> dict[str, int]:
        return self.world.journal.read(lambda db: standing(db, "app")).waits_for

    def link(self, name: str) -> mending.Shown:
        found = self.world.journal.read(lambda db: mending.of_resource(db, self.world.names[name]))
        return next(link for link in found if link.target == "app")


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    world = World(tmp_path, takers=("corp", "app")).start()
    yield Pair(world)
    await world.journal.close()


async def test_what_is_not_at_the_first_target_waits_for_it_by_name(pair: Pair) -> None:
    await pair.world.user("kim")
    await pair.app()

    assert (set(), {"corp": 1}) == (pair.there(), pair.waits())
    assert ("dirty", "corp", 0) == (pair.link("kim").state, pair.link("kim").waits_for, pair.link("kim").attempts)


async def test_it_is_due_at_once_when_the_first_target_has_it(pair: Pair) -> None:
    woken: set[str] = set()
    pair.world.journal.on_dirty(woken.update)
    await pair.world.user("kim")
    await pair.app()
    woken.clear()
    await pair.world.deliver()

    assert "app" in woken
    assert 1 == await pair.app()
    assert ({"users/kim"}, {}) == (pair.there(), pair.waits())


async def test_what_is_at_the_first_target_already_does_not_wait(pair: Pair) -> None:
    await pair.world.user("kim")
    await pair.world.deliver()

    assert 1 == await pair.app()
    assert {"users/kim"} == pair.there()


async def test_each_change_waits_too(pair: Pair) -> None:
    await pair.world.user("kim")
    await pair.world.deliver()
    await pair.app()
    await pair.world.change("kim", title="Boss")
    await pair.app()
    assert {"corp": 1} == pair.waits()
    await pair.world.deliver()
    await pair.app()

    (kim,) = pair.connector.entries.values()
    assert ("Boss",) == kim.attributes["title"]


async def test_a_settle_in_between_is_not_missed(pair: Pair) -> None:
    """The first target gets it between the look and the writing down that it waits."""
    await pair.world.user("kim")

    class Late(Ending):
        async def put_off(self, progress: Progress, wait: NotYet) -> None:
            await pair.world.deliver()
            await super().put_off(progress, wait)

    worker = pair.deliverer._worker
    worker.ending = Late(**{each.name: getattr(worker.ending, each.name) for each in fields(Ending)})
    await pair.app()

    assert ({}, {"users/kim"}) == (pair.waits(), pair.there())


async def test_who_is_parked_at_the_first_target_waits_until_that_is_mended(pair: Pair) -> None:
    world = pair.world
    await world.user("kim")
    world.connector.fail = [None, None, Refused("sn is missing")]
    await world.deliver()
    await pair.app()
    assert {"corp": 1} == pair.waits()

    await world.journal.submit(lambda tx: mending.retry(tx, "corp"))
    await world.deliver()
    await pair.app()
    assert {"users/kim"} == pair.there()


async def test_others_go_on_while_one_waits(pair: Pair) -> None:
    world = pair.world
    for name in ("kim", "lee"):
        await world.user(name)
    world.connector.fail = [None, None, None, Refused("sn is missing")]
    await world.deliver()
    await pair.app()

    assert 1 == len(pair.there())
    assert {"corp": 1} == pair.waits()


async def test_what_is_held_at_the_first_target_is_waited_for(pair: Pair) -> None:
    world = pair.world
    world.guards = {"clears": 0}
    await world.restart()
    pair = Pair(world, pair.connector)
    await world.user("kim", title="Boss")
    await world.deliver()
    await pair.app()
    await world.change("kim", title=None)
    await world.deliver()
    await pair.app()
    assert {"corp": 1} == pair.waits()

    await world.approve(world.plan())
    await world.deliver()
    await pair.app()
    assert {} == pair.waits()
    (kim,) = pair.connector.entries.values()
    assert "title" not in kim.attributes


async def test_a_disable_and_a_delete_wait_for_nobody(pair: Pair) -> None:
    world = pair.world
    for name in ("kim", "lee"):
        await world.user(name)
    await world.deliver()
    await pair.app()
    await world.health.heard(TargetDown("connection refused"))
    await world.change("kim", active=False)
    await world.delete("lee")
    await pair.app()

    (kim,) = pair.connector.entries.values()
    assert ("users/kim", False) == (kim.ref.locator, kim.active)
    assert {} == pair.waits()


async def test_who_was_never_there_is_not_made_disabled_before_its_time(pair: Pair) -> None:
    await pair.world.user("kim", active=False)
    await pair.app()

    assert {"corp": 1} == pair.waits()


async def test_who_the_first_target_does_not_want_is_not_waited_for(pair: Pair) -> None:
    """It is done there, without an entry."""
    world = pair.world
    rules = dict(world.target.rules)
    world.target.rules = {**rules, "users": replace(rules["users"], in_scope=lambda _: False)}
    await world.user("kim")
    await pair.app()
    await world.deliver()
    await pair.app()

    assert ({}, {"users/kim"}) == (world.entries(), pair.there())


async def test_a_resource_that_the_first_target_does_not_take_is_not_waited_for(pair: Pair) -> None:
    pair.world.takers = ("app",)
    await pair.world.user("kim")
    await pair.app()

    assert {"users/kim"} == pair.there()


async def test_what_was_unlinked_at_the_first_target_is_waited_for_no_more(pair: Pair) -> None:
    kim = await pair.world.user("kim")
    await pair.app()
    await pair.world.journal.submit(lambda tx: mending.forget(tx, "corp", kim))
    await pair.app()

    assert {"users/kim"} == pair.there()


async def test_another_order_is_looked_at_again(pair: Pair) -> None:
    await pair.world.user("kim")
    await pair.app()
    pair.after = ()
    await pair.world.journal.submit(waking.wake_waiting)
    await pair.app()

    assert {"users/kim"} == pair.there()
