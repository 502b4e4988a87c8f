"""Lists and searches: one page, and how many resources match in all.

What may take long runs in a thread and comes back as JSON; no more than a page of resources is kept in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from bridge.edge.paging import Paging
from bridge.edge.parts import Client, Edge
from bridge.edge.shown import is_alone, show, show_alone, shows_delivery, shows_members
from bridge.edge.sorting import keys_of
from bridge.edge.stretches import Plan, Sorted, Stretch
from bridge.journal import Connection, lists, resources
from bridge.journal.filters import key_of
from bridge.journal.resources import Stored
from bridge.scim.filter_text import parse
from bridge.scim.messages import Search, list_response, page_response
from bridge.scim.resource_types import ResourceType


async def find(edge: Edge, client: Client, types: list[ResourceType], search: Search) -> bytes:
    """The ListResponse, as JSON."""
    tree = parse(search.filter) if search.filter else None
    if search.cursor is not None:
        paging, plans = Paging(edge, client, types, search), [Plan(edge, client.tenant, type_, tree) for type_ in types]
        return await edge.journal.scan(lambda db: _page(db, edge, plans, search, paging))
    if search.sort_by is None and len(types) == 1 and (key := key_of(tree, types[0])) is not None:
        one = edge.journal.glance(lambda db: resources.by_key(db, client.tenant, types[0].name, *key))
        if one is None or is_alone(types[0], one, search):
            return _answer_one(edge, types[0], one, search)
    plans = [Plan(edge, client.tenant, type_, tree) for type_ in types]
    if not (search.sort_by or shows_delivery(search) or any(shows_members(type_, search) for type_ in types)):
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
    rows = [row for plan in plans for row in plan.few(db)]
    page = rows[search.start - 1 : search.start - 1 + search.count]
    return orjson.dumps(list_response(_shown(db, edge, plans, search, page), len(rows), search.start))


def _answer(db: Connection, edge: Edge, plans: Sequence[Plan], search: Search) -> bytes:
    """The page out of what stands one behind the other."""
    page: list[int] = []
    total = 0
    for stretch in _stretches(plans, search):
        skip, limit = max(0, search.start - 1 - total), search.count - len(page)
        found = stretch.cut(db, skip, limit) if limit else []
        page += [place.seq for place in found]
        is_end = 0 < len(found) < limit or (limit > 0 and not skip and not found)
        total += skip + len(found) if is_end else stretch.count(db)
    return orjson.dumps(list_response(_shown(db, edge, plans, search, lists.read(db, page)), total, search.start))


def _page(db: Connection, edge: Edge, plans: Sequence[Plan], search: Search, paging: Paging) -> bytes:
    """The page that a cursor leads to."""
    page, total, cursor = paging.page(db, _stretches(plans, search))
    return orjson.dumps(page_response(_shown(db, edge, plans, search, lists.read(db, page)), total, cursor))


def _stretches(plans: Sequence[Plan], search: Search) -> Sequence[Stretch | Sorted]:
    """What the list is made of, one behind the other."""
    if search.sort_by is None:
        return [Stretch(plan) for plan in plans]
    keys = keys_of(search.sort_by, [plan.type for plan in plans])
    orders = plans[0].orders(search.sort_by, descending=search.descending) if len(plans) == 1 else None
    if orders is not None:
        return [Stretch(plans[0], order) for order in orders]
    return [Sorted(plans, keys, descending=search.descending)]


def _shown(
    db: Connection, edge: Edge, plans: Sequence[Plan], search: Search, page: Sequence[Stored]
) -> list[dict[str, Any]]:
    types = {plan.type.name: plan.type for plan in plans}
    return [show(db, edge, types[row.type], row, search) for row in page]
