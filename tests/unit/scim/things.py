"""A resource type with every type, mutability and `returned`, in its core schema and in an extension."""

from __future__ import annotations

from typing import Any

from bridge.scim.resource_types import Extension, ResourceType
from bridge.scim.schemas import load_schema

CORE = "urn:example:params:scim:schemas:1.0:Thing"
MORE = "urn:example:params:scim:schemas:1.0:Thing:More"


def attribute(name: str, type_: str = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **more}


_VALUES = [
    attribute("string"),
    attribute("exact", caseExact=True),
    attribute("boolean", "boolean"),
    attribute("decimal", "decimal"),
    attribute("integer", "integer"),
    attribute("dateTime", "dateTime"),
    attribute("binary", "binary"),
    attribute("reference", "reference"),
]
_SHOWN = [
    attribute("always", returned="always"),
    attribute("never", returned="never"),
    attribute("request", returned="request"),
    attribute("secret", mutability="writeOnly"),
    attribute("given", mutability="readOnly"),
    attribute("fixed", mutability="immutable"),
]
_PARTS = [*_VALUES, *_SHOWN]
_ATTRIBUTES = [
    *_PARTS,
    attribute("complex", "complex", subAttributes=_PARTS),
    attribute("many", "complex", multiValued=True, subAttributes=[*_PARTS, attribute("primary", "boolean")]),
    attribute("texts", multiValued=True),
]

THING = ResourceType(
    "Thing",
    "Things",
    load_schema({"id": CORE, "attributes": [attribute("serial", required=True, uniqueness="server"), *_ATTRIBUTES]}),
    (Extension(load_schema({"id": MORE, "attributes": _ATTRIBUTES})),),
)


def thing(**attributes: Any) -> dict[str, Any]:
    """The JSON of a thing; `more` is its extension."""
    more = attributes.pop("more", None)
    return {"schemas": [CORE], "serial": "A1", **attributes} | ({MORE: more} if more is not None else {})
