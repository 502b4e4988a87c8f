"""From an entry or a delta to what a directory is sent. Pure.

Values are sent once each by the directory's own equality; objectClass is only ever added to; the class that demands a
member gets the placeholder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connectors.ldap.driver import Do, Mod, Values
from connectors.ldap.kind import Kind
from connectors.ldap.matching import distinct, encode, fold
from connectors.ldap.member_values import is_by_name
from connectors.ldap.schema import Schema
from connectors.sdk import Change, Entry, Value, Verb

_DO = {Verb.ADD: Do.ADD, Verb.REMOVE: Do.DELETE, Verb.REPLACE: Do.REPLACE}


def attributes_of(schema: Schema, kind: Kind, entry: Entry) -> dict[str, Values]:
    """The attributes of a new entry."""
    new: dict[str, Values] = {"objectClass": kind.class_values}
    for name, values in entry.attributes.items():
        if name.lower() == "objectclass":
            new["objectClass"] = _classes(schema, kind, values)
        elif values:
            new[name] = encoded(schema, name, values)
    return new | dict.fromkeys(demanded(schema, kind), (placeholder(kind),))


def _classes(schema: Schema, kind: Kind, had: Iterable[Value]) -> Values:
    """Those that are configured, and those that an entry had that is made again."""
    configured = {name.lower() for name in kind.object_classes}
    more = (value for value in encoded(schema, "objectClass", had) if value.decode().lower() not in configured)
    return (*kind.class_values, *more)


def mods_of(schema: Schema, changes: Iterable[Change]) -> tuple[Mod, ...]:
    """The changes as a modify has them; a change that changes nothing is left out."""
    return tuple(
        Mod(_DO[change.verb], change.attribute, encoded(schema, change.attribute, change.values))
        for change in changes
        if change.values or change.verb is Verb.REPLACE
    )


def refined(schema: Schema, mods: Iterable[Mod], have: Mapping[str, Sequence[bytes]]) -> tuple[Mod, ...]:
    """The same without what is there already, or gone already: adding and removing may then be repeated."""
    there = {name.lower(): {fold(schema, name, value) for value in values} for name, values in have.items()}
    return tuple(news for mod in mods if (news := _news(schema, mod, there.get(mod.attribute.lower(), set()))))


def _news(schema: Schema, mod: Mod, held: set[Value]) -> Mod | None:
    if mod.do is Do.REPLACE:
        return mod
    values = tuple(v for v in mod.values if (fold(schema, mod.attribute, v) in held) == (mod.do is Do.DELETE))
    return Mod(mod.do, mod.attribute, values) if values else None


def with_classes(kind: Kind, mods: Iterable[Mod], have: Iterable[bytes]) -> tuple[Mod, ...] | None:
    """The same, with the configured classes that the entry lacks; None where it lacks none."""
    held = {name.decode().lower() for name in have}
    lacking = tuple(name.encode() for name in kind.object_classes if name.lower() not in held)
    return (Mod(Do.ADD, "objectClass", lacking), *mods) if lacking else None


def demanded(schema: Schema, kind: Kind) -> tuple[str, ...]:
    """The attributes in which the group's classes demand a member. Before the schema is read: of two known classes."""
    by_dn = tuple([name for name in kind.members if not is_by_name(name)])
    if not by_dn:
        return ()
    if not schema.classes:
        known = any(name.lower() in ("groupofnames", "groupofuniquenames") for name in kind.object_classes)
        return by_dn if known else ()
    return tuple(name for name in by_dn if schema.key(name) in schema.must(kind.object_classes))


def placeholder(kind: Kind) -> bytes:
    return (kind.placeholder or "").encode()


def encoded(schema: Schema, name: str, values: Iterable[Value]) -> Values:
    return tuple([encode(value) for value in distinct(schema, name, values)])
