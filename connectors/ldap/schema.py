"""The directory's schema (RFC 4512 section 4.1) as far as we use it: which values are equal, what an entry needs. Pure.

Read tolerantly: directories are known to hold descriptions with illegal names and odd object identifiers, and one
line that cannot be read must not cost the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from operator import itemgetter
from typing import Any, TypeVar, TypeVarTuple, cast

_TOKEN = re.compile(r"'((?:[^'\\]|\\.)*)'|([()$])|([^\s()$']+)")
_LENGTH = re.compile(r"\{\d+\}$")
_SYNTAX = "1.3.6.1.4.1.1466.115.121.1."
BOOLEAN, INTEGER, DN, DIRECTORY_STRING, PRINTABLE_STRING, GENERALIZED_TIME = (
    _SYNTAX + number for number in ("7", "27", "12", "15", "44", "24")
)
LARGE_INTEGER, SECURITY_DESCRIPTOR = "1.2.840.113556.1.4.906", "1.2.840.113556.1.4.907"
BINARY = frozenset(_SYNTAX + number for number in ("4", "5", "8", "9", "10", "23", "28", "40", "49")) | {
    SECURITY_DESCRIPTOR
}
DEPTH = 32
_SECRET = re.compile(r"passw|pwd|secret|private|sambapassword|krb.*key|unicodepwd|pkcs12|otp", re.IGNORECASE)
_WITH_WORDS = ("NAME", "SUP", "AUX", "EQUALITY", "SYNTAX", "MUST", "MAY", "USAGE", "DESC")

T = TypeVar("T")
Names = TypeVarTuple("Names")


@dataclass(frozen=True, slots=True)
class AttributeType:
    """One attribute, with what it inherits filled in. `longest`: its text has at most so many characters."""

    names: tuple[str, ...]
    sup: str | None = None
    equality: str | None = None
    syntax: str | None = None
    single: bool = False
    longest: int | None = None
    operational: bool = False
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class ObjectClass:
    """One class, as it is described: what its superiors say is not filled in."""

    names: tuple[str, ...]
    sup: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """Attributes and classes by each of their names and by identifier, in lower case."""

    attributes: Mapping[str, AttributeType] = field(default_factory=dict)
    classes: Mapping[str, ObjectClass] = field(default_factory=dict)
    rules: Mapping[str, ObjectClass] = field(default_factory=dict)
    """What DIT content rules add to a class (RFC 4512 section 4.1.6): auxiliary classes as superiors."""
    defaulted: frozenset[str] = frozenset()
    """Keys of attributes that the directory fills in itself where a class demands them."""
    _known: dict[tuple[Any, ...], Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def once(self, work: Callable[[Schema, *Names], T], *names: *Names) -> T:
        """What `work` makes of this schema and names of it; made at the first call, for each write asks the same."""
        known = self._known.get((work, *names), self)
        if known is self:
            known = self._known[(work, *names)] = work(self, *names)
        return cast(T, known)

    @property
    def compares_by_syntax(self) -> bool:
        """Whether the schema names no matching rules at all: Active Directory's does not."""
        return self.once(_names_no_rules)

    @property
    def fingerprint(self) -> str:
        """Another one where any attribute is described in another way."""
        return self.once(_fingerprint)

    def attribute(self, name: str) -> AttributeType | None:
        """What is known of an attribute; its options (`;lang-fr`) do not count."""
        return self.once(_attribute, name)

    def key(self, name: str) -> str:
        """One word for all names of an attribute."""
        return self.once(_key, name)

    def unknown_classes(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if name.lower() not in self.classes]

    def must(self, classes: Iterable[str]) -> Mapping[str, str]:
        """The attributes that an entry of these classes must have: key → the name the schema uses."""
        return self.once(_must, tuple(classes))

    def allowed(self, classes: Iterable[str]) -> frozenset[str]:
        """The keys of all attributes that an entry of these classes may have."""
        return self.once(_allowed, tuple(classes))

    def classes_with(self, name: str) -> list[str]:
        """The classes that allow an attribute: what to add where an entry may not have it."""
        key = self.key(name)
        own = {part.names[0]: part for part in self.classes.values()}
        return sorted(n for n, part in own.items() if any(self.key(a) == key for a in (*part.must, *part.may)))


def _names_no_rules(schema: Schema) -> bool:
    return bool(schema.attributes) and not any(kind.equality for kind in schema.attributes.values())


