"""A group's members, changed as a delta: the other members are neither read nor sent.

Where several attributes hold the members, one modify changes all of them. `groupOfNames` demands a member at every
instant. A group without members holds the placeholder, which goes in the same modify in which the first member comes,
and comes in the same modify in which the last one goes. The usual case (a group that has members, and a change that is
news to it) costs one operation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from connectors.ldap import changes, errors
from connectors.ldap.directory import Directory
from connectors.ldap.driver import Do, Mod, Modify, Result, Scope, Search
from connectors.ldap.filters import All, Equal, Filter, Not
from connectors.ldap.kind import Kind
from connectors.ldap.member_values import compared, value_of
from connectors.ldap.requests import ASSERTION
from connectors.sdk import Conflict, Ref

CHUNK = 250
"""Values of an attribute in one modify. A directory holds its write lock that long, and some limit a request's size."""

_DONE_ALREADY = (errors.VALUE_EXISTS, errors.NO_SUCH_ATTRIBUTE, errors.EXISTS, errors.UNWILLING)
"""A member is there, or gone, already; the last two are Active Directory's words for it."""

Names = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one modify does to one of the attributes."""

    attribute: str
    add: Names = ()
    remove: Names = ()


Parts = tuple[Part, ...]


class Members:
    """Changes the members of one kind of groups."""

    def __init__(self, directory: Directory, kind: Kind) -> None:
        assert kind.members
        self._directory = directory
        self._kind = kind

    async def update(self, ref: Ref, add: Sequence[str], remove: Sequence[str]) -> None:
        """Add, then remove; what is there already, or gone already, is success. An added member is not removed."""
        for parts in chunks(self._kind.members, add, remove):
            await self._change(ref, parts)

    async def _change(self, ref: Ref, parts: Parts) -> None:
        if await self._changed_at_once(ref, parts):
            return
        empty = [name for name in self._demanded if await self._holds(ref, name, (self._placeholder,))]
        result = await self._modify(ref, self._mods(parts, empty))
        if result.code in _DONE_ALREADY:
            parts = tuple([await self._news(ref, part) for part in parts])
            result = await self._modify(ref, self._mods(parts, empty))
        if result.code == errors.OBJECT_CLASS_VIOLATION:
            placeholders = (self._mod(Do.ADD, name) for name in self._demanded)
            result = await self._modify(ref, (*self._mods(parts), *placeholders))
        if result.code == errors.UNWILLING:
            raise errors.error_of(result)
        if result.code:
            raise Conflict("the group's members changed meanwhile", code=errors.name_of(result.code))

    @property
    def _placeholder(self) -> bytes:
        return changes.placeholder(self._kind)

    @property
    def _demanded(self) -> tuple[str, ...]:
        return changes.demanded(self._directory.schema, self._kind)

    async def _changed_at_once(self, ref: Ref, parts: Parts) -> bool:
        """Try it as if the group had members: true where it worked. The placeholder must not be there."""
        adds = any(part.add for part in parts)
        needs = self._demanded if adds else ()
        if needs and ASSERTION not in (await self._directory.facts()).controls:
            return False
        mods = self._mods(parts)
        result, _ = await self._directory.write(
            self._kind,
            ref,
            lambda place, guard: Modify(place, mods, self._without_placeholder(guard, needs)),
            errors.ASSERTION_FAILED,
            errors.OBJECT_CLASS_VIOLATION,
            *_DONE_ALREADY,
        )
        return result.code == errors.SUCCESS

    def _without_placeholder(self, guard: Filter | None, attributes: Iterable[str]) -> Filter | None:
        absent = tuple(Not(Equal(name, self._placeholder)) for name in attributes)
        if not absent:
            return guard
        return All((*absent, guard) if guard else absent)

    async def _modify(self, ref: Ref, mods: tuple[Mod, ...]) -> Result:
        result, _ = await self._directory.write(
            self._kind,
            ref,
            lambda place, guard: Modify(place, mods, guard) if mods else None,
            errors.OBJECT_CLASS_VIOLATION,
            *_DONE_ALREADY,
        )
        return result

    def _mods(self, parts: Parts, empty: Iterable[str] = ()) -> tuple[Mod, ...]:
        """`empty`: the attributes that hold the placeholder."""
        return tuple(mod for part in parts for mod in self._of_one(part, part.attribute in empty))

    def _of_one(self, part: Part, is_empty: bool) -> Iterator[Mod]:
        if part.add:
            yield Mod(Do.ADD, part.attribute, part.add)
        if part.add and is_empty:
            yield self._mod(Do.DELETE, part.attribute)
        if part.remove:
            yield Mod(Do.DELETE, part.attribute, part.remove)

    def _mod(self, do: Do, attribute: str) -> Mod:
        return Mod(do, attribute, (self._placeholder,))

    async def _news(self, ref: Ref, part: Part) -> Part:
        """Without what is there already, or gone already."""
        held = await self._holds(ref, part.attribute, (*part.add, *part.remove))
        add = tuple(name for name in part.add if name not in held)
        return replace(part, add=add, remove=tuple(name for name in part.remove if name in held))

    async def _holds(self, ref: Ref, attribute: str, names: Names) -> set[bytes]:
        """Which of these the group has, asked one by one: its other members do not travel.

        By a search, for 389's compare takes spaces in a DN for a difference.
        """

        async def holds(name: bytes) -> bool:
            where = Equal(attribute, name)
            result, _ = await self._directory.write(
                self._kind, ref, lambda place, _: Search(place, Scope.BASE, where, ("1.1",))
            )
            return bool(result.found)

        answers = await asyncio.gather(*map(holds, names))
        return {name for name, held in zip(names, answers, strict=True) if held}


def chunks(attributes: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> Iterator[Parts]:
    """The modifies of a change, additions before removals: a group is never empty on the way to other members."""
    steps = [list(_steps(name, attributes, add, remove)) for name in attributes]
    for start in range(0, max(map(len, steps)), CHUNK):
        yield tuple(
            _part(name, some[start : start + CHUNK])
            for name, some in zip(attributes, steps, strict=True)
            if some[start : start + CHUNK]
        )


def _steps(
    attribute: str, attributes: Sequence[str], add: Sequence[str], remove: Sequence[str]
) -> Iterator[tuple[bool, bytes]]:
    """Each value once; who is added under one DN and removed under another keeps the name."""
    added, removed = (
        {compared(attribute, v): v for v in _values(attribute, attributes, each)} for each in (add, remove)
    )
    yield from ((True, value.encode()) for value in added.values())
    yield from ((False, value.encode()) for key, value in removed.items() if key not in added)


def _values(attribute: str, attributes: Sequence[str], texts: Iterable[str]) -> Iterator[str]:
    return (value for text in texts if (value := value_of(attribute, attributes, text)) is not None)


def _part(attribute: str, steps: Iterable[tuple[bool, bytes]]) -> Part:
    steps = tuple(steps)
    return Part(attribute, tuple(v for adds, v in steps if adds), tuple(v for adds, v in steps if not adds))
