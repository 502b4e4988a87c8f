"""Give an entry the values that pools have for it: numbers and names that nobody else has, and never had.

A value is reserved in the journal before anything is sent, looked for at the target before an entry is made with it,
and stays the resource's for ever. What an entry of ours holds already wins. Whoever else gives out values at the same
target may be quicker between the look and the create: a directory that enforces uniqueness refuses it then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from bridge.delivery.progress import Progress
from bridge.journal import Journal, allocations
from bridge.journal.allocations import Given, Held
from bridge.mapping import MappingFailed, Need, Source
from bridge.mapping.rules import Body
from bridge.targets import Target
from connectors.sdk import Entry, Key, Query, Ref, Refused, Value

MOST = 1000
"""Candidates of a name that are tried."""


@dataclass(frozen=True, slots=True)
class Allocating:
    """The pools, as one target uses them."""

    journal: Journal
    target: Target
    _seeding: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def fill(self, progress: Progress, entry: Entry, body: Body) -> Entry:
        """The entry with what pools give it."""
        needs = progress.rules.needs
        if not needs:
            return entry
        given = {name: (await self._value(progress, name, need, Source(body)),) for name, need in needs.items()}
        progress.pools = tuple(need.pool for need in needs.values())
        return replace(entry, attributes={**entry.attributes, **given})

    async def _value(self, progress: Progress, name: str, need: Need, source: Source) -> Given:
        resource, ref = progress.link.resource, progress.link.ref
        held = self.journal.read(lambda db: allocations.of(db, need.pool, resource))
        if ref is not None and (held is None or not held.used):
            held = await self._adopted(progress, ref, name, need) or held
        if held is not None and held.used and ref is not None:
            return held.value
        while True:
            held = held or await self._given(progress, name, need, source)
            if not await self._is_anothers(progress, name, held.value):
                return held.value
            await self._release(progress, name, need, held)
            held = None

    async def _adopted(self, progress: Progress, ref: Ref, name: str, need: Need) -> Held | None:
        """What the entry holds, where nobody else of ours has it."""
        there = await self.target.get(ref, (name,))
        values = [_as_given(need, value) for value in there.attributes.get(name, ())] if there else []
        value = values[0] if len(values) == 1 else None
        if value is None:
            return None
        resource = progress.link.resource
        taken = await self.journal.submit(lambda tx: allocations.adopt(tx, need.pool, resource, value), reserved=True)
        return Held(value, used=True) if taken else None

    async def _given(self, progress: Progress, name: str, need: Need, source: Source) -> Held:
        if need.candidate is not None:
            return await self._name(progress, name, need, source)
        await self._seed(progress, name, need)
        pool, resource = need.pool, progress.link.resource
        held = await self.journal.submit(
            lambda tx: allocations.give_number(tx, pool, resource, need.ranges), reserved=True
        )
        if held is None:
            raise Refused(f"the pool {pool} has no number left", code="pool", attribute=name, fix="add to its range")
        return held

    async def _name(self, progress: Progress, name: str, need: Need, source: Source) -> Held:
        pool, resource, before = need.pool, progress.link.resource, ""
        for number in range(1, MOST + 1):
            candidate = self._candidate(name, need, source, number)
            if candidate == before:
                break
            held = await self.journal.submit(
                lambda tx, candidate=candidate: allocations.give_name(tx, pool, resource, candidate),  # type: ignore[misc]
                reserved=True,
            )
            if held is not None:
                return held
            before = candidate
        problem = f"all names that the pool {pool} has for it are taken"
        raise Refused(problem, code="pool", attribute=name, fix="let its candidate give other names as n grows")

    def _candidate(self, name: str, need: Need, source: Source, number: int) -> str:
        assert need.candidate is not None
        values = need.candidate(source, number)
        if len(values) != 1 or not isinstance(values[0], str):
            raise MappingFailed(name, f"the pool {need.pool} gives no name")
        return values[0]

    async def _is_anothers(self, progress: Progress, name: str, value: Given) -> bool:
        """Whether an entry has it that is neither the linked one nor one just made at the resource's place."""
        link = progress.link
        for ref in await self.target.find(Key(progress.kind, name, value)):
            ours = link.intent is not None and self.target.locate(Entry(ref.kind, {}, ref)) == link.claim
            if ref.id != link.entry_id and not ours:
                return True
        return False

    async def _release(self, progress: Progress, name: str, need: Need, held: Held) -> None:
        """Somebody else has the value: it is nobody's of ours, unless it stands in an entry already."""
        if held.used:
            problem = f"another entry has the value that the pool {need.pool} gave, and it is in use at another target"
            raise Refused(problem, code="pool", attribute=name, fix="change the other entry")
        resource = progress.link.resource
        await self.journal.submit(lambda tx: allocations.release(tx, need.pool, resource), reserved=True)

    async def _seed(self, progress: Progress, name: str, need: Need) -> None:
        """Before a pool gives its first number: those that entries have already, by one read of the target."""
        async with self._seeding:
            if not self.journal.read(lambda db: allocations.is_empty(db, need.pool)):
                return
            numbers = [number async for number in self._numbers(progress.kind, name, need)]
            await self.journal.submit(lambda tx: allocations.note(tx, need.pool, numbers), reserved=True)

    async def _numbers(self, kind: str, name: str, need: Need) -> AsyncIterator[int]:
        """Those that entries have. They are noted all or none: a pool that is not empty is never read for again."""
        async for page in self.target.search(Query(kind, (name,))):
            for value in (value for each in page.entries for value in each.attributes.get(name, ())):
                if isinstance(number := _as_given(need, value), int):
                    yield number


def _as_given(need: Need, value: Value) -> Given | None:
    """A value of an entry as the pool would give it; None where it gives no such thing."""
    if need.candidate is not None:
        return value if isinstance(value, str) else None
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else None
