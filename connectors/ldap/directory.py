"""A directory as the connector asks it: operations in, results or errors of the SDK out, and what is known of it.

Here is the rule that no write ever reaches another entry: it goes to the DN where the entry was last seen, on
the condition that the entry there has the id we know (the assertion control, or a look before where the directory
has no such control). Where that fails the entry is looked up by its id: it was moved and is followed, or it is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from connectors.ldap import dn, errors
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
from connectors.ldap.filters import EVERYTHING, Equal, Filter
from connectors.ldap.kind import Kind
from connectors.ldap.looking import Looks
from connectors.ldap.requests import ASSERTION
from connectors.ldap.schema import Schema
from connectors.sdk import Conflict, Gone, Missing, Ref, TargetMisconfigured

OPENLDAP = "OpenLDAP"
OPENLDAP_NAME_BYTES = 245
"""OpenLDAP's mdb keeps a name twice in one key of 511 bytes, and answers a longer one with `other` and no word."""

Make = Callable[[str, Filter | None], Operation | None]
"""From the DN and the condition to the write; None where nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the directory says of itself. `id_attribute` names the id that an entry keeps for life."""

    controls: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    subschema: str = ""
    server: str = "LDAP"
    id_attribute: str = "entryUUID"


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
        return OPENLDAP_NAME_BYTES if self.known and self.known.server == OPENLDAP else None

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
        names = ("supportedControl", "supportedExtension", "namingContexts", "subschemaSubentry")
        vendor_names = ("vendorName", "vendorVersion", "objectClass")
        result = await self.ask(Search("", Scope.BASE, EVERYTHING, (*names, *vendor_names)))
        root = {name.lower(): tuple(map(_text, values)) for name, values in _first(result).attributes.items()}
        vendor = " ".join(root.get("vendorname", ()) + root.get("vendorversion", ()))
        if not vendor:
            vendor = OPENLDAP if "OpenLDAProotDSE" in root.get("objectclass", ()) else "LDAP"
        return Facts(
            controls=frozenset(root.get("supportedcontrol", ())),
            extensions=frozenset(root.get("supportedextension", ())),
            suffixes=root.get("namingcontexts", ()),
            subschema=next(iter(root.get("subschemasubentry", ())), ""),
            server=vendor,
            id_attribute="nsUniqueId" if "389" in vendor else "entryUUID",
        )

    async def look(self, kind: Kind, ref: Ref, attributes: tuple[str, ...] = ()) -> Found | None:
        """The entry, wherever it is now: at its known DN, below the kind's base, or anywhere in the suffix."""
        if not ref.id:
            return await self.looks.at(_above(kind, ref.locator), ref.locator, await self._with_id(attributes))
        facts = await self.facts()
        where = Equal(facts.id_attribute, ref.id.encode())
        if ref.locator and (found := await self._search(ref.locator, Scope.BASE, where, attributes)):
            return found
        for base in (str(kind.base), *self._suffix_above(kind, facts)):
            if found := await self._search(base, Scope.SUBTREE, where, attributes):
                return found
        return None

    def _suffix_above(self, kind: Kind, facts: Facts) -> Iterator[str]:
        for suffix in facts.suffixes:
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
        id_attribute = (self.known or Facts()).id_attribute.lower()
        ids = next((values for name, values in found.attributes.items() if name.lower() == id_attribute), ())
        if not ids:
            raise TargetMisconfigured(
                f"the bind account cannot read {id_attribute} of {kind.name}; let it read operational attributes",
                code="noId",
            )
        return Ref(kind.name, ids[0].decode(), found.dn)

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
            result = await self.ask(operation, errors.NO_SUCH_OBJECT, errors.ASSERTION_FAILED, *fine)
            if result.code in fine or result.code not in (errors.NO_SUCH_OBJECT, errors.ASSERTION_FAILED):
                return result, place
            before, place = place, await self._place(kind, ref)
            if dn.folded(before) == dn.folded(place):
                raise _not_applicable(operation, result)

    async def _guard(self, ref: Ref) -> Filter | None:
        return Equal((await self.facts()).id_attribute, ref.id.encode()) if ref.id else None

    async def _place(self, kind: Kind, ref: Ref) -> str:
        found = await self.look(kind, ref)
        if found is None:
            raise Gone("there is no such entry", code="noSuchObject")
        return found.dn


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
    if isinstance(operation, ModifyDn) and operation.superior is not None:
        return Missing("the place to move to is not there", reference=operation.superior, code="noSuchObject")
    return Conflict("the entry was changed while it was written", code=errors.name_of(result.code))


def _first(result: Result) -> Found:
    if not result.found:
        raise TargetMisconfigured("the directory does not let us read its root entry", code="noRootDse")
    return result.found[0]


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
