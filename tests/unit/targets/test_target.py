"""A target calls its connector with a deadline, and never more at once than it bears."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from bridge.settings import TargetSettings
from bridge.targets import Target
from connectors.sdk import (
    Capability,
    Delta,
    Entry,
    Gone,
    Key,
    OutcomeUnknown,
    Page,
    Probe,
    Query,
    Ref,
    TargetDown,
)
from connectors.sdk.memory import MemoryConnector

REF = Ref("users", "1", "users/kim")
ENTRY = Entry("users", {"uid": ("kim",)})
Call = Callable[[Target], Awaitable[Any]]
READS: dict[str, Call] = {
    "probe": lambda target: target.probe(),
    "get": lambda target: target.get(REF, ["uid"]),
    "find": lambda target: target.find(Key("users", "uid", "kim")),
    "search": lambda target: anext(target.search(Query("users", ("uid",)))),
}
WRITES: dict[str, Call] = {
    "create": lambda target: target.create(ENTRY),
    "update": lambda target: target.update(REF, Delta(ENTRY, (), False)),
    "delete": lambda target: target.delete(REF),
    "update_members": lambda target: target.update_members(REF, ["a"], []),
    "activate": lambda target: target.activate(REF, False),
}


class Hanging(MemoryConnector):
    """Never answers; counts how many wait."""

    waiting = 0
    most = 0

    async def hang(self, *_: Any) -> Any:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await asyncio.Event().wait()
        finally:
            self.waiting -= 1

    async def search(self, query: Query) -> AsyncIterator[Page]:
        await self.hang(query)
        yield Page(())

    probe = get = find = create = update = delete = update_members = activate = hang


def _target(connector: Any, timeout: float = 0.01) -> Target:
    return Target("corp", TargetSettings(name="corp", connector="memory", timeout=timeout), connector, {})


@pytest.mark.parametrize("call", READS.values(), ids=list(READS))
async def test_a_read_without_an_answer_means_that_the_target_is_down(call: Call) -> None:
    with pytest.raises(TargetDown, match=r"within 0\.01 s"):
        await call(_target(Hanging()))


@pytest.mark.parametrize("call", WRITES.values(), ids=list(WRITES))
async def test_a_write_without_an_answer_has_an_unknown_outcome(call: Call) -> None:
    with pytest.raises(OutcomeUnknown, match=r"within 0\.01 s"):
        await call(_target(Hanging()))


async def test_no_more_calls_are_under_way_than_the_target_bears() -> None:
    connector = Hanging(concurrency=3)
    target = _target(connector)

    await asyncio.gather(*(target.get(REF, []) for _ in range(7)), return_exceptions=True)

    assert (3, 0) == (connector.most, connector.waiting)


async def test_a_connector_that_looks_at_many_places_with_one_call_is_asked_for_as_many() -> None:
    class Gathering(Hanging):
        looks = 5

    connector = Gathering(concurrency=2)
    target = _target(connector)

    await asyncio.gather(*(target.get(Ref("users", "", f"users/{n}"), []) for n in range(7)), return_exceptions=True)
    assert 5 == connector.most
    connector.most = 0
    await asyncio.gather(*(target.get(REF, []) for _ in range(7)), return_exceptions=True)
    assert 2 == connector.most


async def test_what_the_connector_raises_comes_as_it_is() -> None:
    connector = MemoryConnector(fail=[Gone("not there")])

    with pytest.raises(Gone, match="not there"):
        await _target(connector, 5).update(REF, Delta(ENTRY, (), False))


async def test_a_call_that_fails_gives_its_place_back() -> None:
    connector = MemoryConnector(concurrency=1, fail=[Gone("1"), Gone("2"), Gone("3")])
    target = _target(connector, 5)
    for _ in range(3):
        with pytest.raises(Gone):
            await target.get(REF, [])

    assert await target.get(REF, []) is None


class Bare:
    """A connector that has none of the optional calls."""

    concurrency = 1

    async def probe(self) -> Probe:
        return Probe("bare", frozenset(Capability))


async def test_a_target_can_what_its_connector_has_and_its_server_lets() -> None:
    bare, both = _target(Bare(), 5), _target(MemoryConnector(), 5)
    await bare.probe()
    await both.probe()

    assert {Capability.EVERYTHING} == bare.capabilities  # which takes no method of its own
    assert {Capability.MEMBERS, Capability.ACTIVATION} <= both.capabilities


async def test_pages_come_until_the_last() -> None:
    target = _target(MemoryConnector(), 5)
    for name in ("kim", "lee"):
        await target.create(Entry("users", {"uid": (name,)}))

    pages = [page async for page in target.search(Query("users", ("uid",)))]

    assert [2, 0] == [len(page.entries) for page in pages]
    assert [False, True] == [page.complete for page in pages]
