"""The status document: what `scim-bridge status`, /status and /metrics show. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bridge.clock import Clock
from bridge.journal import Journal, holds, passwords, plans, targets
from bridge.journal.findings import Plan
from bridge.journal.standing import parked, standing
from bridge.settings import TargetSettings

PARKED_SHOWN = 100


async def status(journal: Journal, named: Iterable[TargetSettings], clock: Clock, *, running: bool) -> dict[str, Any]:
    """Every target's breaker and backlog, what is parked and why, and the plans that wait for a person."""
    names = [(target.name, target.connector) for target in named]

    def read(db: Any) -> dict[str, Any]:
        return {
            "running": running,
            "journal": {"writable": journal.writable},
            "targets": {name: _target(db, name, connector, clock) for name, connector in names},
            "parked": [each.as_json() for each in parked(db, limit=PARKED_SHOWN)],
            "parked_passwords": [each.as_json() for each in passwords.parked(db, limit=PARKED_SHOWN)],
            "held": [_held(plan) for name, _ in names for plan in plans.held(db, name)],
        }

    return await journal.scan(read)


def _held(plan: Plan) -> dict[str, Any]:
    return {"plan": plan.id, "target": plan.target, "reason": plan.reason, "since": plan.made}


def _target(db: Any, name: str, connector: str, clock: Clock) -> dict[str, Any]:
    work, known, secrets = standing(db, name), targets.remembered(db, name), passwords.waiting(db, name)
    return {
        "connector": connector,
        "breaker": known.breaker,
        "cause": known.cause,
        "reason": known.reason,
        "retry_at": known.retry_at,
        "paused": known.paused,
        "entries": work.entries,
        "in_sync": work.in_sync,
        "backlog": work.backlog,
        "sending": work.sending,
        "parked": work.parked,
        "held": holds.count(db, name),
        "waiting": work.waiting,
        "waits_for": work.waits_for,
        "oldest_undelivered_seconds": _age(work.oldest, clock),
        "passwords": secrets.waiting,
        "passwords_parked": secrets.parked,
        "oldest_password_seconds": _age(secrets.oldest, clock),
        "last_run": known.last_run,
    }


def _age(at: int | None, clock: Clock) -> float | None:
    return None if at is None else max(0.0, (clock.now() - at) / 1000)
