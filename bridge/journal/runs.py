"""Reconciliation runs: when they began, how they ended, and how many entries they read.

The count of the last good run is what the next one is measured by: a target that suddenly holds far fewer
entries was not read well.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import orjson

from bridge.journal.sql import load
from bridge.journal.tx import Tx

_SQL = load("runs")


class RunState(StrEnum):
    """How far a run is, or how it ended."""

    READING = "reading"
    FINISHED = "finished"
    NOT_CREDIBLE = "not_credible"  # nothing may be concluded from what was absent
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Read:
    """How many entries of one kind were read, and how many of them were linked."""

    entries: int
    linked: int


@dataclass(frozen=True, slots=True)
class Run:
    """One reconciliation of one target."""

    id: int
    target: str
    began: int
    ended: int | None
    state: RunState
    reason: str | None
    read: Mapping[str, Read] = field(default_factory=dict)


def begin(tx: Tx, target: str) -> int:
    """Note that a run of the target has begun; returns its id."""
    named = {"target": target, "now": tx.now}
    tx.db.execute(_SQL["abandon"], named)
    tx.db.execute(_SQL["remember"], named)
    (run,) = tx.db.execute(_SQL["begin"], named).fetchone()
    return int(run)


def end(tx: Tx, run: int, state: RunState, reason: str | None, read: Mapping[str, Read]) -> None:
    """Note how the run ended."""
    entries = {kind: {"entries": r.entries, "linked": r.linked} for kind, r in read.items()}
    named = {"run": run, "state": state, "now": tx.now, "reason": reason, "entries": orjson.dumps(entries).decode()}
    tx.db.execute(_SQL["end"], named)


def last_good(db: sqlite3.Connection, target: str) -> Run | None:
    """The last run that read the target credibly."""
    return _one(db, "last_good", target)


def latest(db: sqlite3.Connection, target: str) -> Run | None:
    """The last run, whatever came of it."""
    return _one(db, "latest", target)


def latest_ended(db: sqlite3.Connection, target: str) -> Run | None:
    """The last run that is over, whatever came of it."""
    return _one(db, "latest_ended", target)


def last_run(db: sqlite3.Connection, target: str) -> int | None:
    """When the last run of the target began."""
    row = db.execute(_SQL["last_run"], {"target": target}).fetchone()
    return None if row is None else row[0]


def _one(db: sqlite3.Connection, query: str, target: str) -> Run | None:
    row = db.execute(_SQL[query], {"target": target}).fetchone()
    if row is None:
        return None
    run, name, began, ended, state, reason, entries = row
    read = {kind: Read(**counts) for kind, counts in orjson.loads(entries or "{}").items()}
    return Run(run, name, began, ended, RunState(state), reason, read)
