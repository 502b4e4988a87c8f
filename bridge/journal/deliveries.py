"""How far each target is with one resource, as the clients of the edge may ask it. Reads only."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from bridge.journal.sql import load

_SQL = load("deliveries")

HELD = "held"
"""No state of a link: something of it waits for a person."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One link and its target's breaker. `version` is the one applied last, 0 where none was; times in milliseconds."""

    target: str
    state: str
    version: int
    due: int
    locator: str | None
    error: str | None
    code: str | None
    attribute: str | None
    text: str | None
    fix: str | None
    at: int | None
    breaker: str
    cause: str | None
    reason: str | None
    retry_at: int | None
    waits: bool
    waits_for: str | None


@dataclass(frozen=True, slots=True)
class Reached:
    """The state of a link, and the version of the resource that its target has."""

    state: str
    version: int


def of_resource(db: sqlite3.Connection, resource: str) -> list[Delivery]:
    """Every target that ever took the resource, by name."""
    return [Delivery(*row) for row in db.execute(_SQL["of_resource"], {"resource": resource})]


def progress(db: sqlite3.Connection, resource: str) -> dict[str, Reached]:
    """Target → how far it is."""
    rows = db.execute(_SQL["progress"], {"resource": resource})
    return {target: Reached(state, version) for target, state, version in rows}
