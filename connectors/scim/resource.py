"""The JSON of a resource: what stands at a place, and what it is after a change. Pure; nothing is changed in place.

Of a multi-valued attribute only the values that a place selects are ours; those beside them stay as they are. One value
is primary at most, and the one that we make primary takes the mark from the others (RFC 7643 §2.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bridge.scim.values import one_primary
from connectors.scim.places import Place
from connectors.scim.values import from_json, normalised, to_json
from connectors.sdk import Change, Value, Verb

Json = dict[str, Any]
SERVICES_OWN = frozenset({"meta", "groups"})
"""What a service adds to a resource: it is not sent back."""


def values_at(resource: Mapping[str, Any], place: Place) -> tuple[Value, ...]:
    """The values that stand at a place."""
    found = (_part(item, place) for item in _items(resource, place) if place.takes(item))
    return tuple(value for each in found if (value := from_json(each)) is not None)


def changed(resource: Mapping[str, Any], place: Place, change: Change) -> Json:
    """The resource after a change at a place; an attribute without a value is absent."""
    values = [to_json(place, value) for value in _after(change, values_at(resource, place), place)]
    if place.urn is None:
        return _written(resource, place, values)
    return _put(resource, place.urn, _written(_get(resource, place.urn) or {}, place, values))


def for_put(resource: Mapping[str, Any], schemas: Iterable[str]) -> Json:
    """The whole resource as it is written back."""
    kept = {name: value for name, value in resource.items() if name not in SERVICES_OWN}
    return {**kept, "schemas": list(dict.fromkeys((*kept.get("schemas", ()), *schemas)))}


def top_value(resource: Mapping[str, Any], place: Place) -> Any:
    """All of the attribute that the place is in."""
    holder = resource if place.urn is None else _get(resource, place.urn) or {}
    return _get(holder, place.attribute.name)


def _after(change: Change, have: Sequence[Value], place: Place) -> Sequence[Value]:
    match change.verb:
        case Verb.REPLACE:
            return change.values
        case Verb.ADD:
            there = normalised(place, have)
            return (*have, *(value for value in change.values if not normalised(place, [value]) <= there))
        case Verb.REMOVE:
            unwanted = normalised(place, change.values)
            return [value for value in have if not normalised(place, [value]) <= unwanted]


def _written(holder: Mapping[str, Any], place: Place, values: Sequence[Any]) -> Json:
    name, there = place.attribute.name, _get(holder, place.attribute.name)
    if place.attribute.multi_valued:
        return _put(holder, name, _fitted(_listed(there), place, values))
    value = values[0] if values else None
    if place.sub is not None:
        beside = there if isinstance(there, dict) and not place.is_id else {}  # what leads to the old one goes with it
        value = _put(beside, place.sub.name, value)
        value = value if values or place.sub.name != "value" else None  # a reference without its id is none
    return _put(holder, name, value)


def _fitted(items: Sequence[Any], place: Place, values: Sequence[Any]) -> list[Any]:
    """The items with these values: those that have one stay, others get one, what is left over goes or is added."""
    new = [value for value in dict.fromkeys(values) if not any(_has(item, place, value) for item in items)]
    fitted = list(_refilled(items, place, values, new))
    for value in new:
        at = next((at for at, item in enumerate(fitted) if _is_bare(item, place, value)), len(fitted))
        fitted[at : at + 1] = [_with(fitted[at] if at < len(fitted) else {}, place, value)]
    primary = (each for each in reversed(fitted) if isinstance(each, dict) and each.get("primary") is True)
    return one_primary(fitted, next((each for each in primary if all(each is not item for item in items)), None))


def _refilled(items: Sequence[Any], place: Place, values: Sequence[Any], new: list[Any]) -> Iterator[Any]:
    """The items that stay; ours whose value is no longer wanted get one of the new ones, as long as there are."""
    for item in items:
        if not place.takes(item) or any(_has(item, place, value) for value in values):
            yield item
        elif new or _survives(item, place):
            yield _with(item, place, new.pop(0) if new else None)


def _is_bare(item: Any, place: Place, value: Any) -> bool:
    """Whether it is this value without what the place fixes: some services take a `type`, and do not keep it."""
    fixed = place.fixed.keys() & item.keys() if isinstance(item, dict) else ()
    return bool(place.fixed) and not fixed and bool(_part(item, place) == value)


def _survives(item: Any, place: Place) -> bool:
    """Whether a value without this part still says something beside what selects it."""
    if not isinstance(item, dict) or place.sub is None or place.sub.name == "value":
        return False
    return bool(item.keys() - place.fixed.keys() - {place.sub.name, "primary", "display"})


def _has(item: Any, place: Place, value: Any) -> bool:
    return place.takes(item) and bool(_part(item, place) == value)


def _with(item: Any, place: Place, value: Any) -> Any:
    if place.sub is None:
        return value
    base = item if isinstance(item, dict) else {}
    return _put({**place.fixed, **base}, place.sub.name, value)


def _items(resource: Mapping[str, Any], place: Place) -> Sequence[Any]:
    return _listed(top_value(resource, place))


def _listed(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else [value]


def _part(item: Any, place: Place) -> Any:
    """A plain text in place of a complex value is its `value`, as some services show e-mail addresses."""
    if place.sub is None:
        return item
    if isinstance(item, dict):
        return _get(item, place.sub.name)
    return item if place.sub.name == "value" else None


def _get(holder: Mapping[str, Any], name: str) -> Any:
    """What has this name; upper and lower case do not tell names apart (RFC 7643 §2.1)."""
    if name in holder:
        return holder[name]
    return next((value for each, value in holder.items() if each.lower() == name.lower()), None)


def _put(holder: Mapping[str, Any], name: str, value: Any) -> Json:
    """The holder with this value under this name; without it, where there is none."""
    others = {each: old for each, old in holder.items() if each.lower() != name.lower()}
    return others if value in (None, [], {}, "") else {**others, name: value}
