"""Plans: written whole by the run that made them, or grown from held live changes; approved, rejected or superseded.

An approval makes the links of its findings dirty, in the transaction in which the plan becomes approved; delivery
does the rest, under its own guards. It releases exactly what was read: a finding whose link has another wish by
now is left alone, for its delivery is under way anyhow or the plan no longer says what would happen.

A plan of held live changes (`live.py`) has no run. It goes on growing while it is open, so its name says which revision
was read: `corp@3.17` is the third plan's seventeenth.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bridge.journal import holds, images, links, live, waking
from bridge.journal.findings import Approval, Finding, Plan, PlanState, Repair, finding_of, row_of
from bridge.journal.sql import load
from bridge.journal.tx import Tx

_SQL = load("plans")


class PlanUnknown(Exception):
    """There is no plan with this id."""


class PlanDecided(Exception):
    """The plan was approved, rejected or superseded before."""


def supersede(tx: Tx, target: str) -> None:
    """Close the target's open plans: a newer read says what is true now."""
    tx.db.execute(_SQL["supersede"], {"target": target, "now": tx.now})


def write(tx: Tx, plan: Plan) -> Plan:
    """Record a plan that a run made, or a person asked for; one that is approved, or in part, releases that at once.

    Returns it with its id.
    """
    named = {"target": plan.target, "now": tx.now}
    if plan.run is None:
        plan = replace(plan, id=tx.db.execute(_SQL["next_id"], named).fetchone()[0])
    else:
        plan = replace(plan, id=f"{plan.target}-{plan.run}")
    decided = tx.now if plan.state is PlanState.APPROVED else None
    row = {"id": plan.id, "run": plan.run, "state": plan.state, "decided": decided, "reason": plan.reason}
    tx.db.execute(_SQL["insert_plan"], named | row)
    rows = ({"plan": plan.id, "ordinal": n, **row_of(finding)} for n, finding in enumerate(plan.findings))
    tx.db.executemany(_SQL["insert_finding"], rows)
    if plan.state is PlanState.APPROVED or any(finding.repair is Repair.AT_ONCE for finding in plan.findings):
        _release(tx, plan, by_person=False)
    return replace(plan, made=tx.now, decided=decided)


def approve(tx: Tx, plan_id: str, only: str | None = None) -> Approval:
    """Release the findings of an open plan; what is held only for a person's word is released too.

    `only` names a user or group: what is planned for others stays as it is, and the plan stays open.
    """
    chosen = None if only is None else _named(tx.db, only)
    if (named := _open_live(tx.db, plan_id)) is not None:
        return live.decide(tx, named, chosen, PlanState.APPROVED)
    plan = _decide(tx, plan_id, PlanState.APPROVED) if chosen is None else _open(tx.db, plan_id)
    return _release(tx, plan, by_person=True, chosen=chosen)


def reject(tx: Tx, plan_id: str) -> Plan:
    """Close an open plan; its findings are not repaired until the wish of their link changes."""
    if (named := _open_live(tx.db, plan_id)) is None:
        return _decide(tx, plan_id, PlanState.REJECTED)
    live.decide(tx, named, None, PlanState.REJECTED)
    plan = get(tx.db, plan_id)
    assert plan is not None
    return plan


def get(db: sqlite3.Connection, plan_id: str) -> Plan | None:
    """The plan with its findings; a plan of held changes as it is now, whichever revision is named."""
    row = _rows(db, "get", {"id": plan_id}).fetchone()
    if row is None and (named := live.Named.parse(plan_id)) is not None:
        row = _rows(db, "get", {"id": named.id}).fetchone()
    return None if row is None else _whole(db, row)


def listing(db: sqlite3.Connection, target: str | None = None, limit: int = 100) -> list[Plan]:
    """The newest plans, newest first; with their findings while they are open."""
    rows = _rows(db, "listing", {"target": target, "limit": limit}).fetchall()
    return [_whole(db, row) if PlanState(row["state"]).is_open else _plan(row) for row in rows]


