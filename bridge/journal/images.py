"""Images: what an entry held before something of it was taken away, so that a person can have it back.

An image is on disk before the call that takes something away is sent. It holds what a create could write again, and
never a password. Retention lets images go with the payloads of changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import orjson

from bridge.journal.links import Link
from bridge.journal.sql import load
from bridge.journal.target_members import Removal
from bridge.journal.tx import Tx

_SQL = load("images")


class Takes(StrEnum):
    """What was about to be taken away."""

    LOCK = "lock"  # the use of the account; the entry is not read for it
    STRIP = "strip"  # every group
    MOVE = "move"  # its place
    DELETE = "delete"  # the entry
    OVERWRITE = "overwrite"  # what others wrote


@dataclass(frozen=True, slots=True)
class Image:
    """`entry` is JSON; `locked`, whether the account was locked by us; `groups` named it. `at` in milliseconds."""

    id: int
    at: int
    target: str
    resource: str
    kind: str
    operation: Takes
    locked: bool
    entry: str
    groups: tuple[str, ...]


def record(tx: Tx, link: Link, operation: Takes, entry: str) -> None:
    """Keep what is there before the operation."""
    row = {"target": link.target, "resource": link.resource, "kind": link.kind, "locked": link.disabled}
    tx.db.execute(_SQL["record"], {**row, "operation": operation, "entry": entry, "now": tx.now})


def as_of(db: sqlite3.Connection, target: str, resource: str, at: int) -> Image | None:
    """How the entry was at that time: what was kept when something was taken away for the first time since."""
    named = {"target": target, "resource": resource, "at": at}
    image = _image(db.execute(_SQL["first_since"], named).fetchone())
    if image is None:
        return None
    locked, groups = db.execute(_SQL["first_state_since"], named).fetchone()
    return replace(image, locked=bool(locked), groups=tuple(orjson.loads(groups)))


def wish(tx: Tx, target: str, resource: str, at: int) -> None:
    """A person wants it back as it was then; what SCIM says of the resource as it is now is left alone from now on."""
    tx.db.execute(_SQL["wish"], {"target": target, "resource": resource, "at": at})


def rejoin(tx: Tx, link: Link, joined: Iterable[tuple[str, str]]) -> None:
    """These groups name the entry again, each by this text."""
    row = {"target": link.target, "member": link.resource, "kept": Removal.REJECTED}
    for group, text in joined:
        tx.db.execute(_SQL["rejoin"], {**row, "group": group, "applied": text})


def _image(row: tuple[Any, ...] | None) -> Image | None:
    if row is None:
        return None
    id_, at, target, resource, kind, operation, locked, entry, groups = row
    groups = tuple(orjson.loads(groups))
    return Image(id_, at, target, resource, kind, Takes(operation), bool(locked), entry, groups)