def _fingerprint(schema: Schema) -> str:
    return blake2b(repr(sorted(schema.attributes.items(), key=itemgetter(0))).encode(), digest_size=16).hexdigest()


def _attribute(schema: Schema, name: str) -> AttributeType | None:
    return schema.attributes.get(name.partition(";")[0].lower())


def _key(schema: Schema, name: str) -> str:
    known = schema.attribute(name)
    return known.names[0].lower() if known else name.partition(";")[0].lower()


def _must(schema: Schema, classes: tuple[str, ...]) -> Mapping[str, str]:
    return {schema.key(name): name for part in _closure(schema, classes) for name in part.must}


def _allowed(schema: Schema, classes: tuple[str, ...]) -> frozenset[str]:
    parts = _closure(schema, classes)
    return frozenset(schema.key(name) for part in parts for name in (*part.must, *part.may))


def _closure(schema: Schema, names: Iterable[str]) -> Iterator[ObjectClass]:
    todo, seen = [name.lower() for name in names], set[str]()
    while todo:
        name = todo.pop()
        if name in seen or name not in schema.classes:
            continue
        seen.add(name)
        for part in (schema.classes[name], schema.rules.get(name)):
            if part is not None:
                yield part
                todo += [sup.lower() for sup in part.sup]


def parse(attribute_types: Iterable[str], object_classes: Iterable[str], content_rules: Iterable[str] = ()) -> Schema:
    """The schema that a subschema entry describes."""
    attributes: dict[str, AttributeType] = {}
    for said in attribute_types:
        oid, words = _description(said)
        kind = _attribute_type(oid, words)
        attributes |= {name.lower(): kind for name in (*kind.names, oid)}
    known = {name: _inherit(kind, attributes) for name, kind in attributes.items()}
    return Schema(known, _classes(object_classes, "SUP"), _classes(content_rules, "AUX"))


def _classes(described: Iterable[str], above: str) -> dict[str, ObjectClass]:
    classes: dict[str, ObjectClass] = {}
    for said in described:
        oid, words = _description(said)
        names = tuple(words.get("NAME", ())) or (oid,)
        part = ObjectClass(
            names, tuple(words.get(above, ())), tuple(words.get("MUST", ())), tuple(words.get("MAY", ()))
        )
        classes |= {name.lower(): part for name in (*names, oid)}
    return classes


def _attribute_type(oid: str, words: Mapping[str, list[str]]) -> AttributeType:
    def one(word: str) -> str | None:
        return next(iter(words.get(word, ())), None)

    syntax = one("SYNTAX")
    return AttributeType(
        names=tuple(words.get("NAME", ())) or (oid,),
        sup=one("SUP"),
        equality=one("EQUALITY"),
        syntax=_LENGTH.sub("", syntax) if syntax else None,
        single="SINGLE-VALUE" in words,
        operational=one("USAGE") not in (None, "userApplications"),
        read_only="NO-USER-MODIFICATION" in words,
    )


def _inherit(kind: AttributeType, known: Mapping[str, AttributeType]) -> AttributeType:
    above = kind
    for _ in range(DEPTH):
        if above.sup is None or above.sup.lower() not in known or (kind.equality and kind.syntax):
            break
        above = known[above.sup.lower()]
        kind = replace(kind, equality=kind.equality or above.equality, syntax=kind.syntax or above.syntax)
    return kind


def _description(said: str) -> tuple[str, dict[str, list[str]]]:
    """The identifier, and each keyword with the words that follow it."""
    tokens = [(quoted, sign, word) for quoted, sign, word in _TOKEN.findall(said)]
    words: dict[str, list[str]] = {}
    oid, current = "", None
    for quoted, sign, word in tokens:
        if sign:
            continue
        if word and not oid:
            oid = word
        elif word and word.isupper() and word.replace("-", "").isalpha() and not _expects(current, words):
            current = word
            words.setdefault(word, [])
        elif current is not None:
            words[current].append(quoted or word)
    return oid, words


def _expects(current: str | None, words: Mapping[str, list[str]]) -> bool:
    """Whether a keyword still waits for its first word (an attribute may be called `MAIL`)."""
    return current in _WITH_WORDS and not words[str(current)]


def is_secret(attribute: str) -> bool:
    """Whether the attribute may hold a password or a key, by its name; rather one too many."""
    return _SECRET.search(attribute) is not None
