"""Attributes that no schema has, in what was sent: left out by default, refused where the client is told so.

Asked for those clients alone, before anything else is read; `validate` and `patch` leave unknown attributes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bridge.scim.errors import InvalidPath, InvalidSyntax
from bridge.scim.patch import Operation
from bridge.scim.path import resolve
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute, Schema


def refuse_in_resource(raw: Any, resource_type: ResourceType) -> None:
    """Refuse a resource's body that names an unknown attribute."""
    if isinstance(raw, dict):
        _refuse(_in_resource(raw, resource_type))


def refuse_in_patch(operations: Sequence[Operation], resource_type: ResourceType) -> None:
    """Refuse operations whose values name an unknown attribute; unknown paths are refused to everybody."""
    for operation in operations:
        if operation.path is None:
            _refuse(_in_named(operation.value, resource_type))
        else:
            _refuse(_at_path(operation.path, operation.value, resource_type))


def _refuse(names: Iterator[str]) -> None:
    first = next(names, None)
    if first is not None:
        raise InvalidSyntax(f"there is no attribute {first[:120]!r}, and this client has unknown attributes refused")


def _in_resource(raw: dict[str, Any], resource_type: ResourceType) -> Iterator[str]:
    for name, value in raw.items():
        if name[:4].lower() == "urn:":
            schema = resource_type.schema_of(name)
            yield from [name] if schema is None else _in_schema(value, schema)
        else:
            yield from _in_attribute(name, value, resource_type.find(name))


def _in_schema(value: Any, schema: Schema) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            for found in _in_attribute(name, each, schema.find(name)):
                yield f"{schema.id}:{found}"


def _in_attribute(name: str, value: Any, attribute: Attribute | None) -> Iterator[str]:
    if attribute is None:
        yield name
    elif attribute.is_complex:
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                for sub, inner in each.items():
                    for found in _in_attribute(sub, inner, attribute.sub(sub)):
                        yield f"{name}.{found}"


def _in_named(value: dict[str, Any], resource_type: ResourceType) -> Iterator[str]:
    """The keys of a value without path are attributes or paths."""
    for name, each in value.items():
        try:
            yield from _at_path(name, each, resource_type)
        except InvalidPath:
            if resource_type.schema_of(name) is not resource_type.schema:
                yield name
            elif isinstance(each, dict):
                yield from _in_named(each, resource_type)


def _at_path(text: str, value: Any, resource_type: ResourceType) -> Iterator[str]:
    path = resolve(text, resource_type)
    if path.leaf is not None:
        return _in_attribute(text, value, path.leaf)
    assert path.extension is not None
    return _in_schema(value, path.extension)
