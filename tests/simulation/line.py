"""The connector of one process to a target that outlives it: every call takes a while, and may go wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from connectors.sdk import (
    Capability,
    Conflict,
    ConnectorError,
    Delta,
    Entry,
    Fault,
    Key,
    OutcomeUnknown,
    Page,
    Probe,
    Query,
    Ref,
    Refused,
    TargetDown,
    Throttled,
    Value,
)
from tests.simulation.system import System

T = TypeVar("T")
OUTRIGHT = 0.25
"""Of the calls that go wrong: what is refused before anything is done."""


class Line:
    """The connector of one process. Once that is `dead`, nothing of it reaches the target."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.concurrency = system.nature.concurrency
        self._memory = system.memory
        self._dice = system.dice
        self.dead = False

    async def open(self) -> None:
        return

    async def close(self) -> None:
        return

    async def probe(self) -> Probe:
        async def probe() -> Probe:
            can = {Capability.MEMBERS, *([Capability.ACTIVATION] if self.system.nature.can_lock else [])}
            return Probe("simulated", frozenset(can), identity=self.system.name)

        return await self._read(probe)

    async def get(self, ref: Ref, attributes: Sequence[str], members: bool = False) -> Entry | None:
        return await self._read(lambda: self._memory.get(ref, attributes, members))

    async def search(self, query: Query) -> AsyncIterator[Page]:
        async def all_pages() -> list[Page]:
            return [page async for page in self._memory.search(query)]

        for page in await self._read(all_pages):
            yield page

    async def find(self, key: Key) -> list[Ref]:
        return await self._read(lambda: self._memory.find(key))

    def locate(self, entry: Entry) -> str:
        return self._memory.locate(entry)

    def normalise(self, kind: str, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
        return self._memory.normalise(kind, attribute, values)

    def check(self, entry: Entry) -> list[Fault]:
        return self._memory.check(entry)

    def name_of(self, kind: str) -> str:
        return self._memory.name_of(kind)

    def member_value(self, member: Ref) -> str:
        return member.locator if self.system.nature.by_locator else member.id

    async def create(self, entry: Entry) -> Ref:
        async def create() -> Ref:
            _refuse(entry)
            ref = await self._memory.create(entry)
            self.system.wrote(self._memory.entries[ref.id])
            return ref

        return await self._write("create", self.locate(entry), create)

    async def update(self, ref: Ref, delta: Delta) -> Ref:
        async def update() -> Ref:
            _refuse(delta.entry)
            now = await self._memory.update(ref, delta)
            self.system.wrote(self._memory.entries[ref.id])
            return now

        return await self._write("update", ref.id, update)

    async def delete(self, ref: Ref) -> None:
        async def delete() -> None:
            if ref.id in self.system.foreign:
                self.system.wrong.append(f"{self.system.name}: {ref.locator} is not ours, and was deleted")
            if ref.id in self._memory.entries:
                self.system.removed.append((asyncio.get_running_loop().time(), ref.id))
            await self._memory.delete(ref)

        await self._write("delete", ref.id, delete)

    async def update_members(self, ref: Ref, add: Sequence[str], remove: Sequence[str]) -> None:
        await self._write("members", ref.id, lambda: self._memory.update_members(ref, add, remove))

    async def activate(self, ref: Ref, active: bool) -> None:
        await self._write("activate", ref.id, lambda: self._memory.activate(ref, active))

    async def _read(self, do: Callable[[], Awaitable[T]]) -> T:
        await self._travel()
        if self._goes_wrong():
            raise self._trouble()
        return await do()

    async def _write(self, verb: str, key: str, do: Callable[[], Awaitable[T]]) -> T:
        """The request travels, is carried out, and its answer travels; any of it may fail, or be broken off."""
        self.system.begins(key, verb)
        try:
            return await self._attempt(do)
        finally:
            self.system.ends(key)

    async def _attempt(self, do: Callable[[], Awaitable[T]]) -> T:
        try:
            await self._travel()
        except asyncio.CancelledError:  # it was on its way: it may be carried out all the same
            if not self.system.down and self._dice.random() < 0.5:
                with suppress(ConnectorError):
                    await do()
            raise
        if not self._goes_wrong():
            done = await do()
            await self._travel()
            return done
        if self._dice.random() < OUTRIGHT:
            raise self._trouble()
        if self._dice.random() < 0.5:
            with suppress(ConnectorError):
                await do()
        if self._dice.random() < 0.3:
            await asyncio.sleep(60)  # until whoever asked has given up
        raise OutcomeUnknown("the answer was lost")

    async def _travel(self) -> None:
        self.system.calls += 1
        self.system.calls_while_down += self.system.down
        await asyncio.sleep(self._dice.uniform(0.001, 0.05))
        if self.system.stuck:
            await asyncio.sleep(3600)
        if self.system.down or self.dead:
            raise TargetDown("nobody listens there")

    def _goes_wrong(self) -> bool:
        return not self.system.calm and self._dice.random() < self.system.nature.trouble

    def _trouble(self) -> ConnectorError:
        sorts: list[ConnectorError] = [
            TargetDown("reset"),
            Throttled("slowly", after=self._dice.choice((None, 0.5, 3.0))),
            Conflict("changed meanwhile"),
        ]
        return self._dice.choice(sorts)


def _refuse(entry: Entry) -> None:
    """Some values no target takes."""
    if entry.attributes.get("sn") == ("Refused",):
        raise Refused("the value is not allowed here", code="policy", attribute="sn")
