"""The plan of a target's held live changes: what is in it, and what a person decides about it.

It grows while it is open. A decision names the revision that was read, and is about the holds of that revision alone:
what joined or changed later waits on in the same plan.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from bridge.journal import links
from bridge.journal.findings import Approval, Finding, PlanState, Repair, Sort
from bridge.journal.holds import Hold, HoldState, Operation, hold_of
from bridge.journal.sql import load
from bridge.journal.target_members import Removal
from bridge.journal.tx import Tx

_SQL = load("holds")
_DECIDE = load("plans")["decide"]


@dataclass(frozen=True, slots=True)
class Named:
    """A plan at one revision, as people name it: `corp@3.17`."""

    id: str
    revision: int

    def __str__(self) -> str:
        return f"{self.id}.{self.revision}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        plan, _, revision = text.rpartition(".")
        return cls(plan, int(revision)) if plan and revision.isdecimal() else None


@dataclass(frozen=True, slots=True)
class _Held:
    """A hold with the link that it stands beside."""

    hold: Hold
    resource: str
    kind: str
    locator: str | None
    wish: int
    name: str


def findings(db: sqlite3.Connection, plan: str) -> Iterator[Finding]:
    """What waits in the plan, as its lines."""
    for each in _in_plan(db, plan):
        removed = each.hold.count if each.hold.operation in (Operation.MEMBERS, Operation.STRANGERS) else 0
        yield Finding(
            sort=Sort.HELD,
            kind=each.kind,
            resource=each.resource,
            locator=each.locator,
            wish=each.wish,
            members_added=removed,
            repair=Repair.HOLD,
            operation=each.hold.operation,
            name=each.name,
            why=each.hold.reason,
        )


def decide(tx: Tx, named: Named, chosen: frozenset[str] | None, state: PlanState) -> Approval:
    """Approve or reject what was read; an approved one is delivered now, each looked at again."""
    released = changed = 0
    target = named.id.rpartition("@")[0]
    for each in _in_plan(tx.db, named.id):
        if chosen is not None and each.resource not in chosen:
            continue
        if each.hold.revision > named.revision:
            changed += 1
            continue
        _decide(tx, target, each, HoldState(state.value))
        released += 1
    if not any(True for _ in _in_plan(tx.db, named.id)):
        tx.db.execute(_DECIDE, {"id": named.id, "state": state, "now": tx.now})
    return Approval(str(named), released, changed)


def _decide(tx: Tx, target: str, each: _Held, state: HoldState) -> None:
    approved = state is HoldState.APPROVED
    row = {"target": target, "resource": each.resource, "operation": each.hold.operation, "state": state}
    tx.db.execute(_SQL["decide"], row)
    if each.hold.operation is Operation.MEMBERS:
        removal = Removal.ALLOWED if approved else Removal.REJECTED
        tx.db.execute(_SQL["decide_members"], {**row, "held": removal})
    if approved:
        links.dirty(tx, target, each.resource, each.kind, verify=True)


def _in_plan(db: sqlite3.Connection, plan: str) -> list[_Held]:
    """What waits in the plan, in the order in which it joined."""
    rows = db.execute(_SQL["in_plan"], {"plan": plan})
    return [_Held(hold_of(row[:9]), *row[9:]) for row in rows if row[1] == HoldState.HELD]
