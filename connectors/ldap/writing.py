"""Entries made, changed, renamed and removed: one call, the fewest operations, and never on another entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from connectors.ldap import activation, changes, dn, errors, units
from connectors.ldap.checking import faults_of_name
from connectors.ldap.directory import Directory
from connectors.ldap.driver import Add, Delete, Mod, Modify, ModifyDn, Result, Scope, Search
from connectors.ldap.facts import Product
from connectors.ldap.filters import EVERYTHING, Filter
from connectors.ldap.kind import Kind
from connectors.ldap.requests import POST_READ
from connectors.sdk import (
    Change,
    Conflict,
    ConnectorError,
    Delta,
    Entry,
    Gone,
    Missing,
    OutcomeUnknown,
    Ref,
    Refused,
    TargetMisconfigured,
)

COUNTED = 100


@dataclass(frozen=True, slots=True)
class Writing:
    """Writes the entries of one kind."""

    directory: Directory
    kind: Kind

    async def create(self, entry: Entry) -> Ref:
        """Add the entry; its id comes with the answer where the directory can do that, else by a look."""
        place = str(self._place(entry))
        facts = await self.directory.facts()
        back = (facts.id_attribute,) if POST_READ in facts.controls else ()
        attributes = changes.attributes_of(self.directory.schema, self.kind, entry)
        attributes |= activation.of_a_new_account(self.directory, self.kind, attributes)
        add = Add(place, attributes, back)
        result = await self.directory.ask(add, errors.NO_SUCH_OBJECT)
        if result.code and await self._made_room(entry):
            result = await self.directory.ask(add, errors.NO_SUCH_OBJECT)
        if result.code:
            raise errors.misconfigured(result, f"the base {self.kind.base} is not there; make it, or correct base")
        if result.found and result.found[0].attributes:
            return self.directory.ref(self.kind, result.found[0])
        return await self._look_at_new(place)

    async def update(self, ref: Ref, delta: Delta) -> Ref:
        """Rename first: a name that is taken is said before anything has been changed."""
        named = any(self.kind.names(change.attribute) for change in delta.changes)
        if delta.relocate or (named and self._is_spelled_otherwise(ref, delta.entry)):
            ref = await self._rename(ref, delta)
        if mods := changes.mods_of(self.directory.schema, self._beside_the_name(delta)):
            ref = await self._modify(ref, mods)
        return ref

    def _beside_the_name(self, delta: Delta) -> Iterable[Change]:
        """In Active Directory a name is changed by renaming alone."""
        if self.directory.product is not Product.ACTIVE_DIRECTORY:
            return delta.changes
        return (change for change in delta.changes if not self.kind.names(change.attribute))

    async def delete(self, ref: Ref) -> None:
        """Remove the entry, wherever it is now."""
        try:
            result, place = await self.directory.write(self.kind, ref, Delete, errors.NOT_ALLOWED_ON_NON_LEAF)
        except Gone:
            return
        if result.code:
            raise await self._has_children(result, place)

    def _place(self, entry: Entry) -> dn.Dn:
        """Where the entry belongs; a name that cannot be is refused here, for some directories take it."""
        for fault in faults_of_name(self.kind, entry, self.directory.longest_name):
            raise Refused(fault.problem, code="name", attribute=fault.attribute, fix=fault.remedy)
        return self.kind.place(entry)

    async def _made_room(self, entry: Entry) -> bool:
        """Whether units were missing that the entry is to stand in, and are there now."""
        in_units = isinstance(entry.under, tuple)
        return in_units and await units.made(self.directory, self.kind, self.kind.place(entry).parent)

    async def _look_at_new(self, place: str) -> Ref:
        """The entry is there: whatever goes wrong now, its creation must be looked at before it is repeated."""
        try:
            found = await self.directory.look(self.kind, Ref(self.kind.name, "", place))
        except ConnectorError as error:
            raise OutcomeUnknown(f"the entry was made and could not be read: {error.message}") from error
        if found is None:
            raise TargetMisconfigured("the bind account cannot read what it writes; let it read below the bases")
        return self.directory.ref(self.kind, found)

    def _is_spelled_otherwise(self, ref: Ref, entry: Entry) -> bool:
        try:
            return dn.parse(ref.locator).rdns[:1] != self.kind.place(entry).rdns[:1]
        except dn.NotADn:
            return True

    async def _rename(self, ref: Ref, delta: Delta) -> Ref:
        """To the name it should have; to its place too, unless somebody else has moved the entry meanwhile."""
        wanted = self._place(delta.entry)
        above = wanted.parent
        moved_to = ref.locator

        def make(place: str, guard: Filter | None) -> ModifyDn | None:
            nonlocal moved_to
            parent = dn.parse(place).parent
            moves = delta.relocate and place == ref.locator and dn.fold(parent) != dn.fold(above)
            moved_to = str(dn.Dn((wanted.rdns[0], *(above if moves else parent).rdns)))
            if moved_to == place:
                return None
            return ModifyDn(place, str(wanted.rdns[0]), str(above) if moves else None, guard)

        try:
            await self.directory.write(self.kind, ref, make)
        except Missing:
            if not await self._made_room(delta.entry):
                raise
            await self.directory.write(self.kind, ref, make)
        return replace(ref, locator=moved_to)

    async def _modify(self, ref: Ref, mods: tuple[Mod, ...]) -> Ref:
        fine = (errors.NO_SUCH_ATTRIBUTE, errors.VALUE_EXISTS, errors.OBJECT_CLASS_VIOLATION)
        result, place = await self._send(ref, mods, *fine)
        if result.code in fine:
            better = await self._improved(ref, mods, result)
            _, place = await self._send(ref, better)
        return replace(ref, locator=place)

    async def _send(self, ref: Ref, mods: tuple[Mod, ...], *fine: int) -> tuple[Result, str]:
        return await self.directory.write(
            self.kind, ref, lambda place, guard: Modify(place, mods, guard) if mods else None, *fine
        )

    async def _improved(self, ref: Ref, mods: tuple[Mod, ...], result: Result) -> tuple[Mod, ...]:
        """What to send instead: without what holds already, or with the classes that the entry lacks."""
        names = tuple(dict.fromkeys((*(mod.attribute for mod in mods), "objectClass")))
        found = await self.directory.look(self.kind, ref, names)
        if found is None:
            raise Gone("there is no such entry", code="noSuchObject")
        if result.code != errors.OBJECT_CLASS_VIOLATION:
            return changes.refined(self.directory.schema, mods, found.attributes)
        better = changes.with_classes(self.kind, mods, found.attributes.get("objectClass", ()))
        if better is None:
            raise errors.error_of(result, [value for mod in mods for value in mod.values])
        return better

    async def _has_children(self, result: Result, place: str) -> ConnectorError:
        search = Search(place, Scope.ONE, EVERYTHING, ("1.1",), COUNTED)
        below = await self.directory.ask(search, errors.SIZE_LIMIT, errors.ADMIN_LIMIT, errors.NO_SUCH_OBJECT)
        count = len(below.found)
        if not count:
            return Conflict("the entry has others below it that we cannot see", code=errors.name_of(result.code))
        some = f"{count} or more" if below.code else str(count)
        return Refused(
            f"{some} {'entries stand' if some != '1' else 'entry stands'} below this one",
            code=errors.name_of(result.code),
            fix="remove or move them first",
        )
