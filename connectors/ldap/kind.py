"""One kind of entries (`users`, `groups`) in a directory: its base, how its entries are named, what they are. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from connectors.ldap import dn, member_values
from connectors.ldap.filters import Any, Equal, Filter
from connectors.ldap.matching import written
from connectors.ldap.settings import GroupsTable, KindTable, LdapSettings
from connectors.sdk import Attributes, Entry, Ref, Reference, Under, Value

UNIT = "ou"
KEPT = 256
"""Places kept in mind: each is asked for several times while its entry is delivered."""


@dataclass(frozen=True)
class Kind:
    """`members` are the attributes that hold a group's members, in step: none where the kind has no members.

    `people`: where users stand who are members by their name. Entries may be moved to `places`. `makes_units`: whether
    units are made that an entry is to stand in and that are not there.
    """

    name: str
    base: dn.Dn
    rdn: str
    object_classes: tuple[str, ...]
    members: tuple[str, ...] = ()
    placeholder: str | None = None
    people: dn.Dn | None = None
    places: tuple[dn.Dn, ...] = ()
    makes_units: bool = False
    _placed: dict[tuple[Under | None, str], dn.Dn] = field(default_factory=dict, init=False, compare=False, repr=False)

    def place(self, entry: Entry) -> dn.Dn:
        """Where an entry belongs. A `LookupError` says that it has no name."""
        named = (entry.under, self.naming_value(entry.attributes))
        if named not in self._placed:
            if len(self._placed) == KEPT:
                self._placed.clear()
            self._placed[named] = self._place_of(entry.under).child(self.rdn, named[1])
        return self._placed[named]

    def _place_of(self, under: Under | None) -> dn.Dn:
        if isinstance(under, str):
            return dn.parse(under)
        place = self.base
        for unit in under or ():
            place = place.child(UNIT, unit)
        return place

    def naming_value(self, attributes: Attributes) -> str:
        if values := attributes.get(self.rdn):
            return _text(values[0])
        for name, values in attributes.items():
            if self.names(name) and values:
                return _text(values[0])
        raise LookupError(f"{self.rdn} has no value, and it names the entry")

    def names(self, attribute: str) -> bool:
        """Whether this is the attribute that names the entries."""
        return attribute.lower() == self.rdn.lower()

    @cached_property
    def class_values(self) -> tuple[bytes, ...]:
        """The object classes as values."""
        return tuple(name.encode() for name in self.object_classes)

    def where(self) -> Filter:
        """What tells entries of this kind from others below the base."""
        classes = [name for name in self.object_classes if name.lower() != "top"] or ["top"]
        return Any(tuple(Equal("objectClass", name.encode()) for name in classes))

    def real_members(self, held: Mapping[str, Iterable[bytes]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The members without the placeholder, each in one spelling; and those that not all attributes hold."""
        hidden = dn.folded(self.placeholder or "")
        texts = {
            name: [text for value in held.get(name.lower(), ()) if dn.folded(text := _decoded(value)) != hidden]
            for name in self.members
        }
        return member_values.sort_out(self.members, texts, self.people)


def kinds_of(settings: LdapSettings, places: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, Kind]:
    """The kinds that the settings configure, and the places that the entries of each may be moved to."""
    moved = {name: tuple(map(dn.parse, texts)) for name, texts in (places or {}).items()}
    people = dn.parse(settings.users.base) if settings.users else None
    kinds = {name: _kind(name, table, moved.get(name, ())) for name, table in settings.tables.items()}
    return {name: replace(kind, people=people) if kind.members else kind for name, kind in kinds.items()}


def _kind(name: str, table: KindTable, places: tuple[dn.Dn, ...]) -> Kind:
    kind = Kind(name, dn.parse(table.base), table.rdn, table.object_classes, places=places)
    kind = replace(kind, makes_units=table.missing_units == "create")
    if isinstance(table, GroupsTable):
        return replace(kind, members=table.members, placeholder=table.placeholder)
    return kind


def _decoded(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _text(value: Value) -> str:
    match value:
        case str():
            return value
        case bytes():
            return _decoded(value)
        case Ref() | Reference():
            raise LookupError("an entry cannot be named by a reference")
        case _:
            return written(value)
