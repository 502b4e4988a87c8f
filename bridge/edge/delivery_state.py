"""How far the targets are with a resource, as the extension `urn:scim-bridge:schemas:1.0:Delivery` shows it.

Read from the journal where it is asked for, never kept with the resource. Errors are told by class, code and sentence;
they hold no attribute values.
"""

from __future__ import annotations

from typing import Any

from bridge.edge.parts import Edge
from bridge.edge.stamps import etag, timestamp
from bridge.journal import Connection, deliveries
from bridge.journal.deliveries import Delivery
from bridge.journal.resources import Stored
from bridge.plans.breaker import BreakerState
from bridge.plans.states import State
from bridge.scim.delivery import DELIVERY

WAITING = "waiting"
"""No state of a link: it is in sync, but something that it names has no entry there yet."""


def attach(db: Connection, edge: Edge, stored: Stored, whole: dict[str, Any]) -> None:
    """Add the extension to the resource as it is shown; nothing where no target takes it."""
    takers = {taker.target for taker in edge.targets_for(stored.tenant, stored.type)}
    targets = [value(each) for each in deliveries.of_resource(db, stored.id) if each.target in takers]
    if targets:
        whole[DELIVERY.id] = {"targets": targets}
        whole["schemas"] = [*whole["schemas"], DELIVERY.id]


def value(delivery: Delivery) -> dict[str, Any]:
    """One target's value."""
    shown = {
        "target": delivery.target,
        "state": WAITING if delivery.state == State.IN_SYNC and delivery.waits else delivery.state,
        "version": etag(delivery.version) if delivery.version else None,
        "locator": delivery.locator,
        "nextAttempt": _next_attempt(delivery),
        **_error(delivery),
    }
    return {name: each for name, each in shown.items() if each is not None}


def _next_attempt(delivery: Delivery) -> str | None:
    """When the link is due, and not before the target is looked at again; None while it waits for another target."""
    if delivery.state != State.DIRTY or delivery.waits_for:
        return None
    return timestamp(max(delivery.due, delivery.retry_at or 0))


def _error(delivery: Delivery) -> dict[str, Any]:
    """The link's own error; while the target is not called, the target's."""
    if delivery.error is None and delivery.state == State.DIRTY and delivery.breaker != BreakerState.CLOSED:
        return {"errorClass": delivery.cause, "error": delivery.reason}
    return {
        "errorClass": delivery.error,
        "errorCode": delivery.code,
        "errorAttribute": delivery.attribute,
        "error": delivery.text,
        "errorFix": delivery.fix,
        "errorAt": None if delivery.at is None else timestamp(delivery.at),
    }
