"""Entries as JSON and back: attribute names are dotted paths in the body. Pure.

login = "bj", name.family = "Jensen", phones = ["1", "2"]
{"login": "bj", "name": {"family": "Jensen"}, "phones": ["1", "2"]}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from connectors.sdk import Change, Fault, Ref, Value, Verb

Json = dict[str, Any]


class Misplaced(ValueError):
    """There is a value where a path leads through."""


def at(document: Any, path: str | None) -> Any:
    """What stands at a dotted path; the document itself without one; None where nothing stands."""
    for step in path.split(".") if path else ():
        document = document.get(step) if isinstance(document, dict) else None
    return document


def put(document: Json, path: str, value: Any) -> None:
    """Set what stands at a dotted path."""
    *way, last = path.split(".")
    for step in way:
        below = document.get(step)
        if below is None:
            below = document[step] = {}
        if not isinstance(below, dict):
            raise Misplaced(f"{path} leads through a value")
        document = below
    document[last] = value


def wrapped(body: Json, path: str | None) -> Json:
    """The body as it is sent."""
    if not path:
        return body
    document: Json = {}
    put(document, path, body)
    return document


def to_json(values: Sequence[Value], several: bool) -> Any:
    """The values of one attribute; null, or an empty array, where there are none."""
    plain = [value.id if isinstance(value, Ref) else value for value in values]
    if several:
        return plain
    return plain[0] if plain else None


def from_json(found: Any) -> tuple[Value, ...]:
    """The values that stand in an answer; null, an empty text and an empty array are none."""
    listed = found if isinstance(found, list) else [found]
    return tuple(_value(each) for each in listed if each is not None and each != "")


def apply(body: Json, changes: Sequence[Change], current: Json, lists: Sequence[str]) -> Json:
    """Write the changes into `body`; what is added to or taken from is read in `current`."""
    for change in changes:
        several = change.attribute in lists
        put(body, change.attribute, to_json(_after(change, at(current, change.attribute)), several))
    return body


def is_partial(changes: Sequence[Change]) -> bool:
    """Some change adds to what is there, or takes from it: it must be read before."""
    return any(change.verb is not Verb.REPLACE for change in changes)


def faults(attributes: Mapping[str, Sequence[Value]], lists: Sequence[str]) -> list[Fault]:
    """What has no form in JSON as it is configured."""
    found = []
    for name, values in attributes.items():
        if len(values) > 1 and name not in lists:
            found.append(Fault(name, "has several values, and holds one", f'write lists = ["{name}"]'))
        if any(isinstance(value, bytes) for value in values):
            found.append(Fault(name, "is binary, which JSON cannot hold", "map it to text"))
    try:
        apply({}, [Change(name, Verb.REPLACE, tuple(values)) for name, values in attributes.items()], {}, lists)
    except Misplaced as misplaced:
        found.append(Fault(None, str(misplaced), "map the one or the other"))
    return found


def _after(change: Change, there: Any) -> tuple[Value, ...]:
    have = from_json(there)
    match change.verb:
        case Verb.REPLACE:
            return change.values
        case Verb.ADD:
            return have + tuple(value for value in change.values if value not in have)
        case Verb.REMOVE:
            return tuple(value for value in have if value not in change.values)


def _value(found: Any) -> Value:
    """A value that is no scalar is shown as its JSON: it differs from anything we would write."""
    if isinstance(found, str | bool | int | float):
        return found
    return orjson.dumps(found, option=orjson.OPT_SORT_KEYS).decode()
