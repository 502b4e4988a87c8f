"""Restoring: from what an image holds to a plan that a person approves."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from bridge.journal import images, plans
from bridge.journal.findings import Finding, Plan, PlanState, Repair, Sort
from bridge.journal.images import Image
from bridge.journal.sql import load
from bridge.journal.tx import Tx
from bridge.mapping.entry_json import decode

_SQL = load("plans")


class NothingToRestore(Exception):
    """No image fits what was asked for; the text is for the operator."""


def propose(tx: Tx, target: str, name: str, at: int) -> Plan:
    """Make a plan that puts the entry of a user or group back as it was; nothing happens until it is approved."""
    image = _one(tx.db, target, name, at)
    row = tx.db.execute(_SQL["link"], {"target": target, "resource": image.resource}).fetchone()
    if row is None:
        raise NothingToRestore(f"{target} has forgotten {name}")
    wish, linked = row
    entry = decode(image.entry)
    finding = Finding(
        sort=Sort.DIFFERENT if linked else Sort.MISSING,
        kind=image.kind,
        resource=image.resource,
        locator=entry.ref.locator if entry.ref else None,
        wish=wish,
        changes=tuple((attribute, "restore") for attribute in sorted(entry.attributes)),
        repair=Repair.RESTORE,
        at=at,
    )
    reason = f"asked for: {name} as it was at {_time(at)}, before a {image.operation} at {_time(image.at)}"
    return plans.write(tx, Plan(None, target, None, PlanState.HELD, tx.now, reason, findings=(finding,)))


def _one(db: sqlite3.Connection, target: str, name: str, at: int) -> Image:
    found = [
        image for resource in plans.named(db, name) if (image := images.as_of(db, target, resource, at)) is not None
    ]
    if not found:
        raise NothingToRestore(f"nothing of {name} was taken away at {target} since {_time(at)}")
    if len(found) > 1:
        ids = ", ".join(image.resource for image in found)
        raise NothingToRestore(f"several resources are called {name}; write the SCIM id of one: {ids}")
    return found[0]


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
