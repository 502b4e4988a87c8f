"""What a directory would refuse in an entry by its schema, said in plain sentences before anything is sent. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial

from connectors.ldap import dn
from connectors.ldap.changes import demanded
from connectors.ldap.filters import is_attribute
from connectors.ldap.kind import Kind
from connectors.ldap.matching import distinct, written
from connectors.ldap.schema import BOOLEAN, DN, INTEGER, LARGE_INTEGER, AttributeType, Schema
from connectors.sdk import Entry, Fault, Ref, Reference, Value

_LISTED = 3


def faults_of(schema: Schema, kind: Kind, entry: Entry, limit: int | None = None) -> list[Fault]:
    """All that is wrong with an entry. Before the schema is known: its name alone, `limit` being its longest."""
    values = {name: held for name, held in entry.attributes.items() if held}
    faults = faults_of_name(kind, entry, limit)
    judge = schema.once(_judging, kind.object_classes)
    for name, held in values.items():
        judged = judge(name)
        faults += judged.faults
        if judged.is_known:
            faults += _of_values(schema, judged, name, held)
    return [*faults, *_lacking(schema, kind, values)]


def faults_of_classes(schema: Schema, kind: Kind) -> Iterator[str]:
    """What is wrong with the configured classes, as warnings with their remedies."""
    for name in schema.unknown_classes(kind.object_classes) if schema.classes else ():
        yield f"the directory does not know the object class {name} of {kind.name}; correct object_classes"
    for name in kind.members if schema.classes else ():
        if not _is_allowed(schema, kind.object_classes, name):
            yield f"no object class of {kind.name} has the attribute {name}; correct members or object_classes"


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
    if not isinstance(entry.under, str) and any("\0" in unit or not unit.strip() for unit in entry.under or ()):
        return [Fault(None, "a unit that it is to stand in is empty or holds a NUL character", "mend place")]
    if limit is None:
        return []
    size = len(str(kind.place(entry).rdns[0]).encode("utf-8", "surrogateescape"))
    if size > limit:
        return [Fault(kind.rdn, f"{kind.rdn} makes a name of {size} bytes; this directory takes {limit}", "shorten it")]
    return []


@dataclass(frozen=True, slots=True)
class _Judged:
    """An attribute without its values: what is wrong with it in an entry of these classes, and what values it takes."""

    faults: tuple[Fault, ...]
    is_known: bool = False
    single: bool = False
    longest: int | None = None
    wanted: Callable[[str], str | None] | None = None


def _judging(schema: Schema, classes: tuple[str, ...]) -> Callable[[str], _Judged]:
    """Judges the attributes of these classes, each once."""
    return cache(partial(_judge, schema, classes))


def _judge(schema: Schema, classes: tuple[str, ...], name: str) -> _Judged:
    if not is_attribute(name):
        return _Judged((Fault(name, f"{name!r} cannot be the name of an attribute", "correct the mapping"),))
    known = schema.attribute(name)
    if known is None:
        problem = f"the directory does not know the attribute {name}"
        return _Judged((Fault(name, problem, "correct it, or add its schema"),) if schema.attributes else ())
    faults = tuple(_of_attribute(schema, classes, name, known))
    return _Judged(faults, True, known.single, known.longest, _WANTED.get(known.syntax or ""))


def _of_attribute(schema: Schema, classes: tuple[str, ...], name: str, known: AttributeType) -> Iterator[Fault]:
    if known.read_only:
        yield Fault(name, f"the directory alone writes {name}", "leave it out of the mapping")
    elif not known.operational and not _is_allowed(schema, classes, name):
        yield Fault(name, f"an entry of {_and(classes)} may not have {name}", _class_for(schema, name))


def _of_values(schema: Schema, judged: _Judged, name: str, values: tuple[Value, ...]) -> Iterator[Fault]:
    if judged.single and len(values) > 1 and len(distinct(schema, name, values)) > 1:
        yield Fault(name, f"{name} takes one value, and there are {len(values)}", "map one of them")
    for value in values:
        if isinstance(value, (bytes, Ref, Reference)):
            continue
        text = written(value)
        if not text:
            yield Fault(name, f"{name} is empty text, which a directory does not take", "map it to null instead")
        elif judged.longest is not None and len(text) > judged.longest:
            problem = f"{name} has {len(text)} characters; this directory takes {judged.longest}"
            yield Fault(name, problem, f'shorten it in the mapping, as in "= substring(…, 0, {judged.longest})"')
        elif judged.wanted and (wanted := judged.wanted(text)):
            yield Fault(name, f"{name} wants {wanted}", "mend the mapping")


def _flag(text: str) -> str | None:
    return None if text in ("TRUE", "FALSE") else "TRUE or FALSE"


def _number(text: str) -> str | None:
    return None if text.removeprefix("-").isdecimal() else "a whole number"


def _name(text: str) -> str | None:
    try:
        dn.parse(text)
    except dn.NotADn:
        return "a distinguished name"
    return None


_WANTED = {BOOLEAN: _flag, INTEGER: _number, LARGE_INTEGER: _number, DN: _name}
"""By syntax: what it wants, where the text is not that."""


def _lacking(schema: Schema, kind: Kind, values: dict[str, tuple[Value, ...]]) -> Iterator[Fault]:
    for key, name in schema.once(_demands, kind).items():
        if name not in values and all(schema.key(each) != key for each in values):
            yield Fault(name, f"{_and(kind.object_classes)} demands {name}, and it has no value", f"map {name}")


def _demands(schema: Schema, kind: Kind) -> dict[str, str]:
    """What must be mapped: key → the name the schema uses; nothing where it does not know a class."""
    if not schema.classes or schema.unknown_classes(kind.object_classes):
        return {}
    ours = {"objectclass", schema.key(kind.rdn), *map(schema.key, demanded(schema, kind))}
    must = schema.must(kind.object_classes)
    return {key: name for key, name in must.items() if key not in ours and not _is_given(schema, key)}


def _is_given(schema: Schema, key: str) -> bool:
    """Whether the directory itself sees to it."""
    known = schema.attribute(key)
    return key in schema.defaulted or (known is not None and known.read_only)


def _is_allowed(schema: Schema, classes: tuple[str, ...], name: str) -> bool:
    if not schema.classes or schema.unknown_classes(classes):
        return True
    return schema.key(name) in schema.allowed(classes) or "extensibleobject" in {c.lower() for c in classes}


def _class_for(schema: Schema, name: str) -> str:
    classes = schema.classes_with(name)
    if not classes:
        return "leave it out of the mapping"
    return f"add a class that has it to object_classes ({', '.join(classes[:_LISTED])}), or leave it out of the mapping"


def _and(names: Iterable[str]) -> str:
    return " and ".join(names)
