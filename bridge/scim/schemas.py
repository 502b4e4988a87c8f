"""Schemas (RFC 7643 §7) as frozen tables, loaded from their own JSON: ours from `data/`, a customer's from the config.

Names are found whatever their case; a table holds the exact name beside the folded one, so the usual case costs one
look.
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


class SchemaInvalid(ValueError):
    """A schema's JSON is not one; the text says where."""


@dataclass(frozen=True, eq=False)
class Attribute:
    """One attribute with all its characteristics."""

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

    def __post_init__(self) -> None:
        object.__setattr__(self, "subs", by_name(self.sub_attributes))

    def sub(self, name: str) -> Attribute | None:
        """The sub-attribute of this name."""
        return self.subs.get(name) or self.subs.get(name.lower())

    @property
    def is_complex(self) -> bool:
        return self.type is Type.COMPLEX

    @property
    def read_only(self) -> bool:
        return self.mutability is Mutability.READ_ONLY


@dataclass(frozen=True, eq=False)
class Schema:
    """A schema: its URN and its attributes. `raw` is its JSON as it is served."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
    raw: Mapping[str, Any]
    names: Mapping[str, Attribute] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", by_name(self.attributes))

    def find(self, name: str) -> Attribute | None:
        """The attribute of this name."""
        return self.names.get(name) or self.names.get(name.lower())


def by_name(attributes: tuple[Attribute, ...]) -> dict[str, Attribute]:
    """Attributes by their exact and by their folded name."""
    return {key: attribute for attribute in attributes for key in (attribute.name, attribute.name.lower())}


def load_schema(raw: Mapping[str, Any]) -> Schema:
    """A schema from its JSON; `SchemaInvalid` where it is not one."""
    try:
        attributes = tuple(_attribute(each) for each in raw["attributes"])
        return Schema(raw["id"], raw.get("name", ""), raw.get("description", ""), attributes, dict(raw))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SchemaInvalid(f"not a schema of RFC 7643 §7: {error}") from error


def built_in(name: str) -> Schema:
    """One of ours: `user`, `group`, `enterprise_user`."""
    return load_schema(orjson.loads(files("bridge.scim").joinpath("data", f"{name}.json").read_bytes()))


def _attribute(raw: Mapping[str, Any]) -> Attribute:
    return Attribute(
        name=raw["name"],
        type=Type(raw.get("type", "string")),
        multi_valued=bool(raw.get("multiValued", False)),
        required=bool(raw.get("required", False)),
        case_exact=bool(raw.get("caseExact", False)),
        mutability=Mutability(raw.get("mutability", "readWrite")),
        returned=Returned(raw.get("returned", "default")),
        uniqueness=raw.get("uniqueness", "none"),
        canonical_values=tuple(raw.get("canonicalValues", ())),
        reference_types=tuple(raw.get("referenceTypes", ())),
        sub_attributes=tuple(_attribute(each) for each in raw.get("subAttributes", ())),
        description=raw.get("description", ""),
    )
