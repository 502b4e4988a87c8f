"""What of a resource an answer shows (RFC 7644 §3.9, RFC 7643 §7 `returned`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from bridge.scim.errors import InvalidPath, ScimError
from bridge.scim.path import Path, resolve
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute, Returned, Schema

Resource = dict[str, Any]
Wish = frozenset[str]
"""Folded names: `name`, `name.givenname`, and with a URN before them those of an extension."""


def answer(
    resource: Mapping[str, Any],
    resource_type: ResourceType,
    attributes: Iterable[str] = (),
    excluded: Iterable[str] = (),
) -> Resource:
    """The resource (`id`, `meta` and members in it) as it is shown; unknown names are ignored."""
    only, without = _wish(attributes, resource_type), _wish(excluded, resource_type)
    if not only and not without:
        return _default(resource, resource_type)
    shown = _show(resource, resource_type.names.values(), "", only, without)
    for extension in resource_type.extensions:
        data = resource.get(extension.schema.id)
        if data and (kept := _show_extension(data, extension.schema, only, without)):
            shown[extension.schema.id] = kept
    return shown


def wants(name: str, resource_type: ResourceType, attributes: Iterable[str] = (), excluded: Iterable[str] = ()) -> bool:
    """Whether an answer would show the core attribute at all: what is not shown need not be read."""
    only, without = _wish(attributes, resource_type), _wish(excluded, resource_type)
    folded = name.lower()
    if only:
        return folded in only or any(each.startswith(folded + ".") for each in only)
    return folded not in without


def _default(resource: Mapping[str, Any], resource_type: ResourceType) -> Resource:
    hidden = _hidden(resource_type)
    return {name: value for name, value in resource.items() if name not in hidden}


@cache
def _hidden(resource_type: ResourceType) -> frozenset[str]:
    return frozenset(
        attribute.name
        for attribute in resource_type.schema.attributes
        if attribute.returned in (Returned.NEVER, Returned.REQUEST)
    )


def _show_extension(data: Mapping[str, Any], schema: Schema, only: Wish, without: Wish) -> Resource:
    prefix = schema.id.lower() + ":"
    if schema.id.lower() in without:
        return {}
    if schema.id.lower() in only:
        only = frozenset()
    return _show(data, schema.attributes, prefix, only, without)


def _show(data: Mapping[str, Any], attributes: Iterable[Attribute], prefix: str, only: Wish, without: Wish) -> Resource:
    by_name = {attribute.name: attribute for attribute in attributes}
    shown: Resource = {}
    for name, value in data.items():
        attribute = by_name.get(name)
        if attribute is None or attribute.returned is Returned.NEVER:
            continue
        kept = _attribute(attribute, value, prefix + name.lower(), only, without)
        if kept is not None:
            shown[name] = kept
    return shown


def _attribute(attribute: Attribute, value: Any, path: str, only: Wish, without: Wish) -> Any:
    """The value, part of it, or None."""
    if attribute.returned is Returned.ALWAYS or path in only:
        return value
    subs = {sub.name for sub in attribute.sub_attributes if f"{path}.{sub.name.lower()}" in (only or without)}
    if only:
        return _reduced(value, lambda name: name in subs) if subs else None
    if path in without or attribute.returned is Returned.REQUEST:
        return None
    return _reduced(value, lambda name: name not in subs) if subs else value


def _reduced(value: Any, keep: Any) -> Any:
    if isinstance(value, list):
        return [each for each in (_reduced(item, keep) for item in value) if each] or None
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if keep(name)} or None


def _wish(names: Iterable[str], resource_type: ResourceType) -> Wish:
    return frozenset(folded for name in names if (folded := _folded(name, resource_type)) is not None)


def _folded(name: str, resource_type: ResourceType) -> str | None:
    try:
        path: Path = resolve(name.strip(), resource_type)
    except InvalidPath:
        core = name.strip().lower() == resource_type.schema.id.lower()
        return resource_type.schema.id.lower() if core else None
    except ScimError:
        return None
    head = f"{path.extension.id.lower()}:" if path.extension else ""
    if path.attribute is None:
        return head[:-1]
    folded = head + path.attribute.name.lower()
    return f"{folded}.{path.sub.name.lower()}" if path.sub else folded
