"""A group's members, changed as a delta: the other members are neither read nor sent.

`groupOfNames` demands a member at every instant. A group without members holds the placeholder, which goes in the
same modify in which the first member comes, and comes in the same modify in which the last one goes. The usual case
(a group that has members, and a change that is news to it) costs one operation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from connectors.ldap import changes, dn, errors
from connectors.ldap.directory import Directory
from connectors.ldap.driver import Do, Mod, Modify, Result, Scope, Search
from connectors.ldap.filters import All, Equal, Filter, Not
from connectors.ldap.kind import Kind
from connectors.ldap.requests import ASSERTION
from connectors.sdk import Conflict, Ref

CHUNK = 250
"""Values in one modify. A directory holds its write lock that long, and some limit the size of a request."""

_DONE_ALREADY = (errors.VALUE_EXISTS, errors.NO_SUCH_ATTRIBUTE, errors.EXISTS, errors.UNWILLING)
"""A member is there, or gone, already; the last two are Active Directory's words for it."""

Names = tuple[bytes, ...]


class Members:
    """Changes the members of one kind of groups."""

    def __init__(self, directory: Directory, kind: Kind) -> None:
        assert kind.members
        self._directory = directory
        self._kind = kind
        self._attribute = kind.members

    async def update(self, ref: Ref, add: Sequence[str], remove: Sequence[str]) -> None:
        """Add, then remove; what is there already, or gone already, is success. An added member is not removed."""
        for some_added, some_removed in _chunks(dn.dedupe(add), dn.dedupe(remove)):
            await self._change(ref, some_added, some_removed)

    async def _change(self, ref: Ref, add: Names, remove: Names) -> None:
        if await self._changed_at_once(ref, add, remove):
            return
        holds = await self._holds(ref, (changes.placeholder(self._kind),))
        result = await self._modify(ref, self._mods(add, remove, bool(holds)))
        if result.code in _DONE_ALREADY:
            held = await self._holds(ref, (*add, *remove))
            add = tuple(name for name in add if name not in held)
            remove = tuple(name for name in remove if name in held)
            result = await self._modify(ref, self._mods(add, remove, bool(holds)))
        if result.code == errors.OBJECT_CLASS_VIOLATION:
            result = await self._modify(ref, (*self._mods(add, remove, False), self._mod(Do.ADD)))
        if result.code == errors.UNWILLING:
            raise errors.error_of(result)
        if result.code:
            raise Conflict("the group's members changed meanwhile", code=errors.name_of(result.code))

    async def _changed_at_once(self, ref: Ref, add: Names, remove: Names) -> bool:
        """Try it as if the group had members: true where it worked. The placeholder must not be there."""
        needs = changes.needs_member(self._directory.schema, self._kind)
        if add and needs and ASSERTION not in (await self._directory.facts()).controls:
            return False
        mods = self._mods(add, remove, False)
        result, _ = await self._directory.write(
            self._kind,
            ref,
            lambda place, guard: Modify(place, mods, self._without_placeholder(guard, add) if needs else guard),
            errors.ASSERTION_FAILED,
            errors.OBJECT_CLASS_VIOLATION,
            *_DONE_ALREADY,
        )
        return result.code == errors.SUCCESS

    def _without_placeholder(self, guard: Filter | None, add: Names) -> Filter | None:
        if not add:
            return guard
        no_placeholder = Not(Equal(self._attribute, changes.placeholder(self._kind)))
        return All((guard, no_placeholder)) if guard else no_placeholder

    async def _modify(self, ref: Ref, mods: tuple[Mod, ...]) -> Result:
        result, _ = await self._directory.write(
            self._kind,
            ref,
            lambda place, guard: Modify(place, mods, guard) if mods else None,
            errors.OBJECT_CLASS_VIOLATION,
            *_DONE_ALREADY,
        )
        return result

    def _mods(self, add: Names, remove: Names, placeholder: bool) -> tuple[Mod, ...]:
        mods = []
        if add:
            mods.append(Mod(Do.ADD, self._attribute, add))
        if add and placeholder:
            mods.append(self._mod(Do.DELETE))
        if remove:
            mods.append(Mod(Do.DELETE, self._attribute, remove))
        return tuple(mods)

    def _mod(self, do: Do) -> Mod:
        return Mod(do, self._attribute, (changes.placeholder(self._kind),))

    async def _holds(self, ref: Ref, names: Names) -> set[bytes]:
        """Which of these the group has, asked one by one: its other members do not travel.

        By a search, for 389's compare takes spaces in a DN for a difference.
        """

        async def holds(name: bytes) -> bool:
            where = Equal(self._attribute, name)
            result, _ = await self._directory.write(
                self._kind, ref, lambda place, _: Search(place, Scope.BASE, where, ("1.1",))
            )
            return bool(result.found)

        answers = await asyncio.gather(*map(holds, names))
        return {name for name, held in zip(names, answers, strict=True) if held}


def _chunks(add: list[str], remove: list[str]) -> Iterator[tuple[Names, Names]]:
    """All additions before any removal: a group is never empty on the way to other members."""
    kept = {dn.folded(name) for name in add}
    steps = [(True, name.encode()) for name in add]
    steps += [(False, name.encode()) for name in remove if dn.folded(name) not in kept]
    for start in range(0, len(steps), CHUNK):
        some = steps[start : start + CHUNK]
        yield tuple(name for adds, name in some if adds), tuple(name for adds, name in some if not adds)
