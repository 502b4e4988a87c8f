"""The order of a list (RFC 7644 §3.4.2.3): by one attribute; by the primary value of a multi-valued one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bridge.journal.resources import Stored
from bridge.scim.errors import InvalidPath, InvalidValue
from bridge.scim.path import Path, resolve
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Returned

Key = Callable[[Stored], Any]


def keys_of(sort_by: str, types: Iterable[ResourceType]) -> list[Key]:
    """What each type is sorted by; a type that has no such attribute has no value, but one type must have it."""
    found = [_key_of(sort_by, type_) for type_ in types]
    if not any(found):
        raise InvalidValue("sortBy must name an attribute that can be sorted by")
    return [key or (lambda _: None) for key in found]


def ordered(keyed: list[tuple[Any, int, str]], *, descending: bool) -> list[tuple[Any, int, str]]:
    """Sorted by the first of each; who has no value comes last, and first where it descends."""
    having = [each for each in keyed if each[0] is not None]
    lacking = [each for each in keyed if each[0] is None]
    having.sort(key=lambda each: _Comparable(each[0]), reverse=descending)
    return lacking + having if descending else having + lacking


def _key_of(sort_by: str, type_: ResourceType) -> Key | None:
    try:
        path = resolve(sort_by, type_)
    except InvalidPath:
        return None
    if path.attribute is None or path.leaf is None or path.leaf.returned is Returned.NEVER:
        return None
    exact = path.leaf.case_exact
    read = _meta(path) if path.attribute.name == "meta" else lambda row: _value(path, row)

    def key(row: Stored) -> Any:
        value = read(row)
        return value if exact or not isinstance(value, str) else value.casefold()

    return key


def _meta(path: Path) -> Key:
    match path.sub.name if path.sub else None:
        case "created":
            return lambda row: row.created
        case "lastModified":
            return lambda row: row.modified
        case _:
            return lambda row: row.id


def _value(path: Path, row: Stored) -> Any:
    attribute = path.attribute
    assert attribute is not None
    if attribute.name == "id":
        return row.id
    holder = row.body if path.extension is None else row.body.get(path.extension.id) or {}
    value = holder.get(attribute.name)
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, dict) and each.get("primary")), value[0])
    if isinstance(value, dict):
        value = value.get(path.sub.name if path.sub else "value")
    return value


class _Comparable:
    """Values of one attribute are of one type; where they are not, text decides."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Comparable) -> bool:
        try:
            return bool(self.value < other.value)
        except TypeError:
            return str(self.value) < str(other.value)
