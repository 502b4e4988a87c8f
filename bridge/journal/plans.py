"""Plans: written whole by the run that made them, then approved, rejected or superseded.

An approval makes the links of its findings dirty, in the transaction in which the plan becomes approved; delivery
does the rest, under its own guards. It releases exactly what was read: a finding whose link has another wish by
now is left alone, for its delivery is under way anyhow or the plan no longer says what would happen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bridge.journal import links
from bridge.journal.findings import Finding, Plan, PlanState, Repair, finding_of, row_of
from bridge.journal.sql import load
from bridge.journal.writer import Tx

_SQL = load("plans")


class PlanUnknown(Exception):
    """There is no plan with this id."""


class PlanDecided(Exception):
    """The plan was approved, rejected or superseded before."""


@dataclass(frozen=True, slots=True)
class Approval:
    """How many entries an approval released, and how many it left alone because they changed since the read."""

    plan: str
    released: int
    changed_since: int


def supersede(tx: Tx, target: str) -> None:
    """Close the target's open plans: a newer read says what is true now."""
    tx.db.execute(_SQL["supersede"], {"target": target, "now": tx.now})


def write(tx: Tx, plan: Plan) -> Plan:
    """Record a plan that a run made; an approved one releases its findings at once. Returns it with its id."""
    named = {"target": plan.target, "now": tx.now}
    plan = replace(plan, id=f"{plan.target}-{plan.run}")
    decided = tx.now if plan.state is PlanState.APPROVED else None
    row = {"id": plan.id, "run": plan.run, "state": plan.state, "decided": decided, "reason": plan.reason}
    tx.db.execute(_SQL["insert_plan"], named | row)
    rows = ({"plan": plan.id, "ordinal": n, **row_of(finding)} for n, finding in enumerate(plan.findings))
    tx.db.executemany(_SQL["insert_finding"], rows)
    if plan.state is PlanState.APPROVED:
        _release(tx, plan, by_person=False)
    return replace(plan, made=tx.now, decided=decided)


def approve(tx: Tx, plan_id: str) -> Approval:
    """Release the findings of an open plan; what is held only for a person's word is released too."""
    plan = _decide(tx, plan_id, PlanState.APPROVED)
    return _release(tx, plan, by_person=True)


def reject(tx: Tx, plan_id: str) -> Plan:
    """Close an open plan; its findings are not repaired until the wish of their link changes."""
    return _decide(tx, plan_id, PlanState.REJECTED)


def get(db: sqlite3.Connection, plan_id: str) -> Plan | None:
    """The plan with its findings."""
    row = _rows(db, "get", {"id": plan_id}).fetchone()
    if row is None:
        return None
    return replace(_plan(row), findings=tuple(map(finding_of, _rows(db, "findings", {"id": plan_id}))))


def listing(db: sqlite3.Connection, target: str | None = None, limit: int = 100) -> list[Plan]:
    """The newest plans, newest first, without their findings."""
    return [_plan(row) for row in _rows(db, "listing", {"target": target, "limit": limit})]


def declined(db: sqlite3.Connection, target: str) -> Iterator[Finding]:
    """The findings that a person rejected, and whose link has the same wish still."""
    return map(finding_of, _rows(db, "declined", {"target": target}))


def _decide(tx: Tx, plan_id: str, state: PlanState) -> Plan:
    plan = get(tx.db, plan_id)
    if plan is None:
        raise PlanUnknown(f"there is no plan {plan_id!r}; `scim-bridge plans` lists them")
    if tx.db.execute(_SQL["decide"], {"id": plan_id, "state": state, "now": tx.now}).rowcount == 0:
        raise PlanDecided(f"plan {plan_id} is {plan.state} already")
    return replace(plan, state=state, decided=tx.now)


def _release(tx: Tx, plan: Plan, *, by_person: bool) -> Approval:
    released = changed = 0
    for finding in plan.findings:
        if finding.resource is None or not finding.repair.released(by_person=by_person):
            continue
        named = {"target": plan.target, "resource": finding.resource, "wish": finding.wish}
        if tx.db.execute(_SQL["unchanged"], named).fetchone() is None:
            changed += 1
            continue
        if finding.repair is Repair.HOLD:
            tx.db.execute(_SQL["forget_entry"], named)
            tx.db.execute(_SQL["forget_members"], named)
        links.dirty(tx, plan.target, finding.resource, finding.kind, lane=links.BULK, verify=True)
        released += 1
    assert plan.id is not None
    return Approval(plan.id, released, changed)


def _rows(db: sqlite3.Connection, query: str, named: dict[str, Any]) -> sqlite3.Cursor:
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(_SQL[query], named)


def _plan(row: sqlite3.Row) -> Plan:
    return Plan(
        id=row["id"],
        target=row["target"],
        run=row["run"],
        state=PlanState(row["state"]),
        made=row["made"],
        reason=row["reason"],
        decided=row["decided"],
    )
