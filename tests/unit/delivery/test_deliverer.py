"""The deliverer of one target: as much under way as the target bears; asleep until there is work; drained at last."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bridge.delivery.deliverer import AHEAD
from bridge.journal import passwords
from bridge.journal.links import URGENT
from connectors.sdk import Entry, OutcomeUnknown, Ref, TargetDown, Throttled
from connectors.sdk.memory import MemoryConnector
from tests.unit.delivery.world import World


@dataclass
class Slow(MemoryConnector):
    """Creates wait at a gate; `arrived` counts those that came to it."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: int = 0
    under_way: int = 0
    most: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def create(self, entry: Entry) -> Ref:
        self.arrived += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.news.set()
        try:
            await self.gate.wait()
            return await super().create(entry)
        finally:
            self.under_way -= 1


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path, connector=Slow(concurrency=2)).start()
    world.journal.on_dirty(lambda _: world.deliverer.wake())
    yield world
    await world.journal.close()


@asynccontextmanager
async def _running(world: World) -> AsyncIterator[asyncio.Task[None]]:
    """The deliverer's loop, ended with the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(world.deliverer.run())
        try:
            yield task
        finally:
            await world.deliverer.drain(0)
            with suppress(asyncio.CancelledError):
                await task


async def _until(world: World, condition: Callable[[], bool]) -> None:
    """At each settle and each arrival the condition is looked at again."""
    slow = world.connector
    assert isinstance(slow, Slow)
    async with asyncio.timeout(10):
        while not condition():
            slow.news.clear()
            await slow.news.wait()


def _noticing(world: World) -> Callable[[], Awaitable[None]]:
    """Have `_until` look again after each commit too."""
    slow = world.connector
    assert isinstance(slow, Slow)

    def wake(_: set[str]) -> None:
        world.deliverer.wake()
        slow.news.set()

    world.journal.on_dirty(wake)

    async def settled() -> None:
        await _until(world, lambda: world.standing().backlog == 0)

    return settled


async def test_it_delivers_what_comes_while_it_runs(slow: World) -> None:
    settled = _noticing(slow)
    slow.connector.gate.set()  # type: ignore[attr-defined]
    async with _running(slow):
        await slow.user("kim")
        await settled()
        await slow.change("kim", title="Boss")
        await settled()

    assert "Boss" == slow.attributes("users/kim")["title"]


async def test_no_more_is_claimed_than_there_is_room_for_and_no_more_called_than_the_target_bears(slow: World) -> None:
    connector = slow.connector
    assert isinstance(connector, Slow)
    settled = _noticing(slow)
    for number in range(20):
        await slow.user(f"user{number:02}")
    async with _running(slow):
        await _until(slow, lambda: connector.arrived == 2)
        sending = slow.standing().sending
        connector.gate.set()
        await settled()

    assert 2 * AHEAD == sending
    assert 2 == connector.most
    assert 20 == len(slow.entries())


async def test_a_disable_overtakes_a_backlog_of_slow_creates(slow: World) -> None:
    """It is claimed although there is no room, and called before those that wait for a call."""
    connector = slow.connector
    assert isinstance(connector, Slow)
    settled = _noticing(slow)
    await slow.user("kim")
    connector.gate.set()
    async with _running(slow):
        await settled()
        connector.gate.clear()
        for number in range(40):
            await slow.user(f"user{number:02}")
        await _until(slow, lambda: connector.under_way == 2)
        await slow.change("kim", active=False)
        await _until_at_the_gate(slow, URGENT)
        connector.calls.clear()
        connector.gate.set()
        await settled()

    first = [verb for verb, _ in connector.calls][:3]
    assert "activate" in first, first


async def test_while_the_target_is_down_nothing_is_claimed(slow: World) -> None:
    slow.connector.fail = [TargetDown("refused")]
    await slow.user("kim")
    async with _running(slow):
        await _until_called(slow, "probe")

    assert ("probe",) == tuple(verb for verb, _ in slow.connector.calls)
    assert (1, 0) == (slow.standing().backlog, slow.standing().sending)


async def test_in_maintenance_nothing_is_claimed_and_the_target_is_not_even_looked_at(slow: World) -> None:
    end: list[int | None] = [slow.clock.now() + 60_000]
    slow.deliverer._closed = lambda: end[0]
    settled = _noticing(slow)
    slow.connector.gate.set()  # type: ignore[attr-defined]
    await slow.user("kim")
    async with _running(slow):
        for _ in range(50):
            await asyncio.sleep(0)
        assert [] == slow.connector.calls
        end[0] = None
        slow.deliverer.wake()
        await settled()

    assert {"users/kim"} == slow.entries().keys()


async def test_it_sleeps_until_maintenance_ends(slow: World) -> None:
    slow.deliverer._closed = lambda: slow.clock.now() + 2_500

    assert 2.5 == slow.deliverer._seconds()


async def _until_at_the_gate(world: World, lane: int) -> None:
    """A call of this lane waits for its turn."""
    async with asyncio.timeout(10):
        while lane not in [lane for lane, *_ in world.target.gate._waiting]:
            await asyncio.sleep(0)


async def _until_called(world: World, verb: str) -> None:
    async with asyncio.timeout(10):
        while verb not in [called for called, _ in world.connector.calls]:
            await asyncio.sleep(0)


async def test_a_drain_lets_what_is_in_hand_end_and_claims_nothing_more(slow: World) -> None:
    connector = slow.connector
    assert isinstance(connector, Slow)
    await slow.user("kim")
    async with asyncio.TaskGroup() as group:
        group.create_task(slow.deliverer.run())
        await _until(slow, lambda: connector.arrived == 1)
        draining = group.create_task(slow.deliverer.drain(10))
        await slow.user("lee")
        connector.gate.set()
        await draining

    assert {"users/kim"} == slow.entries().keys()
    assert 1 == slow.standing().backlog


async def test_what_a_drain_lets_go_of_is_looked_at_by_the_next_process(slow: World) -> None:
    connector = slow.connector
    assert isinstance(connector, Slow)
    await slow.user("kim")
    async with asyncio.TaskGroup() as group:
        group.create_task(slow.deliverer.run())
        await _until(slow, lambda: connector.arrived == 1)
        await slow.deliverer.drain(0)

    assert 1 == slow.standing().sending
    connector.gate.set()
    await slow.restart()
    await slow.deliver()
    assert {"users/kim"} == slow.entries().keys()
    assert 0 == slow.standing().backlog


async def test_who_asks_hears_of_every_settle(tmp_path: Path) -> None:
    world = World(tmp_path).start()
    heard: list[str] = []
    worker = world.deliverer._worker
    worker.ending = replace(worker.ending, settled=heard.append)
    kim = await world.user("kim")
    await world.deliver()
    await world.journal.close()

    assert [kim] == heard


YEAR = 365 * 86_400


async def test_what_was_put_off_does_not_wait_for_a_clock_that_was_set_back(world: World) -> None:
    world.connector.fail = [None, None, OutcomeUnknown("no answer")]
    await world.user("ada")
    await world.deliver()
    world.clock.jump(-YEAR)
    await world.deliver()

    assert {"users/ada"} == world.entries().keys()


async def test_a_target_that_is_down_is_looked_at_when_the_clock_was_set_back(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    world.connector.fail = [TargetDown("gone")]
    await world.change("ada", title="new")
    await world.deliver()
    world.clock.jump(-YEAR)
    await world.deliver()

    assert "new" == world.attributes("users/ada")["title"]


async def test_a_password_does_not_wait_for_a_clock_that_was_set_back(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    world.connector.fail = [Throttled("slowly", after=30)]
    await world.change("ada", password="Open, Sesame 1")
    await world.deliver()
    world.clock.jump(-YEAR)
    await world.deliver_all()

    assert 0 == world.journal.read(lambda db: passwords.waiting(db, "corp")).waiting
