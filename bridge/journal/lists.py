"""Lists of resources: which match, in which order, how many; read by an index, and never whole.

A list is told by places, a key and a number each; the few resources of a page are read by number then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from bridge.journal.conditions import TRUE, Condition, Cost, Probe, Scope, Select, Sql, conjunction
from bridge.journal.fields import Moment, field_of
from bridge.journal.resources import Stored, stored
from bridge.journal.sql import load
from bridge.journal.texts import Text
from bridge.scim.path import Path
from bridge.scim.resource_types import ResourceType

_SQL = load("resources")
_COLUMNS = (
    "r.id, r.tenant, r.type, r.version, r.created, r.modified, r.deleted, r.body, "
    "EXISTS (SELECT 1 FROM membership AS m WHERE m.member = r.id)"
)
BOUNDLESS = -1


class Place(NamedTuple):
    """Where a resource stands in a list: what it is ordered by (None: its number alone), and its number."""

    key: Any
    seq: int


@dataclass(frozen=True, slots=True)
class Order:
    """By a column, then by number; `column` None: by number, the order of creation.

    `index` goes through living resources of a tenant and type in this order; None where there is none. `lacking`: those
    alone for which the column is NULL, and they are not among the others. `complete`: the column is NULL for none.
    """

    column: str | None = None
    index: str | None = "resource_list"
    descending: bool = False
    lacking: bool = False
    complete: bool = True


BY_CREATION = Order()


@dataclass(frozen=True, slots=True)
class Query:
    """The living resources of a scope that a condition is true of, in an order."""

    scope: Scope
    condition: Condition
    order: Order = BY_CREATION


def count(db: sqlite3.Connection, query: Query) -> int:
    """How many there are; of all that a type has, this is known."""
    found = _count(query)
    (number,) = db.execute(found.text, found.values).fetchone() or (0,)
    return int(number)


def places(
    db: sqlite3.Connection, query: Query, *, after: Place | None = None, skip: int = 0, limit: int = BOUNDLESS
) -> list[Place]:
    """Where they are: behind a place, without the first few, at most so many."""
    order, source = query.order, _source(query, after)
    key = f"r.{order.column}" if order.column and not order.lacking else "NULL"
    down = " DESC" if order.descending else ""
    by = f"r.seq{down}" if key == "NULL" else f"{key}{down}, r.seq{down}"
    rows = db.execute(
        f"SELECT {key}, r.seq {source.text} ORDER BY {by} LIMIT ? OFFSET ?", (*source.values, limit, skip)
    )
    return [Place(*row) for row in rows]


def whole(db: sqlite3.Connection, query: Query) -> list[Stored]:
    """All of them as they are, in the order of creation: for a query that finds few."""
    source = _source(query, None)
    probe = query.condition.probe
    order = "" if probe and probe.along and probe.cost is Cost.ONE else " ORDER BY r.seq"
    return [stored(row) for row in db.execute(f"SELECT {_COLUMNS} {source.text}{order}", source.values)]


def finds_more(db: sqlite3.Connection, scope: Scope, probe: Probe, number: int) -> bool:
    """Whether the probe finds more than so many; costs no more where it finds a million."""
    found = _union(scope, probe)
    return db.execute(f"{found.text} LIMIT 1 OFFSET {int(number)}", found.values).fetchone() is not None


def read(db: sqlite3.Connection, numbers: Sequence[int]) -> list[Stored]:
    """The resources of these numbers, in their order."""
    rows = db.execute(_SQL["by_seq"], {"numbers": orjson.dumps(numbers).decode()})
    found = {seq: stored(row) for seq, *row in rows}
    return [found[number] for number in numbers]


def _count(query: Query) -> Sql:
    probe, scope = query.condition.probe, query.scope
    if query.condition.sql is TRUE and query.order.complete:
        return Sql("SELECT living FROM population WHERE tenant = ? AND type = ?", (scope.tenant, scope.type.name))
    if probe and probe.along and query.condition.beside is TRUE and query.order.column is None:
        found = _union(query.scope, probe)
        return Sql(f"SELECT count(*) FROM ({found.text})", found.values)
    source = _source(query, None)
    return Sql(f"SELECT count(*) {source.text}", source.values)


def _source(query: Query, after: Place | None) -> Sql:
    """By what a probe finds, unless there is an index that gives all that is asked for as it is."""
    order, condition, scope = query.order, query.condition, query.scope
    probe, index = condition.probe, order.index or BY_CREATION.index
    asked = [_living(scope)]
    if order.column:
        asked.append(Sql(f"r.{order.column} IS {'' if order.lacking else 'NOT '}NULL"))
    if after:
        asked.append(_behind(order, after))
    if probe is not None:
        is_ordered = probe.cost > Cost.EQUAL and probe.along == order.index
        if probe.along is None or not (is_ordered or probe.cost is Cost.ONE):
            found = _union(scope, probe)
            among = Sql(f"r.seq IN ({found.text})", found.values)
            where = conjunction([among, *asked, condition.beside])
            return Sql(f"FROM resource AS r NOT INDEXED WHERE {where.text}", where.values)
        index = probe.along
    where = conjunction([*asked, condition.sql])
    return Sql(f"FROM resource AS r INDEXED BY {index} WHERE {where.text}", where.values)


def _living(scope: Scope) -> Sql:
    return Sql("r.tenant = ? AND r.type = ? AND r.deleted IS NULL", (scope.tenant, scope.type.name))


def _union(scope: Scope, probe: Probe) -> Sql:
    """What all selects of the probe find; nothing where there are none."""
    found = [_select(scope, select) for select in probe.selects] or [Sql("SELECT 0 WHERE FALSE")]
    return Sql(" UNION ALL ".join(each.text for each in found), tuple(value for each in found for value in each.values))


def _select(scope: Scope, select: Select) -> Sql:
    if select.along is None:
        return select.sql
    where = conjunction([_living(scope), select.sql])
    return Sql(f"SELECT r.seq FROM resource AS r INDEXED BY {select.along} WHERE {where.text}", where.values)


def orders_of(path: Path, type_: ResourceType, *, descending: bool) -> tuple[Order, ...] | None:
    """The orders that, one behind the other, are the order by this attribute; None where the journal has none.

    Who has no value comes last; descending is the reverse.
    """
    match field_of(path, type_):
        case Moment(column):
            return (Order(column, f"resource_{column}", descending),)
        case Text(column, index) as text:
            having = Order(column, index, descending, complete=text.always)
            if text.always:
                return (having,)
            lacking = Order(column, _LACKING.get(column, "resource_list"), descending, lacking=True, complete=False)
            return (lacking, having) if descending else (having, lacking)
        case _:
            return None


_LACKING = {"display_key": "resource_display"}
"""The indexes that hold NULL too."""


def _behind(order: Order, place: Place) -> Sql:
    sign = "<" if order.descending else ">"
    if order.column is None or order.lacking:
        return Sql(f"r.seq {sign} ?", (place.seq,))
    column = f"r.{order.column}"
    return Sql(f"{column} {sign}= ? AND ({column} {sign} ? OR r.seq {sign} ?)", (place.key, place.key, place.seq))
