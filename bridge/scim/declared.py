"""From what a config declares to resource types (RFC 7643 §6), or every flaw of the declarations at once. Pure.

A schema is named by its URN where it is one of ours, else its JSON is given. Flaws of that JSON are told with its own
places; those of a declaration with the keys of the config.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.scim.resource_types import CORE, GROUP, Extension, ResourceType
from bridge.scim.schema_flaws import Flaw, schema_flaws
from bridge.scim.schemas import Attribute, Returned, Schema, Type, load_schema

NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*", re.ASCII)
ENDPOINT = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
TAKEN = ("serviceproviderconfig", "resourcetypes", "schemas", "me", "bulk")
"""Paths that mean something else (RFC 7644 §3.2)."""


@dataclass(frozen=True, slots=True)
class Source:
    """A schema as a declaration names it: a URN, or a file and the JSON in it."""

    name: str
    raw: Any = None

    @property
    def is_urn(self) -> bool:
        return self.name[:4].lower() == "urn:"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One resource type of the config. Without a schema it adds extensions to one of ours."""

    name: str
    endpoint: str | None = None
    schema: Source | None = None
    description: str = ""
    extensions: tuple[tuple[Source, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Wrong:
    """A flaw and where it is: in a file, or at the keys of a declaration."""

    where: str | tuple[str, ...]
    flaw: Flaw


@dataclass(slots=True)
class Declared:
    """All resource types, ours and those declared, by name; and what is wrong."""

    types: dict[str, ResourceType] = field(default_factory=lambda: dict(CORE))
    wrong: list[Wrong] = field(default_factory=list)


def declare(declarations: Iterable[Declaration]) -> Declared:
    """The resource types; a declaration with a flaw is not among them."""
    work = _Declaring()
    for declaration in declarations:
        work.declare(declaration)
    return work.declared


class _Declaring:
    def __init__(self) -> None:
        self.declared = Declared()
        self._known: dict[str, Schema] = {s.id.lower(): s for type_ in CORE.values() for s in type_.by_urn.values()}
        self._files: dict[str, Schema | None] = {}

    def declare(self, declaration: Declaration) -> None:
        count = len(self.declared.wrong)
        at = declaration.name
        core = CORE.get(at)
        if core and (declaration.schema or declaration.endpoint):
            self._wrong((at,), None, "is built in, with its schema and its endpoint", "write extensions alone")
        schema = core.schema if core else self._core_schema(declaration)
        extensions = [self._extension(at, schema, n, *each) for n, each in enumerate(declaration.extensions)]
        made = core or self._made(declaration, schema)
        known = [*(core.extensions if core else ()), *(each for each in extensions if each)]
        self._each_once(at, known)
        if made is not None and len(self.declared.wrong) == count:
            self.declared.types[at] = replace(made, extensions=tuple(known))

    def _made(self, declaration: Declaration, schema: Schema | None) -> ResourceType | None:
        """The type without its extensions."""
        at, endpoint = declaration.name, declaration.endpoint or f"{declaration.name}s"
        same = next((name for name in self.declared.types if name.lower() == at.lower()), None)
        if same is not None:
            self._wrong((at,), at, f"is {same} already", f"write {same}, or take another name")
        elif not NAME.fullmatch(at):
            self._wrong(
                (at,), at, "is not a usable name", "a letter first, then letters and digits: it stands in rules"
            )
        if not ENDPOINT.fullmatch(endpoint) or endpoint.lower() in TAKEN:
            self._wrong((at, "endpoint"), endpoint, "is not a usable endpoint", 'write one word, as in "Devices"')
        for other in self.declared.types.values():
            if other.kind == endpoint.lower():
                self._wrong((at, "endpoint"), endpoint, f"is that of {other.name}", "take another endpoint")
        return ResourceType(at, endpoint, schema, description=declaration.description or at) if schema else None

    def _core_schema(self, declaration: Declaration) -> Schema | None:
        at = (declaration.name, "schema")
        if declaration.schema is None:
            self._wrong(at, None, "is missing", 'write the file of its schema, as in "schemas/device.json", or a URN')
            return None
        schema = self._schema(at, declaration.schema)
        if schema is GROUP.schema:
            self._wrong(
                at, schema.id, "is that of groups, and members are kept for Group alone", "write another schema"
            )
        elif schema is not None:
            self.declared.wrong += [Wrong(declaration.schema.name, flaw) for flaw in _unique_flaws(schema)]
        return schema

    def _extension(self, type_: str, core: Schema | None, n: int, source: Source, required: bool) -> Extension | None:
        at = (type_, "extensions", str(n))
        schema = self._schema(at, source)
        if schema is None:
            return None
        if schema is core or any(schema is each.schema for each in CORE.values()):
            self._wrong(at, source.name, "is no extension: it is the schema of a resource type", "write another schema")
        elif any(each.uniqueness != "none" for each in schema.attributes):
            flaw = Flaw("attributes", None, "one of them is unique, which an extension's cannot be", 'write "none"')
            self.declared.wrong.append(Wrong(source.name, flaw))
        return Extension(schema, required)

    def _each_once(self, type_: str, extensions: list[Extension]) -> None:
        seen: set[str] = set()
        for each in extensions:
            if each.schema.id.lower() in seen:
                problem = f"names {each.schema.id} twice, or one that the type has by itself"
                self._wrong((type_, "extensions"), None, problem, "name each once")
            seen.add(each.schema.id.lower())

    def _schema(self, at: tuple[str, ...], source: Source) -> Schema | None:
        if source.is_urn:
            found = self._known.get(source.name.lower())
            if found is None:
                problem, listed = "is no schema that is built in", ", ".join(s.id for s in self._known.values())
                self._wrong(at, source.name, problem, f"write the file of the schema; built in: {listed}")
            return found
        if source.name not in self._files:
            self._files[source.name] = self._load(source)
        return self._files[source.name]

    def _load(self, source: Source) -> Schema | None:
        """The schema of a file; each file is judged once, whoever names it."""
        flaws = list(schema_flaws(source.raw))
        if not flaws:
            flaws += self._again(source.raw["id"])
        self.declared.wrong += [Wrong(source.name, flaw) for flaw in flaws]
        return None if flaws else load_schema(source.raw)

    def _again(self, urn: str) -> Iterable[Flaw]:
        """A URN names one schema."""
        taken = {schema.id.lower() for schema in self._files.values() if schema} | set(self._known)
        if urn.lower() in taken:
            yield Flaw("id", urn, "is the URN of another schema", "give each schema a URN of its own")

    def _wrong(self, at: tuple[str, ...], value: object, problem: str, remedy: str) -> None:
        self.declared.wrong.append(Wrong(at, Flaw("", value, problem, remedy)))


def _unique_flaws(schema: Schema) -> Iterator[Flaw]:
    """One attribute of a type can be unique: the journal has one index for it."""
    first: Attribute | None = None
    for number, each in enumerate(schema.attributes):
        place = f"attributes[{number}]"
        if any(sub.uniqueness != "none" for sub in each.sub_attributes):
            yield Flaw(f"{place}.subAttributes", None, "one of them is unique, which no part can be", 'write "none"')
        if each.uniqueness == "none":
            continue
        if first is not None:
            problem = f"{first.name} is unique already, and one attribute of a type can be"
            yield Flaw(f"{place}.uniqueness", each.uniqueness, problem, 'write "none"')
        elif not _may_be_unique(each):
            problem = "is kept for text, references and whole numbers with one value, that are shown"
            yield Flaw(f"{place}.uniqueness", each.uniqueness, problem, 'write "none"')
        first = first or each


def _may_be_unique(attribute: Attribute) -> bool:
    simple = attribute.type in (Type.STRING, Type.REFERENCE, Type.INTEGER) and not attribute.multi_valued
    return simple and attribute.returned is not Returned.NEVER


def by_kind(types: Mapping[str, ResourceType]) -> dict[str, ResourceType]:
    """Resource types by the config's word for them."""
    return {type_.kind: type_ for type_ in types.values()}
