"""What survives a restart about a target: which place it is, whether it is paused, and its breaker: ten
restarts must not mean ten bad binds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from bridge.journal.sql import load
from bridge.journal.tx import Tx

_SQL = load("targets")


@dataclass(frozen=True, slots=True)
class Remembered:
    """One target's row. `identity` is that of its base, as first probed; times in milliseconds."""

    breaker: str = "closed"
    cause: str | None = None
    reason: str | None = None
    failures: int = 0
    retry_at: int | None = None
    identity: str | None = None
    last_run: int | None = None
    paused: str | None = None
    until_plan: bool = False
    seen: int | None = None


def remembered(db: sqlite3.Connection, name: str) -> Remembered:
    """What is known of the target; of a new one, nothing."""
    row = db.execute(_SQL["load"], {"name": name}).fetchone()
    if row is None:
        return Remembered()
    remembered = Remembered(*row)
    return replace(remembered, until_plan=bool(remembered.until_plan))


def known(db: sqlite3.Connection) -> set[str]:
    """The names of all targets that the journal knows anything of."""
    return {name for (name,) in db.execute(_SQL["known"])}


def save(
    tx: Tx, name: str, *, breaker: str, cause: str | None, reason: str | None, failures: int, retry_at: int | None
) -> None:
    """Keep the breaker."""
    row = {"breaker": breaker, "cause": cause, "reason": reason, "failures": failures, "retry_at": retry_at}
    tx.db.execute(_SQL["save"], {"name": name, **row})


def identify(tx: Tx, name: str, identity: str) -> None:
    """Keep which place the target is."""
    tx.db.execute(_SQL["identify"], {"name": name, "identity": identity})


def see(tx: Tx, name: str, now: int) -> None:
    """Keep that its deliverer looked at the clock."""
    tx.db.execute(_SQL["see"], {"name": name, "now": now})


def pause(tx: Tx, name: str, reason: str, *, until_plan: bool = False) -> None:
    """Nothing is written to the target until it is resumed; with `until_plan`, by the approval of a plan of it too."""
    tx.db.execute(_SQL["pause"], {"name": name, "paused": reason, "until_plan": until_plan})


def resume(tx: Tx, name: str) -> bool:
    """Write to the target again; whether it was paused."""
    return tx.db.execute(_SQL["resume"], {"name": name}).rowcount > 0


def resume_by_plan(tx: Tx, plan: str) -> bool:
    """The plan was approved: its target goes on where that is what it waited for."""
    return tx.db.execute(_SQL["resume_by_plan"], {"plan": plan}).rowcount > 0
