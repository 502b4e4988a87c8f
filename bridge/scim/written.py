"""Which attributes of `returned: request` a write names: its answer shows them (RFC 7643 §7), though nobody asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from bridge.scim.project import fold_path
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute, Returned


def written(said: Iterable[tuple[str, Any]], resource_type: ResourceType) -> tuple[str, ...]:
    """The folded paths, sorted. `said`: names or paths of an accepted write with their values; it is looked at only
    where the type has such attributes."""
    wanted = _on_request(resource_type)
    if not wanted:
        return ()
    return tuple(sorted(wanted.intersection(path for each in said for path in _named(*each, resource_type))))


@lru_cache(256)
def _on_request(resource_type: ResourceType) -> frozenset[str]:
    """What is shown on request alone and can be written."""
    found = set(_paths(resource_type.schema.attributes, ""))
    for extension in resource_type.extensions:
        found.update(_paths(extension.schema.attributes, f"{extension.schema.id.lower()}:"))
    return frozenset(found)


def _paths(attributes: Iterable[Attribute], before: str) -> Iterator[str]:
    for attribute in attributes:
        if attribute.read_only:
            continue
        path = before + attribute.name.lower()
        if attribute.returned is Returned.REQUEST:
            yield path
        yield from _paths(attribute.sub_attributes, f"{path}.")


def _named(name: str, value: Any, resource_type: ResourceType) -> Iterator[str]:
    path = fold_path(name, resource_type)
    if path is None:
        return
    yield path
    is_schema = resource_type.schema_of(path) is not None
    for each in value if isinstance(value, list) else (value,):
        for inner, part in each.items() if isinstance(each, dict) else ():
            if is_schema:
                yield from _named(f"{path}:{inner}", part, resource_type)
            else:
                yield f"{path}.{inner.lower()}"
