"""Resources as the clients described them: rows in, frozen values out.

A body has no id, meta, members, groups or password: those have columns, rows or tables of their own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from bridge.journal.sql import load

_SQL = load("resources")


@dataclass(frozen=True, slots=True)
class Stored:
    """One resource. Times are milliseconds since the epoch; `deleted` is None while it lives."""

    id: str
    tenant: str
    type: str
    version: int
    created: int
    modified: int
    deleted: int | None
    body: dict[str, Any]


class Index(StrEnum):
    """What a list can be narrowed by without reading every row."""

    UNIQUE = "by_unique"
    EXTERNAL = "by_external"
    ID = "by_resource_id"
    MEMBER = "by_member"


@dataclass(frozen=True, slots=True)
class Narrow:
    """Only resources whose indexed value equals this can match."""

    index: Index
    value: str


def get(db: sqlite3.Connection, tenant: str, type_: str, id_: str) -> Stored | None:
    """A living resource of this tenant and type."""
    row = db.execute(_SQL["get"], {"id": id_, "tenant": tenant, "type": type_}).fetchone()
    return _stored(row) if row else None


def by_id(db: sqlite3.Connection, id_: str) -> Stored | None:
    """A resource of any tenant and type, its tombstone too."""
    row = db.execute(_SQL["by_id"], {"id": id_}).fetchone()
    return _stored(row) if row else None


def by_ids(db: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Stored]:
    """As `by_id`, many at once, by their ids."""
    rows = db.execute(_SQL["by_ids"], {"ids": orjson.dumps(list(ids)).decode()})
    return {row[0]: _stored(row) for row in rows}


def search(db: sqlite3.Connection, tenant: str, type_: str, narrow: Narrow | None = None) -> Iterator[Stored]:
    """Living resources in the order of their creation."""
    statement = _SQL[narrow.index] if narrow else _SQL["all"]
    named = {"tenant": tenant, "type": type_, "value": narrow.value if narrow else None}
    for row in db.execute(statement, named):
        yield _stored(row[1:])


def page(db: sqlite3.Connection, tenant: str, type_: str, skip: int, limit: int) -> list[Stored]:
    """Some living resources in the order of their creation."""
    named = {"tenant": tenant, "type": type_, "skip": skip, "limit": limit}
    return [_stored(row[1:]) for row in db.execute(_SQL["page"], named)]


def count(db: sqlite3.Connection, tenant: str, type_: str) -> int:
    """How many live."""
    (number,) = db.execute(_SQL["count"], {"tenant": tenant, "type": type_}).fetchone()
    return int(number)


def _stored(row: Any) -> Stored:
    id_, tenant, type_, version, created, modified, deleted, body = row
    return Stored(id_, tenant, type_, version, created, modified, deleted, orjson.loads(body))
