"""What the documentation names and this version does not do yet: refused plainly, never ignored.

One table. A row goes when its feature comes. `*` stands for any one name in a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bridge.settings.faults import Fault
from bridge.settings.places import dotted, shown

Table = dict[str, Any]


def _always(_: object) -> bool:
    return True


def _one_of(*words: str) -> Callable[[object], bool]:
    return lambda value: value in words


@dataclass(frozen=True, slots=True)
class Unbuilt:
    """A place, the values of it that are not built, and what to do meanwhile."""

    place: str
    what: str
    remedy: str
    applies: Callable[[object], bool] = _always


TABLE = (
    Unbuilt("journal.url", "a journal in PostgreSQL", 'write path = "journal.db": SQLite'),
    Unbuilt("targets.*.drift", "accepting drift", 'write drift = "report" or "revert"', _one_of("accept")),
)


def take_out(raw: Table) -> tuple[Table, list[Fault]]:
    """The file without what is not built, and a fault for each such thing."""
    found = [(row, keys, _get(raw, keys)) for row in TABLE for keys in _matches(raw, row.place.split("."), ())]
    unbuilt = [(row, keys, value) for row, keys, value in found if row.applies(value)]
    faults = [
        Fault(dotted(keys), shown(keys, value), f"is not built yet: {row.what}", row.remedy)
        for row, keys, value in unbuilt
    ]
    for _, keys, _ in unbuilt:
        raw = _without(raw, keys)
    return raw, faults


def _matches(node: object, place: list[str], keys: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not place:
        yield keys
    elif isinstance(node, dict):
        for key in node if place[0] == "*" else {place[0]} & node.keys():
            yield from _matches(node[key], place[1:], (*keys, key))


def _get(raw: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        raw = raw[key]
    return raw


def _without(raw: Table, keys: tuple[str, ...]) -> Table:
    first, *rest = keys
    if not rest:
        return {key: value for key, value in raw.items() if key != first}
    return {**raw, first: _without(raw[first], tuple(rest))} if first in raw else raw
