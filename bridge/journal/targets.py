"""What survives a restart about a target: which place it is, and its breaker (ten restarts, and no ten bad binds)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from bridge.journal.sql import load
from bridge.journal.writer import Tx

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


def remembered(db: sqlite3.Connection, name: str) -> Remembered:
    """What is known of the target; of a new one, nothing."""
    row = db.execute(_SQL["load"], {"name": name}).fetchone()
    return Remembered(*row) if row else Remembered()


def save(
    tx: Tx, name: str, *, breaker: str, cause: str | None, reason: str | None, failures: int, retry_at: int | None
) -> None:
    """Keep the breaker."""
    row = {"breaker": breaker, "cause": cause, "reason": reason, "failures": failures, "retry_at": retry_at}
    tx.db.execute(_SQL["save"], {"name": name, **row})


def identify(tx: Tx, name: str, identity: str) -> None:
    """Keep which place the target is."""
    tx.db.execute(_SQL["identify"], {"name": name, "identity": identity})
