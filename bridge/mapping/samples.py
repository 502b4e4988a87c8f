"""Two resources made from a schema: one with everything, one with only what every resource has. Pure.

The rules are tried on both when the config is loaded, so that an expression that can never work, or works only
where nothing is missing, is found before the first person is delivered.
"""

from __future__ import annotations

from typing import Any

from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute

_ID = "2819c223-7f76-453a-919d-413861904646"
_TIME = "2026-01-01T00:00:00Z"
_META = {
    "created": _TIME,
    "lastModified": _TIME,
    "location": f"https://scim.example.com/scim/v2/{_ID}",
    "version": 'W/"1"',
}

_BY_NAME = {
    "userName": "bjensen@example.com",
    "givenName": "Barbara",
    "familyName": "Jensen",
    "formatted": "Barbara Jensen",
    "displayName": "Barbara Jensen",
    "emails.value": "bjensen@example.com",
    "phoneNumbers.value": "+1-555-555-8377",
    "locale": "en-US",
    "preferredLanguage": "en-US",
    "timezone": "America/Los_Angeles",
    "employeeNumber": "701984",
}
_BY_TYPE: dict[str, Any] = {
    "boolean": True,
    "integer": 42,
    "decimal": 4.2,
    "dateTime": _TIME,
    "reference": "https://example.com/x",
    "binary": "c2FtcGxl",
}


def full(rt: ResourceType) -> dict[str, Any]:
    """A resource in which every attribute of the schema has a value, and lists have one for each known type."""
    body = _base(rt) | {"externalId": "701984"} | _filled(rt.schema.attributes)
    return body | {extension.schema.id: _filled(extension.schema.attributes) for extension in rt.extensions}


def bare(rt: ResourceType) -> dict[str, Any]:
    """A resource with its id, its meta and what the schema requires."""
    return _base(rt) | _filled(tuple(a for a in rt.schema.attributes if a.required))


def _base(rt: ResourceType) -> dict[str, Any]:
    return {"id": _ID, "meta": {"resourceType": rt.name, **_META}, "schemas": [rt.schema.id]}


def _filled(attributes: tuple[Attribute, ...]) -> dict[str, Any]:
    return {a.name: _sample(a) for a in attributes}


def _sample(attribute: Attribute) -> Any:
    if not attribute.multi_valued:
        return _one(attribute, None)
    types = next((sub.canonical_values for sub in attribute.sub_attributes if sub.name == "type"), ()) or (None,)
    return [_one(attribute, kind) for kind in types]


def _one(attribute: Attribute, kind: str | None) -> Any:
    if not attribute.sub_attributes:
        return _simple(attribute, attribute.name)
    item = {sub.name: _simple(sub, f"{attribute.name}.{sub.name}") for sub in attribute.sub_attributes}
    return item | {"type": kind} if kind else item


def _simple(attribute: Attribute, path: str) -> Any:
    if attribute.canonical_values:
        return attribute.canonical_values[0]
    named = _BY_NAME.get(path, _BY_NAME.get(attribute.name, "sample"))
    return _BY_TYPE.get(attribute.type, named)
