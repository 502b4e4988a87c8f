"""Resources as the clients described them: rows in, frozen values out.

A body has no id, meta, members, groups or password: those have columns, rows or tables of their own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from bridge.journal.sql import load

_SQL = load("resources")


@dataclass(frozen=True, slots=True)
class Stored:
    """One resource. Times are milliseconds since the epoch; `deleted` is None while it lives.

    `grouped`: whether a group may name it; False only where the journal was asked, together with the rest.
    """

    id: str
    tenant: str
    type: str
    version: int
    created: int
    modified: int
    deleted: int | None
    body: dict[str, Any]
    grouped: bool = field(default=True, compare=False)


def get(db: sqlite3.Connection, tenant: str, type_: str, id_: str) -> Stored | None:
    """A living resource of this tenant and type."""
    row = db.execute(_SQL["get"], {"id": id_, "tenant": tenant, "type": type_}).fetchone()
    return stored(row) if row else None


def by_id(db: sqlite3.Connection, id_: str) -> Stored | None:
    """A resource of any tenant and type, its tombstone too."""
    row = db.execute(_SQL["by_id"], {"id": id_}).fetchone()
    return stored(row) if row else None


def by_ids(db: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Stored]:
    """As `by_id`, many at once, by their ids."""
    rows = db.execute(_SQL["by_ids"], {"ids": orjson.dumps(list(ids)).decode()})
    return {row[0]: stored(row) for row in rows}


def named(db: sqlite3.Connection, tenant: str, type_: str, unique_key: str) -> Stored | None:
    """The living resource with this unique key."""
    row = db.execute(_SQL["named"], {"tenant": tenant, "type": type_, "unique_key": unique_key}).fetchone()
    return stored(row) if row else None


def by_key(db: sqlite3.Connection, tenant: str, type_: str, column: str, value: str) -> Stored | None:
    """The living resource that has this id or unique key, whichever the column is."""
    return get(db, tenant, type_, value) if column == "id" else named(db, tenant, type_, value)


def stored(row: Sequence[Any]) -> Stored:
    """The resource that a row is: its columns in the order of `Stored`, the last where it was asked for."""
    id_, tenant, type_, version, created, modified, deleted, body, *grouped = row
    return Stored(id_, tenant, type_, version, created, modified, deleted, orjson.loads(body), grouped != [0])
