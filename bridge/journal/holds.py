"""Holds and budgets: what of a delivery waits for a person, and what the guards let pass lately.

A hold is a row beside a link, on one operation; the rest of the resource is delivered meanwhile. It belongs to the one
open plan of its target, under the plan's revision at which it joined or changed last, so that an approval releases
exactly what was read. What is too much is decided in `bridge/plans/guards.py`, what to do about it in
`bridge/delivery/guarding.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bridge.journal.sql import load
from bridge.journal.tx import Tx

_SQL = load("holds")

HOUR = 3_600_000
DAY = 24 * HOUR
"""Milliseconds that the windows of the guards are long."""


class Operation(StrEnum):
    """What is held: one of these of one entry."""

    DISABLE = "disable"
    DELETE = "delete"
    LEAVE = "leave"  # out of the scope, or deleted where the entry stays: locked, and out of its groups
    RENAME = "rename"  # or move
    CLEAR = "clear"  # all values of an attribute
    MEMBERS = "members"  # removed from a group
    STRANGERS = "strangers"  # members that others added, removed from a group
    ADOPT = "adopt"  # an entry that was there before us
    OVERWRITE = "overwrite"  # what an adopted entry holds
    REVERT = "revert"  # never held: what a person approved with a run's plan


class HoldState(StrEnum):
    HELD = "held"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a guard was asked: the operation, the resource's version, and what of it (a digest, or attribute names)."""

    target: str
    resource: str
    operation: Operation
    version: int
    subject: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Hold:
    """One row."""

    operation: Operation
    state: HoldState
    plan: str
    revision: int
    version: int
    subject: str
    count: int
    reason: str
    at: int

    def fits(self, judged: Judged) -> bool:
        """Whether it is about the very thing that was judged."""
        return (self.version, self.subject) == (judged.version, judged.subject)


def one(db: sqlite3.Connection, judged: Judged) -> Hold | None:
    """The hold on this operation."""
    row = db.execute(_SQL["one"], _named(judged)).fetchone()
    return None if row is None else hold_of(row)


def of(db: sqlite3.Connection, target: str, resource: str) -> list[Hold]:
    """All holds on a resource at a target."""
    return [hold_of(row) for row in db.execute(_SQL["of"], {"target": target, "resource": resource})]


def join(tx: Tx, judged: Judged, reason: str) -> str:
    """Hold the operation: it joins the target's open plan, made where there is none, as its next revision; the plan."""
    before = one(tx.db, judged)
    named = {**_named(judged), "now": tx.now, "reason": reason}
    row = tx.db.execute(_SQL["open_plan"], named).fetchone() or tx.db.execute(_SQL["make_plan"], named).fetchone()
    plan: str = row[0]
    (revision,) = tx.db.execute(_SQL["revise"], {"plan": plan}).fetchone()
    tx.db.execute(_SQL["put"], {**named, "plan": plan, "revision": revision})
    if before is not None and before.plan != plan:
        tx.db.execute(_SQL["close_empty"], {"plan": before.plan, "now": tx.now})
    return plan


def settle(tx: Tx, target: str, resource: str, asked: Mapping[Operation, bool]) -> None:
    """A delivery was fulfilled: what it was allowed is done, and what it did not ask for any more is held no more."""
    for hold in of(tx.db, target, resource):
        if asked.get(hold.operation, True):
            _drop(tx, target, resource, hold)


def forget(tx: Tx, judged: Judged, hold: Hold) -> None:
    """The hold is void: the wish is another one."""
    _drop(tx, judged.target, judged.resource, hold)


def _drop(tx: Tx, target: str, resource: str, hold: Hold) -> None:
    tx.db.execute(_SQL["drop"], {"target": target, "resource": resource, "operation": hold.operation})
    tx.db.execute(_SQL["close_empty"], {"plan": hold.plan, "now": tx.now})


def grant(tx: Tx, target: str, resource: str, plan: str) -> None:
    """A person approved a run's finding about the resource as it is now: its repair spends no budget."""
    tx.db.execute(_SQL["grant"], {"target": target, "resource": resource, "plan": plan, "now": tx.now})


def count(db: sqlite3.Connection, target: str) -> int:
    """How many operations are held at the target."""
    return int(db.execute(_SQL["counts"], {"target": target}).fetchone()[0])


def spend(tx: Tx, judged: Judged, guard: str, number: int, linked: int) -> None:
    """Take so much of a guard's budget, before anything is sent."""
    tx.db.execute(_SQL["forget_spent"], {"target": judged.target, "since": tx.now - DAY})
    row = {**_named(judged), "guard": guard, "count": number, "linked": linked, "now": tx.now}
    tx.db.execute(_SQL["spend"], row)


def is_spent(db: sqlite3.Connection, judged: Judged) -> bool:
    """Whether just this was let pass before: to be tried again costs nothing."""
    return db.execute(_SQL["is_spent"], _named(judged)).fetchone() is not None


def spent(db: sqlite3.Connection, target: str, since: int) -> dict[str, int]:
    """What passed since then, by guard."""
    return dict(db.execute(_SQL["spent"], {"target": target, "since": since}).fetchall())


def spent_on(db: sqlite3.Connection, judged: Judged, guard: str, since: int) -> int:
    """What passed since then of one resource."""
    row = {**_named(judged), "guard": guard, "since": since}
    return int(db.execute(_SQL["spent_on"], row).fetchone()[0])


def linked(db: sqlite3.Connection, target: str, since: int) -> int:
    """How many entries were linked when the window began, which is when the first of it passed; now, where none did."""
    named = {"target": target, "since": since}
    row = db.execute(_SQL["linked_then"], named).fetchone() or db.execute(_SQL["linked_now"], named).fetchone()
    return int(row[0])


def members(db: sqlite3.Connection, target: str, group: str) -> int:
    """How many members of ours the group has at the target."""
    return int(db.execute(_SQL["members"], {"target": target, "resource": group}).fetchone()[0])


def losses(db: sqlite3.Connection, target: str, group: str) -> int:
    """How many members the group would lose now that nobody has judged."""
    return int(db.execute(_SQL["losses"], {"target": target, "resource": group}).fetchone()[0])


def mark_losses(tx: Tx, target: str, group: str, removal: int) -> None:
    """Write on those members what became of the question (`Removal`)."""
    tx.db.execute(_SQL["mark_losses"], {"target": target, "resource": group, "held": removal})


def held_members(db: sqlite3.Connection, target: str, group: str) -> int:
    """How many members stay in the group at the target because their removal is held or was rejected."""
    return int(db.execute(_SQL["held_members"], {"target": target, "resource": group}).fetchone()[0])


def hold_of(row: tuple) -> Hold:  # type: ignore[type-arg]
    """The hold of a row."""
    operation, state, *rest = row
    return Hold(Operation(operation), HoldState(state), *rest)


def _named(judged: Judged) -> dict[str, object]:
    return {
        "target": judged.target,
        "resource": judged.resource,
        "operation": judged.operation,
        "version": judged.version,
        "subject": judged.subject,
        "count": judged.count,
    }
