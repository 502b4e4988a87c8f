"""From a request's body to a clean resource (RFC 7644 §3.3, §3.5.1): the shape that the journal keeps.

Unknown and read-only attributes are left out, names get their schema's spelling, null and empty lists mean "no value"
(RFC 7643 §2.5), types are checked, what is required must be there. The result has neither `id` nor `meta`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.scim.errors import InvalidSyntax, InvalidValue, Mutability
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute, Schema
from bridge.scim.schemas import Mutability as Characteristic
from bridge.scim.values import whole

Resource = dict[str, Any]


def receive(raw: object, resource_type: ResourceType) -> Resource:
    """The resource that a POST or PUT describes; a `ScimError` says what is wrong with it."""
    if not isinstance(raw, dict):
        raise InvalidSyntax(f"the body must be a {resource_type.name} as a JSON object")
    _check_schemas(raw, resource_type)
    result: Resource = {}
    for name, value in raw.items():
        if name[:4].lower() == "urn:":
            _receive_extension(result, name, value, resource_type)
        elif (attribute := resource_type.find(name)) is not None:
            _receive_attribute(result, attribute, value)
    return finish(result, resource_type)


def replace(current: Mapping[str, Any], raw: object, resource_type: ResourceType) -> Resource:
    """What a PUT makes of the current resource: absent is cleared, an immutable value may not change."""
    wanted = receive(raw, resource_type)
    for schema in resource_type.by_urn.values():
        have = current if schema is resource_type.schema else current.get(schema.id) or {}
        want = wanted if schema is resource_type.schema else wanted.get(schema.id) or {}
        _check_immutable(schema.attributes, have, want)
    return wanted


def finish(resource: Resource, resource_type: ResourceType) -> Resource:
    """State the schemas of the resource's data, and see that nothing required is missing."""
    extensions = [extension.schema.id for extension in resource_type.extensions if resource.get(extension.schema.id)]
    _check_required(resource_type.schema.attributes, resource)
    for extension in resource_type.extensions:
        data = resource.get(extension.schema.id)
        if data or extension.required:
            _check_required(extension.schema.attributes, data or {})
    resource["schemas"] = [resource_type.schema.id, *extensions]
    return resource


def take_password(resource: Resource) -> tuple[Resource, str | None]:
    """The resource without its password, and the password."""
    if "password" not in resource:
        return resource, None
    rest = dict(resource)
    return rest, rest.pop("password")


def _check_schemas(raw: dict[str, Any], resource_type: ResourceType) -> None:
    schemas = next((value for name, value in raw.items() if name.lower() == "schemas"), None)
    if not isinstance(schemas, list) or not all(isinstance(each, str) for each in schemas):
        raise InvalidValue('schemas must be a list of schema URNs, such as ["' + resource_type.schema.id + '"]')
    if resource_type.schema.id.lower() not in (each.lower() for each in schemas):
        raise InvalidValue(f"schemas does not name {resource_type.schema.id}")


def _receive_attribute(result: Resource, attribute: Attribute, value: Any) -> None:
    if attribute.read_only or attribute.name == "schemas":
        return
    checked = whole(attribute, value)
    if checked is not None:
        result[attribute.name] = checked


def _receive_extension(result: Resource, urn: str, value: Any, resource_type: ResourceType) -> None:
    schema = resource_type.schema_of(urn)
    if schema is None or schema is resource_type.schema or value is None:
        return
    data = receive_data(schema, value)
    if data:
        result[schema.id] = data


def receive_data(schema: Schema, value: Any) -> Resource:
    """An extension's data."""
    if not isinstance(value, dict):
        raise InvalidValue(f"{schema.id} must be an object with the extension's attributes")
    data: Resource = {}
    for name, each in value.items():
        if (attribute := schema.find(name)) is not None:
            _receive_attribute(data, attribute, each if each != "" or not attribute.is_complex else None)
    return data


def _check_required(attributes: tuple[Attribute, ...], data: Mapping[str, Any]) -> None:
    for attribute in attributes:
        if attribute.required and not attribute.read_only and data.get(attribute.name) in (None, "", []):
            raise InvalidValue(f"{attribute.name} is required")


def _check_immutable(attributes: tuple[Attribute, ...], have: Mapping[str, Any], want: Mapping[str, Any]) -> None:
    for attribute in attributes:
        fixed = attribute.mutability is Characteristic.IMMUTABLE and attribute.name in have
        if fixed and have[attribute.name] != want.get(attribute.name):
            raise Mutability(f"{attribute.name} is immutable: it has a value that cannot change")
