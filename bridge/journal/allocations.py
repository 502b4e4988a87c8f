"""Values that pools gave out: per pool and resource one, for all targets, kept after the resource is deleted.

A number is compared as a number, a name without case. What was found in use at a target is known too, as nobody's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bridge.journal.sql import load, write_rows
from bridge.journal.tx import Tx
from bridge.scim.resource_types import fold

_SQL = load("allocations")

Given = int | str


class Held(NamedTuple):
    """What a pool gave to a resource; `used`: it stands in an entry of it."""

    value: Given
    used: bool


def of(db: sqlite3.Connection, pool: str, resource: str) -> Held | None:
    """What the pool gave to the resource."""
    row = db.execute(_SQL["of"], {"pool": pool, "resource": resource}).fetchone()
    return None if row is None else Held(row[0], bool(row[1]))


def is_empty(db: sqlite3.Connection, pool: str) -> bool:
    """Whether nothing is known of the pool: nobody has looked at a target either."""
    return bool(db.execute(_SQL["is_empty"], {"pool": pool}).fetchone()[0])


def is_known(db: sqlite3.Connection, pool: str, value: Given) -> bool:
    """Whether the value is somebody's, or was."""
    return bool(db.execute(_SQL["is_known"], {"pool": pool, "key": _key(value)}).fetchone()[0])


def give_number(tx: Tx, pool: str, resource: str, ranges: Sequence[range]) -> Held | None:
    """The next number of the ranges, or the one it has already; None where all were given."""
    if (held := of(tx.db, pool, resource)) is not None:
        return held
    for span in ranges:
        for number in range(_next(tx.db, pool, span), span.stop):
            if not is_known(tx.db, pool, number):
                _give(tx, pool, resource, number)
                return Held(number, used=False)
    return None


def give_name(tx: Tx, pool: str, resource: str, name: str) -> Held | None:
    """This name, or the one it has already; None where somebody has it."""
    if (held := of(tx.db, pool, resource)) is not None:
        return held
    return Held(name, used=False) if _give(tx, pool, resource, name) else None


def note(tx: Tx, pool: str, values: Iterable[Given]) -> None:
    """These were found in use: nobody is given them."""
    write_rows(tx.db, _SQL["note"], [{"pool": pool, "key": _key(value), "value": value} for value in values])


def release(tx: Tx, pool: str, resource: str) -> None:
    """What it was given turned out to be somebody else's; it gets another, unless it stands in an entry of its own."""
    tx.db.execute(_SQL["release"], {"pool": pool, "resource": resource})


def adopt(tx: Tx, pool: str, resource: str, value: Given) -> bool:
    """What its entry holds is its own from now on; False where another living resource has it."""
    release(tx, pool, resource)
    row = {"pool": pool, "key": _key(value), "value": value, "resource": resource}
    return tx.db.execute(_SQL["adopt"], row).rowcount == 1


def use(tx: Tx, pools: Iterable[str], resource: str) -> None:
    """What these pools gave to the resource stands in an entry of it."""
    for pool in pools:
        tx.db.execute(_SQL["use"], {"pool": pool, "resource": resource})


def _next(db: sqlite3.Connection, pool: str, span: range) -> int:
    named = {"pool": pool, "first": _key(span.start), "last": _key(span.stop - 1)}
    (last,) = db.execute(_SQL["last_given"], named).fetchone()
    return span.start if last is None else int(last) + 1


def _give(tx: Tx, pool: str, resource: str, value: Given) -> bool:
    row = {"pool": pool, "key": _key(value), "value": value, "resource": resource}
    return tx.db.execute(_SQL["give"], row).rowcount == 1


def _key(value: Given) -> str:
    """Numbers in the order of numbers."""
    return f"{value:020d}" if isinstance(value, int) else fold(value)
