"""What the documentation names and this version does not do yet: refused plainly, never ignored.

One table. A row goes when its feature comes. `*` stands for any one name in a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bridge.settings.faults import Fault
from bridge.settings.places import dotted, shown
from bridge.settings.resource_types import kinds_of

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
    Unbuilt("pools", "allocated values", "leave the table out; map the number from SCIM"),
    Unbuilt("targets.*.pools", "allocated values", "leave it out; map the number from SCIM"),
    Unbuilt("targets.*.drift", "accepting drift", 'write drift = "report" or "revert"', _one_of("accept")),
    Unbuilt("targets.*.kind.match", "the adoption of entries that exist already", "leave it out"),
    Unbuilt(
        "targets.*.kind.adopt",
        "the adoption of entries that exist already",
        'write adopt = "never", or leave it out: such entries are shown as disputed',
        _one_of("ask", "match"),
    ),
)
"""`kind` stands for every kind of the file."""


def take_out(raw: Table) -> tuple[Table, list[Fault]]:
    """The file without what is not built, and a fault for each such thing."""
    kinds = kinds_of(raw)
    found = [(row, keys, _get(raw, keys)) for row in TABLE for keys in _matches(raw, row.place.split("."), (), kinds)]
    unbuilt = [(row, keys, value) for row, keys, value in found if row.applies(value)]
    faults = [
        Fault(dotted(keys), shown(keys, value), f"is not built yet: {row.what}", row.remedy)
        for row, keys, value in unbuilt
    ]
    for _, keys, _ in unbuilt:
        raw = _without(raw, keys)
    return raw, faults


def _matches(
    node: object, place: list[str], keys: tuple[str, ...], kinds: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    if not place:
        yield keys
    elif isinstance(node, dict):
        for key in _names(node, place[0], kinds):
            yield from _matches(node[key], place[1:], (*keys, key), kinds)


def _names(node: Table, step: str, kinds: tuple[str, ...]) -> list[str]:
    if step == "*":
        return list(node)
    return [name for name in (kinds if step == "kind" else (step,)) if name in node]


def _get(raw: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        raw = raw[key]
    return raw


def _without(raw: Table, keys: tuple[str, ...]) -> Table:
    first, *rest = keys
    if not rest:
        return {key: value for key, value in raw.items() if key != first}
    return {**raw, first: _without(raw[first], tuple(rest))} if first in raw else raw
