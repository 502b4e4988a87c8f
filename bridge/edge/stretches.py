"""A list is a row of stretches: resources of one type that the journal gives in one order.

What of a filter is not in SQL is asked of each resource here; what is kept elsewhere (members, groups, how far the
targets are) is read for that alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bridge.edge import delivery_state
from bridge.edge.parts import Edge
from bridge.edge.shown import add_related, describe, location
from bridge.edge.sorting import Key, path_of, rank
from bridge.journal import Connection, lists
from bridge.journal.conditions import Cost, Scope
from bridge.journal.filters import condition
from bridge.journal.lists import BY_CREATION, Order, Place, Query
from bridge.journal.resources import Stored
from bridge.scim.delivery import DELIVERY
from bridge.scim.errors import InvalidPath, TooMany
from bridge.scim.evaluate import compile_filter
from bridge.scim.filter import Tree, names_in
from bridge.scim.path import Path, resolve
from bridge.scim.resource_types import ResourceType

MOST_SCANNED = 100_000
"""Resources that one search looks at one by one; where there are more, the filter must name what is indexed."""
FEW = 100
"""Resources that are quicker read here and now than handed to a thread."""
TOGETHER = 500
"""Resources in memory at once, while they are looked at."""


class Plan:
    """How resources of one type are searched. Raises `InvalidFilter` where the filter cannot be asked of them."""

    def __init__(self, edge: Edge, tenant: str, type_: ResourceType, tree: Tree | None) -> None:
        self.edge = edge
        self.type = type_
        self.scope = Scope(tenant, type_, location(edge, type_, ""))
        self.condition = condition(tree, self.scope)
        rest = self.condition.rest
        self.matches: Callable[[Mapping[str, Any]], bool] | None = compile_filter(rest, type_) if rest else None
        asked = list(_asked(rest, type_)) if rest else []
        self.related = [name for name in type_.related if any(path.attribute is type_.find(name) for path in asked)]
        self.delivery = any(path.extension is DELIVERY for path in asked)

    def is_short(self, db: Connection) -> bool:
        """Whether there is next to nothing to read."""
        probe = self.condition.probe
        if probe is None or probe.cost > Cost.EQUAL or self.related or self.delivery:
            return False
        return probe.cost is Cost.ONE or not lists.finds_more(db, self.scope, probe, FEW)

    def few(self, db: Connection) -> Iterator[Stored]:
        """All that match, where the search is short."""
        rows = lists.whole(db, Query(self.scope, self.condition))
        return (row for row in rows if self.matches is None or self.matches(self._whole(db, row)))

    def orders(self, sort_by: str, *, descending: bool) -> tuple[Order, ...] | None:
        """The orders in which the journal gives what is sorted by the attribute; None where it has none."""
        path = path_of(sort_by, self.type)
        return None if path is None else lists.orders_of(path, self.type, descending=descending)

    def sift(self, db: Connection, places: Sequence[Place]) -> Iterator[tuple[Place, Stored]]:
        """Those that match, read on the way."""
        for start in range(0, len(places), TOGETHER):
            some = places[start : start + TOGETHER]
            for place, row in zip(some, lists.read(db, [each.seq for each in some]), strict=True):
                if self.matches is None or self.matches(self._whole(db, row)):
                    yield place, row

    def _whole(self, db: Connection, row: Stored) -> dict[str, Any]:
        whole = describe(self.edge, self.type, row)
        for name in self.related:
            add_related(db, self.edge, name, whole)
        if self.delivery:
            delivery_state.attach(db, self.edge, row, whole)
        return whole


def _asked(tree: Tree, type_: ResourceType) -> Iterator[Path]:
    """Where the filter's names lead."""
    for name in names_in(tree):
        with suppress(InvalidPath):
            yield resolve(str(name), type_)


@dataclass(frozen=True, slots=True)
class Part:
    """What stands behind a place. `goes_on`: there may be more, behind `last` (None: from the beginning)."""

    places: list[Place]
    goes_on: bool
    last: Place | None


def _part(found: list[Place], place: Place | None, limit: int) -> Part:
    """The part of so many, where one more was looked for."""
    kept = found[:limit]
    return Part(kept, len(found) > limit, kept[-1] if kept else place)


@dataclass
class Stretch:
    """Resources of one type, in an order that the journal gives."""

    plan: Plan
    order: Order = BY_CREATION

    def __post_init__(self) -> None:
        self.query = Query(self.plan.scope, self.plan.condition, self.order)
        self._sifted: list[Place] | None = None

    def count(self, db: Connection) -> int:
        """How many resources it has; `TooMany` where that takes too long."""
        return lists.count(db, self.query) if self.plan.matches is None else len(self._all(db))

    def cut(self, db: Connection, skip: int, limit: int) -> list[Place]:
        """Some of them; `TooMany` where that takes too long."""
        if self.plan.matches is None:
            return lists.places(db, self.query, skip=skip, limit=limit)
        return self._all(db)[skip : skip + limit]

    def behind(self, db: Connection, place: Place | None, limit: int) -> Part:
        """Those behind a place: so many, or fewer where very many were looked at for them."""
        if self.plan.matches is None:
            return _part(lists.places(db, self.query, after=place, limit=limit + 1), place, limit)
        found: list[Place] = []
        last = place
        for _ in range(0, MOST_SCANNED, TOGETHER):
            places = lists.places(db, self.query, after=last, limit=TOGETHER)
            for each, _row in self.plan.sift(db, places):
                found.append(each)
                if len(found) > limit:
                    return _part(found, place, limit)
            if len(places) < TOGETHER:
                return Part(found, False, last)
            last = places[-1]
        return Part(found, True, last)

    def rows(self, db: Connection) -> Iterator[tuple[Place, Stored]]:
        """All of them, one by one; `TooMany` where that takes too long."""
        places = lists.places(db, self.query, limit=MOST_SCANNED + 1)
        if len(places) > MOST_SCANNED:
            raise TooMany(
                "too many resources for this: filter by what is indexed, such as userName or meta.lastModified"
            )
        return self.plan.sift(db, places)

    def _all(self, db: Connection) -> list[Place]:
        if self._sifted is None:
            self._sifted = [place for place, _ in self.rows(db)]
        return self._sifted


class Sorted:
    """Resources of any types, by what the journal has no order for: put in order here. As a `Stretch` otherwise."""

    def __init__(self, plans: Sequence[Plan], keys: Sequence[Key], *, descending: bool) -> None:
        self._plans = plans
        self._keys = keys
        self._descending = descending
        self._ascending: list[Place] | None = None

    def count(self, db: Connection) -> int:
        return len(self._all(db))

    def cut(self, db: Connection, skip: int, limit: int) -> list[Place]:
        found = self._all(db)
        return (found[::-1] if self._descending else found)[skip : skip + limit]

    def behind(self, db: Connection, place: Place | None, limit: int) -> Part:
        found = self._all(db)
        if self._descending:
            end = len(found) if place is None else bisect_left(found, rank(place), key=rank)
            return _part(found[max(0, end - limit - 1) : end][::-1], place, limit)
        start = 0 if place is None else bisect_right(found, rank(place), key=rank)
        return _part(found[start : start + limit + 1], place, limit)

    def _all(self, db: Connection) -> list[Place]:
        """Ascending."""
        if self._ascending is None:
            self._ascending = sorted(self._places(db), key=rank)
        return self._ascending

    def _places(self, db: Connection) -> Iterator[Place]:
        for plan, key in zip(self._plans, self._keys, strict=True):
            for place, row in Stretch(plan).rows(db):
                yield Place(key(row), place.seq)
