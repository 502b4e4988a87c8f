"""A directory as the connector asks it: operations in, results or errors of the SDK out, and what is known of it.

Here is the rule that no write ever reaches another entry: it goes to the DN where the entry was last seen, on
the condition that the entry there has the id we know (the assertion control, or a look before where the directory
has no such control). Where that fails the entry is looked up by its id: it was moved and is followed, or it is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from connectors.ldap import dn, errors, facts
from connectors.ldap.driver import (
    WRITES,
    Add,
    Delete,
    Driver,
    DriverError,
    Found,
    Modify,
    ModifyDn,
    Operation,
    Result,
    Scope,
    Search,
    SetPassword,
)
from connectors.ldap.facts import Facts, Product
from connectors.ldap.filters import EVERYTHING, Equal, Filter
from connectors.ldap.kind import Kind
from connectors.ldap.looking import Looks
from connectors.ldap.requests import ASSERTION
from connectors.ldap.schema import Schema
from connectors.sdk import Conflict, Gone, Missing, Ref, TargetMisconfigured

Make = Callable[[str, Filter | None], Operation | None]
"""From the DN and the condition to the write; None where nothing is left to do."""


@dataclass
class Directory:
    """One directory behind one driver. `schema` is empty until it has been read."""

    driver: Driver
    schema: Schema = field(default_factory=Schema)
    known: Facts | None = None
    looks: Looks = field(init=False)

    def __post_init__(self) -> None:
        self.looks = Looks(self.ask)

    @property
    def longest_name(self) -> int | None:
        """In bytes, of the first step of a DN; None where no limit is known."""
        return self.known.longest_name if self.known else None

    @property
    def product(self) -> Product:
        """Whose rules hold; those of nobody before the first probe."""
        return self.known.product if self.known else Product.OTHER

    async def ask(self, operation: Operation, *fine: int) -> Result:
        """The result, where its code is success or one of those that are fine; else the error it means."""
        try:
            result = await self.driver.run(operation)
        except DriverError as error:
            raise errors.error_without_answer(error, operation) from None
        if result.code == errors.SUCCESS or result.code in fine:
            return result
        raise errors.error_of(result, sent(operation) if isinstance(operation, WRITES) else ())

    async def facts(self) -> Facts:
        """What the root says; read once, and again by each probe."""
        if self.known is None:
            self.known = await self.read_facts()
        return self.known

    async def read_facts(self) -> Facts:
        result = await self.ask(Search("", Scope.BASE, EVERYTHING, facts.ASKED))
        root = {name.lower(): tuple(map(_text, values)) for name, values in _first(result).attributes.items()}
        return facts.read(root)

    async def look(self, kind: Kind, ref: Ref, attributes: tuple[str, ...] = ()) -> Found | None:
        """The entry, wherever it is now: at its known DN, below the kind's base, or anywhere in the suffix."""
        if not ref.id:
            return await self.looks.at(_above(kind, ref.locator), ref.locator, await self._with_id(attributes))
        where = await self._is(ref.id)
        if ref.locator and (found := await self._search(ref.locator, Scope.BASE, where, attributes)):
            return found
        for base in (str(kind.base), *self._suffix_above(kind, await self.facts())):
            if found := await self._search(base, Scope.SUBTREE, where, attributes):
                return found
        return None

    def _suffix_above(self, kind: Kind, known: Facts) -> Iterator[str]:
        for suffix in known.suffixes:
            above = dn.parse(suffix)
            if dn.is_below(kind.base, above) and dn.fold(above) != dn.fold(kind.base):
                yield suffix

    async def _search(self, base: str, scope: Scope, where: Filter, attributes: tuple[str, ...]) -> Found | None:
        search = Search(base, scope, where, await self._with_id(attributes))
        result = await self.ask(search, errors.NO_SUCH_OBJECT)
        return next(iter(result.found), None)

    async def _with_id(self, attributes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*attributes, (await self.facts()).id_attribute)))

    def ref(self, kind: Kind, found: Found) -> Ref:
        """The reference to an entry that was found; its id is what this directory keeps stable."""
        return Ref(kind.name, self.id_of(kind, found), found.dn)

    def id_of(self, kind: Kind, found: Found) -> str:
        """What this directory keeps stable of an entry that was found."""
        known = self.known or Facts()
        id_ = id_in(known, found)
        if id_ is None:
            raise TargetMisconfigured(
                f"the bind account cannot read {known.id_attribute} of {kind.name}; let it read operational attributes",
                code="noId",
            )
        return id_

    async def write(self, kind: Kind, ref: Ref, make: Make, *fine: int) -> tuple[Result, str]:
        """Write to the entry of `ref`, wherever it is now; `Gone` where it is nowhere. Returns the DN it had too."""
        guard = await self._guard(ref)
        place = ref.locator or (await self._place(kind, ref))
        asserts = ASSERTION in (await self.facts()).controls
        if guard and not asserts:
            place = await self._place(kind, ref)
        while True:
            operation = make(place, guard if asserts else None)
            if operation is None:
                return Result(errors.SUCCESS), place
            operation = self._addressed(operation, ref)
            result = await self.ask(operation, errors.NO_SUCH_OBJECT, errors.ASSERTION_FAILED, *fine)
            if result.code in fine or result.code not in (errors.NO_SUCH_OBJECT, errors.ASSERTION_FAILED):
                return result, place
            before, place = place, await self._place(kind, ref)
            if dn.folded(before) == dn.folded(place):
                raise _not_applicable(operation, result)

    def _addressed(self, operation: Operation, ref: Ref) -> Operation:
        """To the entry by its id instead of its DN, where the directory takes that: nobody can come between."""
        address = (self.known or Facts()).address(ref.id) if ref.id else None
        if address is None or not isinstance(operation, Modify | Delete):
            return operation
        return replace(operation, dn=address)

    async def _guard(self, ref: Ref) -> Filter | None:
        return await self._is(ref.id) if ref.id else None

    async def _is(self, id_: str) -> Filter:
        known = await self.facts()
        return Equal(known.id_attribute, known.id_value(id_))

    async def _place(self, kind: Kind, ref: Ref) -> str:
        found = await self.look(kind, ref)
        if found is None:
            raise Gone("there is no such entry", code="noSuchObject")
        return found.dn