def held(db: sqlite3.Connection, target: str) -> list[Plan]:
    """The plans of the target that wait for a person, without their findings."""
    return [_plan(row) for row in _rows(db, "held", {"target": target})]


def declined(db: sqlite3.Connection, target: str) -> Iterator[Finding]:
    """The findings that a person rejected, and whose link has the same wish still."""
    return map(finding_of, _rows(db, "declined", {"target": target}))


def named(db: sqlite3.Connection, name: str) -> frozenset[str]:
    """The resources that a person means, deleted ones too."""
    return frozenset(id_ for (id_,) in db.execute(_SQL["named"], {"name": name}))


def _open(db: sqlite3.Connection, plan_id: str) -> Plan:
    plan = get(db, plan_id)
    if plan is None:
        raise PlanUnknown(f"there is no plan {plan_id!r}; `scim-bridge plans` lists them")
    if not plan.state.is_open:
        raise PlanDecided(f"plan {plan_id} is {plan.state} already")
    return plan


def _decide(tx: Tx, plan_id: str, state: PlanState) -> Plan:
    plan = _open(tx.db, plan_id)
    tx.db.execute(_SQL["decide"], {"id": plan_id, "state": state, "now": tx.now})
    return replace(plan, state=state, decided=tx.now)


def _open_live(db: sqlite3.Connection, plan_id: str) -> live.Named | None:
    """The revision of a plan of held changes that is named; None where a run's plan is."""
    if _rows(db, "get", {"id": plan_id}).fetchone() is None:
        named = live.Named.parse(plan_id)
        if named is not None and get(db, named.id) is not None:
            _open(db, plan_id)
            return named
    plan = _open(db, plan_id)
    if plan.run is None and plan.revision:
        raise PlanUnknown(f"say which revision of the plan you have read; now it is {plan.id}")
    return None


def _named(db: sqlite3.Connection, name: str) -> frozenset[str]:
    if not (found := named(db, name)):
        raise PlanUnknown(f"there is no user or group {name!r}")
    return found


def _release(tx: Tx, plan: Plan, *, by_person: bool, chosen: frozenset[str] | None = None) -> Approval:
    released = changed = 0
    gone = []
    assert plan.id is not None
    for finding in plan.findings:
        if finding.resource is None or not finding.repair.released(by_person=by_person):
            continue
        if chosen is not None and finding.resource not in chosen:
            continue
        named = {"target": plan.target, "resource": finding.resource, "wish": finding.wish}
        if tx.db.execute(_SQL["unchanged"], named).fetchone() is None:
            changed += 1
            continue
        if finding.repair is Repair.HOLD:
            tx.db.execute(_SQL["forget_entry"], named)
            tx.db.execute(_SQL["forget_members"], named)
            gone.append(finding.resource)
        if finding.repair is Repair.RESTORE and finding.at is not None:
            images.wish(tx, plan.target, finding.resource, finding.at)
        elif by_person:
            holds.grant(tx, plan.target, finding.resource, plan.id)
        links.dirty(tx, plan.target, finding.resource, finding.kind, lane=links.BULK, verify=True)
        released += 1
    for resource in gone:  # last: it raises the wishes of others, which the plan may name too
        waking.stir_naming(tx, plan.target, resource)
    return Approval(plan.id, released, changed)


def _whole(db: sqlite3.Connection, row: sqlite3.Row) -> Plan:
    plan, named = _plan(row), {"id": row["id"]}
    if plan.run is None and plan.revision:
        return replace(plan, findings=tuple(live.findings(db, row["id"])))
    return replace(plan, findings=tuple(map(finding_of, _rows(db, "findings", named))))


def _rows(db: sqlite3.Connection, query: str, named: dict[str, Any]) -> sqlite3.Cursor:
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(_SQL[query], named)


def _plan(row: sqlite3.Row) -> Plan:
    is_live = row["run"] is None and row["revision"]
    return Plan(
        id=str(live.Named(row["id"], row["revision"])) if is_live else row["id"],
        target=row["target"],
        run=row["run"],
        state=PlanState(row["state"]),
        made=row["made"],
        reason=row["reason"],
        decided=row["decided"],
        revision=row["revision"],
    )
