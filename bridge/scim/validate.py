"""From a request's body to a clean resource (RFC 7644 §3.3, §3.5.1): the shape that the journal keeps.

Unknown and read-only attributes are left out, names get their schema's spelling, null and empty lists mean "no value"
(RFC 7643 §2.5), types are checked, what is required must be there. The result has neither `id` nor `meta`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bridge.scim.errors import InvalidSyntax, InvalidValue, Mutability
from bridge.scim.names import refuse_twins
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute, Schema
from bridge.scim.schemas import Mutability as Characteristic
from bridge.scim.values import same, whole

Resource = dict[str, Any]


def receive(raw: object, resource_type: ResourceType) -> Resource:
    """The resource that a POST or PUT describes; a `ScimError` says what is wrong with it."""
    return finish(_read(raw, resource_type), resource_type)


def replace(current: Mapping[str, Any], raw: object, resource_type: ResourceType) -> Resource:
    """What a PUT makes of the current resource: absent is cleared, but an immutable value stays as it is."""
    wanted = _read(raw, resource_type)
    for schema in resource_type.by_urn.values():
        if schema is resource_type.schema:
            _keep_immutable(schema.immutable, current, wanted)
        elif schema.immutable and (have := current.get(schema.id)):
            _keep_immutable(schema.immutable, have, wanted.setdefault(schema.id, {}))
    return finish(wanted, resource_type)


def finish(resource: Resource, resource_type: ResourceType) -> Resource:
    """State the schemas of the resource's data, and see that nothing required is missing."""
    _check_required(resource_type.schema.required, resource)
    schemas = [resource_type.schema.id]
    for extension in resource_type.extensions:
        schema = extension.schema
        data = resource.get(schema.id)
        if data:
            schemas.append(schema.id)
            _check_required(schema.required, data)
        elif extension.required:
            raise InvalidValue(f"{schema.id} is required: every {resource_type.name} must have this extension")
        elif data is not None:
            del resource[schema.id]
    resource["schemas"] = schemas
    return resource


def take_password(resource: Resource) -> tuple[Resource, str | None]:
    """The resource without its password, and the password; an empty one is none."""
    if "password" not in resource:
        return resource, None
    rest = dict(resource)
    return rest, rest.pop("password") or None


def _read(raw: object, resource_type: ResourceType) -> Resource:
    """The body's attributes, each by itself."""
    if not isinstance(raw, dict):
        raise InvalidSyntax(f"the body must be a {resource_type.name} as a JSON object")
    _check_schemas(raw, resource_type)
    result: Resource = {}
    for name, value in raw.items():
        if (attribute := resource_type.find(name)) is not None:
            if name != attribute.name:
                refuse_twins(raw, name)
            _receive_attribute(result, attribute, value)
        elif name[:4].lower() == "urn:":
            _receive_extension(result, name, raw, resource_type)
    return result


def _check_schemas(raw: dict[str, Any], resource_type: ResourceType) -> None:
    if raw.get("schemas") == [resource_type.schema.id]:  # the usual case
        return
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


def _receive_extension(result: Resource, urn: str, raw: Mapping[str, Any], resource_type: ResourceType) -> None:
    schema, value = resource_type.schema_of(urn), raw[urn]
    if schema is None or schema is resource_type.schema:
        return
    if urn != schema.id:
        refuse_twins(raw, urn)
    if value is not None and (data := _receive_data(schema, value)):
        result[schema.id] = data


def _receive_data(schema: Schema, value: Any) -> Resource:
    """An extension's data."""
    if not isinstance(value, dict):
        raise InvalidValue(f"{schema.id} must be an object with the extension's attributes")
    data: Resource = {}
    for name, each in value.items():
        if (attribute := schema.find(name)) is not None:
            if name != attribute.name:
                refuse_twins(value, name)
            _receive_attribute(data, attribute, each if each != "" or not attribute.is_complex else None)
    return data


def _check_required(attributes: Iterable[Attribute], data: Mapping[str, Any]) -> None:
    for attribute in attributes:
        value = data.get(attribute.name)
        if value in (None, "", []):
            if attribute.required:
                raise InvalidValue(f"{attribute.name} is required")
        elif attribute.required_subs:
            for each in value if isinstance(value, list) else (value,):
                _check_required_subs(attribute, each)


def _check_required_subs(attribute: Attribute, value: Mapping[str, Any]) -> None:
    for sub in attribute.required_subs:
        if value.get(sub.name) in (None, "", []):
            raise InvalidValue(f"{attribute.name}.{sub.name} is required")


def _keep_immutable(attributes: Iterable[Attribute], have: Mapping[str, Any], want: Resource) -> None:
    """An immutable value that is sent must be the one that is there; one that is not sent stays (RFC 7644 §3.5.1)."""
    for attribute in attributes:
        name, value = attribute.name, have.get(attribute.name)
        if value is None:
            continue
        if not _is_immutable(attribute):
            fixed = [sub for sub in attribute.sub_attributes if sub.name in value and _is_immutable(sub)]
            if fixed:
                _keep_immutable(fixed, value, want.setdefault(name, {}))
        elif not same(attribute, value, want.setdefault(name, value)):
            raise Mutability(f"{name} is immutable: it has a value that cannot change")
        else:
            want[name] = value


def _is_immutable(attribute: Attribute) -> bool:
    return attribute.mutability is Characteristic.IMMUTABLE
