"""Resource types (RFC 7643 §6): what lives under one endpoint, with its schema and its extensions."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.scim.schemas import Attribute, Mutability, Returned, Schema, Type, built_in, by_name

_META = tuple(
    Attribute(name, type_, case_exact=True, mutability=Mutability.READ_ONLY)
    for name, type_ in (
        ("resourceType", Type.STRING),
        ("created", Type.DATETIME),
        ("lastModified", Type.DATETIME),
        ("location", Type.REFERENCE),
        ("version", Type.STRING),
    )
)
COMMON = (
    Attribute("schemas", Type.REFERENCE, multi_valued=True, required=True, case_exact=True, returned=Returned.ALWAYS),
    Attribute(
        "id",
        Type.STRING,
        case_exact=True,
        mutability=Mutability.READ_ONLY,
        returned=Returned.ALWAYS,
        uniqueness="server",
    ),
    Attribute("externalId", Type.STRING, case_exact=True),
    Attribute("meta", Type.COMPLEX, mutability=Mutability.READ_ONLY, sub_attributes=_META),
)
"""RFC 7643 §3.1: every resource has them, whatever its schema says."""


@dataclass(frozen=True, eq=False)
class Extension:
    """A schema that adds to a resource type."""

    schema: Schema
    required: bool = False


@dataclass(frozen=True, eq=False)
class ResourceType:
    """What lives under `/{endpoint}`. `kind` is the config's word for it.

    `unique` is the attribute of which no two resources of a tenant have the same value. `related` names what is no part
    of the stored resource: a group's members, the groups of a user.
    """

    name: str
    endpoint: str
    schema: Schema
    extensions: tuple[Extension, ...] = ()
    description: str = ""
    unique: str | None = field(init=False)
    names: Mapping[str, Attribute] = field(init=False)
    by_urn: Mapping[str, Schema] = field(init=False)
    related: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        schemas = (self.schema, *(extension.schema for extension in self.extensions))
        longest_first = sorted(schemas, key=lambda schema: -len(schema.id))  # one URN may begin with another
        unique = (each.name for each in self.schema.attributes if each.uniqueness != "none")
        object.__setattr__(self, "unique", next(unique, None))
        object.__setattr__(self, "names", {**by_name(COMMON), **self.schema.names})
        object.__setattr__(self, "by_urn", {schema.id.lower(): schema for schema in longest_first})
        object.__setattr__(self, "related", _RELATED.get(self.schema.id, ()))

    @property
    def kind(self) -> str:
        return self.endpoint.lower()

    @property
    def is_account(self) -> bool:
        """Whether its resources say of themselves whether they may be used."""
        active = self.schema.find("active")
        return active is not None and active.type is Type.BOOLEAN and not active.multi_valued

    def find(self, name: str) -> Attribute | None:
        """The core or common attribute of this name."""
        return self.names.get(name) or self.names.get(name.lower())

    def schema_of(self, urn: str) -> Schema | None:
        """The core schema or the extension of this URN."""
        return self.by_urn.get(urn.lower())

    def unique_key(self, value: Any) -> str | None:
        """What two values of the unique attribute must not share; None where there is nothing to share."""
        if self.unique is None or value is None or value == "":
            return None
        return str(value) if self.names[self.unique].case_exact else fold(str(value))


def fold(name: str) -> str:
    """Two names that fold alike are one (RFC 7643 §4.1: userName is compared without case)."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFKC", name).casefold()


_USER, _GROUP = built_in("user"), built_in("group")
_RELATED = {_USER.id: ("groups",), _GROUP.id: ("members",)}

USER = ResourceType("User", "Users", _USER, (Extension(built_in("enterprise_user")),), "User accounts")
GROUP = ResourceType("Group", "Groups", _GROUP, description="Groups of users and groups")
CORE: Mapping[str, ResourceType] = {"User": USER, "Group": GROUP}
