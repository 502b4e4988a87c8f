"""What of a resource an answer shows (RFC 7644 §3.9, RFC 7643 §7 `returned`).

What is shown is worked out once as a shape, a tree of names, and kept; cutting a resource to it is one look per name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bridge.scim.errors import InvalidPath, ScimError
from bridge.scim.path import resolve
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute, Returned

Resource = dict[str, Any]
Shape = Mapping[str, "Shape | None"]
"""Name → what of its value is shown; None: all of it."""


def answer(
    resource: Mapping[str, Any],
    resource_type: ResourceType,
    attributes: Iterable[str] = (),
    excluded: Iterable[str] = (),
    written: tuple[str, ...] = (),
) -> Resource:
    """The resource (`id`, `meta` and members in it) as it is shown; unknown names are ignored.

    `written` is what a write named of what is shown on request alone.
    """
    shown = _cut(resource, _shape(resource_type, tuple(attributes), tuple(excluded), written))
    schemas = resource.get("schemas", ())
    if len(schemas) > 1 and any(urn not in shown for urn in schemas[1:]):
        shown["schemas"] = [schemas[0], *(urn for urn in schemas[1:] if urn in shown)]
    return shown


def wants(name: str, resource_type: ResourceType, attributes: Iterable[str] = (), excluded: Iterable[str] = ()) -> bool:
    """Whether an answer would show the core attribute at all: what is not shown need not be read."""
    return name in _shape(resource_type, tuple(attributes), tuple(excluded))


def _cut(data: Mapping[str, Any], shape: Shape) -> Resource:
    shown: Resource = {}
    for name, value in data.items():
        if name in shape:
            inner = shape[name]
            if inner is None:
                shown[name] = value
            elif kept := _cut_value(value, inner):
                shown[name] = kept
    return shown


def _cut_value(value: Any, shape: Shape) -> Any:
    if isinstance(value, list):
        return [kept for each in value if (kept := _cut_value(each, shape))]
    return _cut(value, shape) if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class _Wish:
    """Folded names: `name`, `name.givenname`, a schema's URN, and with a URN before them those of an extension.

    `is_partial`: nothing but `only` is wanted; else it is wanted beside what is shown by default.
    """

    only: frozenset[str]
    without: frozenset[str]
    is_partial: bool

    def asks(self, path: str) -> bool:
        return path in self.only

    def takes(self, attribute: Attribute, path: str, *, by_default: bool, by_request: bool = False) -> bool:
        """Whether the attribute is shown, its parts left aside: what it is part of is shown, or was asked for."""
        match attribute.returned:
            case Returned.NEVER:
                return False
            case Returned.ALWAYS:
                return True
            case Returned.REQUEST:
                return by_request or self.asks(path)
            case Returned.DEFAULT:
                return self.asks(path) or (by_default and path not in self.without)


@lru_cache(1024)
def _shape(
    resource_type: ResourceType, attributes: tuple[str, ...], excluded: tuple[str, ...], written: tuple[str, ...] = ()
) -> Shape:
    """The shape of an answer to this wish; the usual one is that of no wish."""
    without = _folded(excluded, resource_type)
    only = _folded(attributes, resource_type) if attributes else frozenset(written) - without
    wish = _Wish(only, without, bool(attributes))
    core = resource_type.schema.id.lower()
    common = {attribute.name: attribute for attribute in resource_type.names.values()}
    shape = dict(_shapes(common.values(), core, "", wish))
    for extension in resource_type.extensions:
        urn = extension.schema.id.lower()
        if inner := dict(_shapes(extension.schema.attributes, urn, f"{urn}:", wish)):
            shape[extension.schema.id] = inner
    return shape


def _shapes(attributes: Iterable[Attribute], urn: str, prefix: str, wish: _Wish) -> Iterator[tuple[str, Shape | None]]:
    """What is shown of a schema's attributes."""
    by_request = wish.asks(urn)
    by_default = by_request or (not wish.is_partial and urn not in wish.without)
    for attribute in attributes:
        path = prefix + attribute.name.lower()
        takes = wish.takes(attribute, path, by_default=by_default, by_request=by_request)
        inner = _inner(attribute, path, wish, takes)
        if takes or inner:
            yield attribute.name, inner


def _inner(attribute: Attribute, path: str, wish: _Wish, takes: bool) -> Shape | None:
    """Which parts are shown; None: all, or there are none. A part that is named brings those that always come along."""
    if not attribute.sub_attributes or attribute.returned is Returned.NEVER:
        return None
    subs = attribute.sub_attributes
    named = any(wish.asks(f"{path}.{sub.name.lower()}") for sub in subs if sub.returned is not Returned.NEVER)
    if not takes and not named:
        return None
    whole = takes and (attribute.returned is Returned.ALWAYS or wish.asks(path) or not (named and wish.is_partial))
    shown = [sub.name for sub in subs if wish.takes(sub, f"{path}.{sub.name.lower()}", by_default=whole)]
    return None if takes and len(shown) == len(subs) else dict.fromkeys(shown)


def _folded(names: Iterable[str], resource_type: ResourceType) -> frozenset[str]:
    return frozenset(folded for name in names if (folded := fold_path(name.strip(), resource_type)) is not None)


def fold_path(name: str, resource_type: ResourceType) -> str | None:
    """Where a name leads, folded; None where it leads nowhere."""
    try:
        path = resolve(name, resource_type)
    except InvalidPath:
        return name.lower() if resource_type.schema_of(name) is resource_type.schema else None
    except ScimError:
        return None
    head = f"{path.extension.id.lower()}:" if path.extension else ""
    if path.attribute is None:
        return head[:-1]
    folded = head + path.attribute.name.lower()
    return f"{folded}.{path.sub.name.lower()}" if path.sub else folded
