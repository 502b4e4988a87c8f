"""Schemas (RFC 7643 §7) as frozen tables, loaded from their own JSON: ours from `data/`, a customer's from the config.

Names are found whatever their case; a table holds the exact name beside the folded one, so the usual case costs one
look. What may be wrong with a customer's JSON is told by `schema_flaws.py`, before it is loaded here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files
from typing import Any

import orjson


class Type(StrEnum):
    """RFC 7643 §2.3."""

    STRING = "string"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATETIME = "dateTime"
    BINARY = "binary"
    REFERENCE = "reference"
    COMPLEX = "complex"


class Mutability(StrEnum):
    READ_ONLY = "readOnly"
    READ_WRITE = "readWrite"
    IMMUTABLE = "immutable"
    WRITE_ONLY = "writeOnly"


class Returned(StrEnum):
    ALWAYS = "always"
    NEVER = "never"
    DEFAULT = "default"
    REQUEST = "request"


@dataclass(frozen=True, eq=False)
class Attribute:
    """One attribute with all its characteristics. `is_text`: one value, and any text is one."""

    name: str
    type: Type
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = Mutability.READ_WRITE
    returned: Returned = Returned.DEFAULT
    uniqueness: str = "none"
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple[Attribute, ...] = ()
    description: str = ""
    subs: Mapping[str, Attribute] = field(init=False)
    required_subs: tuple[Attribute, ...] = field(init=False)
    is_complex: bool = field(init=False)
    is_text: bool = field(init=False)
    read_only: bool = field(init=False)

    def __post_init__(self) -> None:
        is_text = not self.multi_valued and self.type in (Type.STRING, Type.REFERENCE)
        object.__setattr__(self, "is_complex", self.type is Type.COMPLEX)
        object.__setattr__(self, "is_text", is_text)
        object.__setattr__(self, "read_only", self.mutability is Mutability.READ_ONLY)
        object.__setattr__(self, "subs", by_name(self.sub_attributes))
        object.__setattr__(self, "required_subs", tuple(sub for sub in self.sub_attributes if sub.must_be_sent))

    def sub(self, name: str) -> Attribute | None:
        """The sub-attribute of this name."""
        return self.subs.get(name) or self.subs.get(name.lower())

    @property
    def must_be_sent(self) -> bool:
        """Whether a client must give it a value."""
        return self.required and not self.read_only

    def described(self) -> dict[str, Any]:
        """Its JSON as it is served: every characteristic, and none that is null."""
        shown = {
            "name": self.name,
            "type": self.type,
            "multiValued": self.multi_valued,
            "description": self.description,
            "required": self.required,
            "caseExact": self.case_exact,
            "mutability": self.mutability,
            "returned": self.returned,
            "uniqueness": self.uniqueness,
        }
        lists = {
            "canonicalValues": list(self.canonical_values),
            "referenceTypes": list(self.reference_types),
            "subAttributes": [sub.described() for sub in self.sub_attributes],
        }
        return shown | {name: values for name, values in lists.items() if values}


@dataclass(frozen=True, eq=False)
class Schema:
    """A schema: its URN and its attributes."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
    names: Mapping[str, Attribute] = field(init=False)
    required: tuple[Attribute, ...] = field(init=False)
    immutable: tuple[Attribute, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", by_name(self.attributes))
        required = (each for each in self.attributes if each.must_be_sent or each.required_subs)
        object.__setattr__(self, "required", tuple(required))
        object.__setattr__(self, "immutable", tuple(each for each in self.attributes if _keeps(each)))

    def find(self, name: str) -> Attribute | None:
        """The attribute of this name."""
        return self.names.get(name) or self.names.get(name.lower())


def by_name(attributes: tuple[Attribute, ...]) -> dict[str, Attribute]:
    """Attributes by their exact and by their folded name."""
    return {key: attribute for attribute in attributes for key in (attribute.name, attribute.name.lower())}


def load_schema(raw: Mapping[str, Any]) -> Schema:
    """A schema from its JSON, which must be sound."""
    name = raw.get("name") or raw["id"].rpartition(":")[2]
    attributes = tuple(_attribute(each) for each in raw["attributes"])
    return Schema(raw["id"], name, raw.get("description") or name, attributes)


def built_in(name: str) -> Schema:
    """One of ours, by the name of its file in `data/`."""
    return load_schema(orjson.loads(files("bridge.scim").joinpath("data", f"{name}.json").read_bytes()))


def _attribute(raw: Mapping[str, Any]) -> Attribute:
    type_ = Type(raw.get("type", "string"))
    mutability = Mutability(raw.get("mutability", "readWrite"))
    never_shown = mutability is Mutability.WRITE_ONLY
    return Attribute(
        name=raw["name"],
        type=type_,
        multi_valued=raw.get("multiValued", False),
        required=raw.get("required", False),
        case_exact=raw.get("caseExact", type_ in (Type.REFERENCE, Type.BINARY)),
        mutability=mutability,
        returned=Returned(raw.get("returned", "never" if never_shown else "default")),
        uniqueness=raw.get("uniqueness", "none"),
        canonical_values=tuple(raw.get("canonicalValues", ())),
        reference_types=tuple(raw.get("referenceTypes", ())),
        sub_attributes=tuple(_attribute(each) for each in raw.get("subAttributes", ())),
        description=raw.get("description", raw["name"]),
    )


def _keeps(attribute: Attribute) -> bool:
    """Whether a value of it, or of a part of it, cannot be changed once it is there."""
    if attribute.mutability is Mutability.IMMUTABLE:
        return True
    return not attribute.multi_valued and any(_keeps(sub) for sub in attribute.sub_attributes)
