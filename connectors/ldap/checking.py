"""What a directory would refuse in an entry by its schema, said in plain sentences before anything is sent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connectors.ldap import dn
from connectors.ldap.changes import needs_member
from connectors.ldap.filters import is_attribute
from connectors.ldap.kind import Kind
from connectors.ldap.matching import distinct, written
from connectors.ldap.schema import BOOLEAN, DN, INTEGER, AttributeType, Schema
from connectors.sdk import Entry, Fault, Ref, Reference, Value

_LISTED = 3


def faults_of(schema: Schema, kind: Kind, entry: Entry, limit: int | None = None) -> list[Fault]:
    """All that is wrong with an entry. Before the schema is known: its name alone, `limit` being its longest."""
    values = {name: held for name, held in entry.attributes.items() if held}
    faults = faults_of_name(kind, entry, limit)
    for name, held in values.items():
        faults += _of_attribute(schema, kind, name, held)
    if schema.classes and not schema.unknown_classes(kind.object_classes):
        faults += _lacking(schema, kind, values)
    return faults


def faults_of_classes(schema: Schema, kind: Kind) -> Iterator[str]:
    """What is wrong with the configured classes, as warnings with their remedies."""
    for name in schema.unknown_classes(kind.object_classes) if schema.classes else ():
        yield f"the directory does not know the object class {name} of {kind.name}; correct object_classes"
    if schema.classes and kind.members and schema.key(kind.members) not in schema.allowed(kind.object_classes):
        yield f"no object class of {kind.name} has the attribute {kind.members}; correct members or object_classes"


def faults_of_name(kind: Kind, entry: Entry, limit: int | None = None) -> list[Fault]:
    """What is wrong with the value that names an entry; `limit` is in bytes of the name as it is written."""
    try:
        name = kind.naming_value(entry.attributes)
    except LookupError as error:
        return [Fault(kind.rdn, str(error), f"map {kind.rdn} to a value that is always there")]
    if "\0" in name:
        return [Fault(kind.rdn, f"{kind.rdn} names the entry and holds a NUL character", "take it out in the mapping")]
    if not name.strip():
        return [Fault(kind.rdn, f"{kind.rdn} names the entry and is empty", "map a value that is always there")]
    size = len(str(kind.place(entry).rdns[0]).encode("utf-8", "surrogateescape"))
    if limit is not None and size > limit:
        return [Fault(kind.rdn, f"{kind.rdn} makes a name of {size} bytes; this directory takes {limit}", "shorten it")]
    return []


def _of_attribute(schema: Schema, kind: Kind, name: str, values: tuple[Value, ...]) -> Iterator[Fault]:
    if not is_attribute(name):
        yield Fault(name, f"{name!r} cannot be the name of an attribute", "correct the mapping")
        return
    known = schema.attribute(name)
    if known is None:
        if schema.attributes:
            yield Fault(name, f"the directory does not know the attribute {name}", "correct it, or add its schema")
        return
    if known.read_only:
        yield Fault(name, f"the directory alone writes {name}", "leave it out of the mapping")
    elif not known.operational and not _is_allowed(schema, kind, name):
        yield Fault(name, f"an entry of {_and(kind.object_classes)} may not have {name}", _class_for(schema, name))
    if known.single and len(distinct(schema, name, values)) > 1:
        yield Fault(name, f"{name} takes one value, and there are {len(values)}", "map one of them")
    yield from _of_values(known, name, values)


def _of_values(known: AttributeType, name: str, values: Iterable[Value]) -> Iterator[Fault]:
    for value in values:
        if isinstance(value, bytes | Ref | Reference):
            continue
        text = written(value)
        if not text:
            yield Fault(name, f"{name} is empty text, which a directory does not take", "map it to null instead")
        elif (wanted := _wanted(known, text)) is not None:
            yield Fault(name, f"{name} wants {wanted}", "mend the mapping")


def _wanted(known: AttributeType, text: str) -> str | None:
    """What a syntax wants and the text is not."""
    if known.syntax == BOOLEAN and text not in ("TRUE", "FALSE"):
        return "TRUE or FALSE"
    if known.syntax == INTEGER and not text.removeprefix("-").isdecimal():
        return "a whole number"
    if known.syntax == DN:
        try:
            dn.parse(text)
        except dn.NotADn:
            return "a distinguished name"
    return None


def _lacking(schema: Schema, kind: Kind, values: dict[str, tuple[Value, ...]]) -> Iterator[Fault]:
    held = {schema.key(name) for name in values} | {"objectclass"}
    if needs_member(schema, kind):
        held.add(schema.key(kind.members or ""))
    for key, name in schema.must(kind.object_classes).items():
        if key not in held and key != schema.key(kind.rdn):
            yield Fault(name, f"{_and(kind.object_classes)} demands {name}, and it has no value", f"map {name}")


def _is_allowed(schema: Schema, kind: Kind, name: str) -> bool:
    if not schema.classes or schema.unknown_classes(kind.object_classes):
        return True
    allowed = schema.allowed(kind.object_classes)
    return schema.key(name) in allowed or "extensibleobject" in {c.lower() for c in kind.object_classes}


def _class_for(schema: Schema, name: str) -> str:
    classes = schema.classes_with(name)
    if not classes:
        return "leave it out of the mapping"
    return f"add a class that has it to object_classes ({', '.join(classes[:_LISTED])}), or leave it out of the mapping"


def _and(names: Iterable[str]) -> str:
    return " and ".join(names)