def id_in(known: Facts, found: Found) -> str | None:
    """The stable id among the attributes that were read; None where it is not to be seen."""
    values = found.attributes.get(known.id_attribute)
    if values is None:  # a directory may spell it in another way
        name = known.id_attribute.lower()
        values = next((values for each, values in found.attributes.items() if each.lower() == name), None)
    return None if values is None else known.id_of(values[0])


def _above(kind: Kind, place: str) -> str:
    """Below what to look for a place of this kind: its base, but for leavers, who stand elsewhere."""
    if not kind.places or dn.is_below(at := dn.parse(place), kind.base):
        return str(kind.base)
    return str(at.parent)


def sent(operation: Operation) -> list[bytes]:
    """The values of a write that an error must not show; names of classes are no secret."""
    match operation:
        case Add(attributes=attributes):
            return [v for name, values in attributes.items() if name.lower() != "objectclass" for v in values]
        case Modify(mods=mods):
            return [v for mod in mods if mod.attribute.lower() != "objectclass" for v in mod.values]
        case SetPassword(password=password):
            return [password]
        case ModifyDn() | Delete():
            return []
    return []


def _not_applicable(operation: Operation, result: Result) -> Exception:
    """The entry is where it was, and yet the write did not find something there."""
    if isinstance(operation, Modify) and result.code == errors.NO_SUCH_OBJECT:
        return Missing("an entry that it names is not there", reference="", code="noSuchObject")
    if isinstance(operation, ModifyDn) and operation.superior is not None:
        return Missing("the place to move to is not there", reference=operation.superior, code="noSuchObject")
    return Conflict("the entry was changed while it was written", code=errors.name_of(result.code))


def _first(result: Result) -> Found:
    if not result.found:
        raise TargetMisconfigured("the directory does not let us read its root entry", code="noRootDse")
    return result.found[0]


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
