"""Where the targets stand, as people ask it: backlog, what is parked and why. Reads only."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from bridge.journal.sql import load

_SQL = load("links")


@dataclass(frozen=True, slots=True)
class Standing:
    """One target's work in numbers. `oldest` is when the oldest undelivered change was accepted, in milliseconds."""

    backlog: int
    sending: int
    parked: int
    in_sync: int
    entries: int
    waiting: int
    oldest: int | None
    waits_for: dict[str, int]
    """Other targets → how much waits until they have it."""


@dataclass(frozen=True, slots=True)
class Parked:
    """One parked resource, and why."""

    target: str
    resource: str
    kind: str
    error: str
    code: str | None
    attribute: str | None
    text: str
    fix: str | None
    at: int
    name: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def standing(db: sqlite3.Connection, target: str) -> Standing:
    """The target's numbers; `backlog` counts what is due, put off or under way."""
    named = {"target": target}
    counts: dict[str, int] = dict(db.execute(_SQL["counts"], named).fetchall())
    return Standing(
        backlog=counts.get("dirty", 0) + counts.get("sending", 0),
        sending=counts.get("sending", 0),
        parked=counts.get("parked", 0),
        in_sync=counts.get("in_sync", 0),
        entries=db.execute(_SQL["linked"], named).fetchone()[0],
        waiting=db.execute(_SQL["waiting"], named).fetchone()[0],
        oldest=db.execute(_SQL["oldest"], named).fetchone()[0],
        waits_for=dict(db.execute(_SQL["waiting_for"], named).fetchall()),
    )


def count_parked(db: sqlite3.Connection, target: str) -> int:
    """How many of the target's links are parked."""
    return int(db.execute(_SQL["count_parked"], {"target": target}).fetchone()[0])


def parked(db: sqlite3.Connection, target: str | None = None, limit: int = 100) -> list[Parked]:
    """What is parked, the newest first."""
    return [Parked(*row) for row in db.execute(_SQL["parked"], {"target": target, "limit": limit})]
