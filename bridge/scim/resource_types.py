"""Resource types (RFC 7643 §6): what lives under one endpoint, with its schema and its extensions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """What lives under `/{endpoint}`. `kind` is the config's word for it."""

    name: str
    endpoint: str
    schema: Schema
    extensions: tuple[Extension, ...] = ()
    description: str = ""
    unique: str | None = None
    names: Mapping[str, Attribute] = field(init=False)
    by_urn: Mapping[str, Schema] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", {**by_name(COMMON), **self.schema.names})
        schemas = (self.schema, *(extension.schema for extension in self.extensions))
        object.__setattr__(self, "by_urn", {schema.id.lower(): schema for schema in schemas})

    @property
    def kind(self) -> str:
        return self.endpoint.lower()

    def find(self, name: str) -> Attribute | None:
        """The core or common attribute of this name."""
        return self.names.get(name) or self.names.get(name.lower())

    def schema_of(self, urn: str) -> Schema | None:
        """The core schema or the extension of this URN."""
        return self.by_urn.get(urn.lower())


USER = ResourceType(
    "User", "Users", built_in("user"), (Extension(built_in("enterprise_user")),), "User accounts", unique="userName"
)
GROUP = ResourceType("Group", "Groups", built_in("group"), description="Groups of users and groups")
CORE: Mapping[str, ResourceType] = {"User": USER, "Group": GROUP}
