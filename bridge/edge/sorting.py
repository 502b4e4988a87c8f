"""The order of a list (RFC 7644 §3.4.2.3): by one attribute; by the primary value of a multi-valued one.

Who has no value comes last; those with the same one come as they were created. Descending is the reverse of all that.
What the journal has an index of comes in order from there; anything else is put in order here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bridge.journal.lists import Place
from bridge.journal.resources import Stored
from bridge.scim.errors import InvalidPath, InvalidValue
from bridge.scim.path import Path, resolve
from bridge.scim.resource_types import ResourceType, fold
from bridge.scim.schemas import Returned, Type
from bridge.scim.values import instant

Key = Callable[[Stored], Any]


def keys_of(sort_by: str, types: Iterable[ResourceType]) -> list[Key]:
    """What each type is sorted by; a type that has no such attribute has no value, but one type must have it."""
    paths = [path_of(sort_by, type_) for type_ in types]
    if not any(paths):
        raise InvalidValue("sortBy must name an attribute that can be sorted by")
    return [_key_of(path) if path else lambda _: None for path in paths]


def path_of(sort_by: str, type_: ResourceType) -> Path | None:
    """The attribute, if resources of this type can be sorted by it."""
    try:
        path = resolve(sort_by, type_)
    except InvalidPath:
        return None
    return None if path.leaf is None or path.leaf.returned is Returned.NEVER else path


def rank(place: Place) -> tuple[_Rank, int]:
    """What a place is sorted by: its key, where there is one, and then its number."""
    return _Rank(place.key), place.seq


def _key_of(path: Path) -> Key:
    assert path.leaf is not None
    exact, is_date = path.leaf.case_exact, path.leaf.type is Type.DATETIME
    read = (
        _meta(path) if path.attribute is not None and path.attribute.name == "meta" else lambda row: _value(path, row)
    )

    def key(row: Stored) -> Any:
        value = read(row)
        if not isinstance(value, str):
            return value
        if is_date:
            when = instant(value)
            return when.timestamp() if when else None
        return value if exact else fold(value)

    return key


def _meta(path: Path) -> Key:
    match path.sub.name if path.sub else None:
        case "created":
            return lambda row: row.created
        case "lastModified":
            return lambda row: row.modified
        case "version":
            return lambda row: row.version
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


class _Rank:
    """What a value is sorted by. Values of one attribute are of one type; where they are not, text decides."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rank) and bool(self.value == other.value)

    def __lt__(self, other: _Rank) -> bool:
        if self.value is None or other.value is None:
            return self.value is not None
        try:
            return bool(self.value < other.value)
        except TypeError:
            return str(self.value) < str(other.value)
