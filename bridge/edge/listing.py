"""Lists and searches: one page, and how many resources match in all.

What may take long runs in a thread and comes back as JSON; no more than a page of resources is kept in memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from bridge.edge.parts import Client, Edge
from bridge.edge.shown import is_alone, show, show_alone, shows_delivery, shows_members
from bridge.edge.sorting import Key, keys_of, ordered
from bridge.edge.stretches import Plan, Stretch
from bridge.journal import Connection, lists, resources
from bridge.journal.filters import key_of
from bridge.journal.resources import Stored
from bridge.scim.filter import parse
from bridge.scim.messages import Search, list_response
from bridge.scim.resource_types import ResourceType


async def find(edge: Edge, client: Client, types: list[ResourceType], search: Search) -> bytes:
    """The ListResponse, as JSON."""
    tree = parse(search.filter) if search.filter else None
    if search.sort_by is None and len(types) == 1 and (key := key_of(tree, types[0])) is not None:
        one = edge.journal.glance(lambda db: resources.by_key(db, client.tenant, types[0].name, *key))
        if one is None or is_alone(types[0], one, search):
            return _answer_one(edge, types[0], one, search)
    plans = [Plan(edge, client.tenant, type_, tree) for type_ in types]
    if not (shows_delivery(search) or any(shows_members(type_, search) for type_ in types)):
        short = edge.journal.read(lambda db: _answer_if_short(db, edge, plans, search))
        if short is not None:
            return short
    return await edge.journal.scan(lambda db: _answer(db, edge, plans, search))


def _answer_one(edge: Edge, type_: ResourceType, one: Stored | None, search: Search) -> bytes:
    """The answer where a key is asked for, and all that is shown stands in the resource: one statement, no more."""
    page = [] if one is None or search.start > 1 or not search.count else [show_alone(edge, type_, one, search)]
    return orjson.dumps(list_response(page, 0 if one is None else 1, search.start))


def _answer_if_short(db: Connection, edge: Edge, plans: Sequence[Plan], search: Search) -> bytes | None:
    """The answer where few resources can match; they are read whole, and at once."""
    if not all(plan.is_short(db) for plan in plans):
        return None
    rows = [(number, row) for number, plan in enumerate(plans) for row in plan.few(db)]
    if search.sort_by is not None:
        keys = _keys(search.sort_by, plans)
        rows = ordered(rows, lambda each: keys[each[0]](each[1]), descending=search.descending)
    page = [row for _, row in rows[search.start - 1 : search.start - 1 + search.count]]
    return _dump(db, edge, plans, search, page, len(rows))


def _answer(db: Connection, edge: Edge, plans: Sequence[Plan], search: Search) -> bytes:
    numbers, total = _page(db, plans, search)
    return _dump(db, edge, plans, search, lists.read(db, numbers), total)


def _dump(
    db: Connection, edge: Edge, plans: Sequence[Plan], search: Search, page: Sequence[Stored], total: int
) -> bytes:
    types = {plan.type.name: plan.type for plan in plans}
    shown = [show(db, edge, types[row.type], row, search) for row in page]
    return orjson.dumps(list_response(shown, total, search.start))


def _page(db: Connection, plans: Sequence[Plan], search: Search) -> tuple[list[int], int]:
    """The resources of the page that is asked for, by number, and how many there are in all."""
    if search.sort_by is None:
        return _cut(db, [Stretch(plan) for plan in plans], search)
    keys = _keys(search.sort_by, plans)
    orders = plans[0].orders(search.sort_by, descending=search.descending) if len(plans) == 1 else None
    if orders is not None:
        return _cut(db, [Stretch(plans[0], order) for order in orders], search)
    found = [
        (key(row), place.seq) for key, plan in zip(keys, plans, strict=True) for place, row in Stretch(plan).rows(db)
    ]
    found = ordered(found, lambda each: each[0], descending=search.descending)
    return [seq for _, seq in found[search.start - 1 : search.start - 1 + search.count]], len(found)


def _keys(sort_by: str, plans: Sequence[Plan]) -> list[Key]:
    return keys_of(sort_by, [plan.type for plan in plans])


def _cut(db: Connection, stretches: Sequence[Stretch], search: Search) -> tuple[list[int], int]:
    """The page out of what stands one behind the other."""
    page: list[int] = []
    total = 0
    for stretch in stretches:
        skip, limit = max(0, search.start - 1 - total), search.count - len(page)
        found = stretch.cut(db, skip, limit) if limit else []
        page += [place.seq for place in found]
        is_end = 0 < len(found) < limit or (limit > 0 and not skip and not found)
        total += skip + len(found) if is_end else stretch.count(db)
    return page, total
