"""Lists and searches: narrow by an index where the filter allows, let the evaluator decide, sort, cut out one page.

What may take long runs in a thread and comes back as JSON; no more than one page of resources is kept in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from bridge.edge import delivery_state
from bridge.edge.narrowing import asks_for, narrow
from bridge.edge.parts import Client, Edge
from bridge.edge.shown import add_related, describe, shows_delivery, shows_members
from bridge.edge.shown import show as show_one
from bridge.edge.sorting import keys_of, ordered
from bridge.journal import Connection, memberships, resources
from bridge.journal.resources import Index, Stored
from bridge.scim.delivery import is_filtered_by
from bridge.scim.errors import TooMany
from bridge.scim.evaluate import compile_filter
from bridge.scim.filter import Tree, parse
from bridge.scim.messages import Search, list_response
from bridge.scim.resource_types import ResourceType

MOST_SCANNED = 100_000
"""Resources that one search reads without an index; where there are more, the filter must name an indexed attribute."""

Row = tuple[ResourceType, Stored]


async def find(edge: Edge, client: Client, types: list[ResourceType], search: Search) -> bytes:
    """The ListResponse, as JSON."""
    tree = parse(search.filter) if search.filter else None
    plans = [_Plan(edge, client.tenant, type_, tree) for type_ in types]

    def run(db: Connection) -> bytes:
        rows, total = _page(db, plans, search)
        shown = [show_one(db, edge, type_, row, search) for type_, row in rows]
        return orjson.dumps(list_response(shown, total, search.start))

    costly = shows_delivery(search)
    if all(plan.is_short and not costly and not shows_members(plan.type, search) for plan in plans):
        return edge.journal.read(run)
    return await edge.journal.scan(run)


def _page(db: Connection, plans: list[_Plan], search: Search) -> tuple[list[Row], int]:
    """The rows of the page that is asked for, and how many there are in all."""
    window = range(search.start - 1, search.start - 1 + search.count)
    if search.sort_by is not None:
        return _sorted_page(db, plans, search, window)
    page: list[Row] = []
    total = 0
    for plan in plans:
        if plan.is_everything:
            count = resources.count(db, plan.tenant, plan.type.name)
            skip = max(0, window.start - total)
            limit = min(count, window.stop - total) - skip
            if limit > 0:
                page += [(plan.type, row) for row in resources.page(db, plan.tenant, plan.type.name, skip, limit)]
            total += count
        else:
            for row in plan.run(db):
                if total in window:
                    page.append((plan.type, row))
                total += 1
    return page, total


def _sorted_page(db: Connection, plans: list[_Plan], search: Search, window: range) -> tuple[list[Row], int]:
    """Sorts keys and ids alone, and reads again the few resources that are shown."""
    keys = keys_of(search.sort_by or "", (plan.type for plan in plans))
    found = [(keys[number](row), number, row.id) for number, plan in enumerate(plans) for row in plan.run(db)]
    page = []
    for _, number, id_ in ordered(found, descending=search.descending)[window.start : window.stop]:
        plan = plans[number]
        row = resources.get(db, plan.tenant, plan.type.name, id_)
        assert row is not None  # a query reads one moment
        page.append((plan.type, row))
    return page, len(found)


class _Plan:
    """How one type is searched."""

    def __init__(self, edge: Edge, tenant: str, type_: ResourceType, tree: Tree | None) -> None:
        self.edge = edge
        self.tenant = tenant
        self.type = type_
        self.way = narrow(tree, type_)
        rest = self.way.rest
        self.matches: Callable[[Mapping[str, Any]], bool] | None = compile_filter(rest, type_) if rest else None
        self.related = [name for name in type_.related if asks_for(rest, name)]
        self.delivery = is_filtered_by(rest)

    @property
    def is_everything(self) -> bool:
        return self.way.narrow is None and self.matches is None

    @property
    def is_short(self) -> bool:
        """A handful of rows: quicker read here than handed to a thread."""
        return (
            self.way.narrow is not None
            and self.way.narrow.index is not Index.MEMBER
            and not self.related
            and not self.delivery
        )

    def run(self, db: Connection) -> Iterator[Stored]:
        """The matching resources in the order of their creation."""
        if self.way.narrow is None and resources.count(db, self.tenant, self.type.name) > MOST_SCANNED:
            raise TooMany("too many resources for this: filter by what is indexed, such as id, externalId or userName")
        for row in resources.search(db, self.tenant, self.type.name, self.way.narrow):
            if self._has_members(db, row) and (self.matches is None or self.matches(self._whole(db, row))):
                yield row

    def _has_members(self, db: Connection, row: Stored) -> bool:
        return all(memberships.contains(db, row.id, member) for member in self.way.members)

    def _whole(self, db: Connection, row: Stored) -> dict[str, Any]:
        whole = describe(self.edge, self.type, row)
        for name in self.related:
            add_related(db, self.edge, name, whole)
        if self.delivery:
            delivery_state.attach(db, self.edge, row, whole)
        return whole
