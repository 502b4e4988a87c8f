"""How a delivery stands, in a word and a sentence: what it waits for, of whom, until when. Pure.

The word is the link's state, or what more a person should know of one that is in sync: `held`, `waiting`, `unlinked`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bridge.journal.holds import Hold, HoldState
from bridge.journal.mending import Shown
from bridge.plans.breaker import Breaker, BreakerState
from bridge.plans.states import State


@dataclass(frozen=True, slots=True)
class Standing:
    """All that may stand in the way of one link. `waits` counts what it names and what has no entry there yet;
    `wanted`: the target should hold an entry.
    """

    link: Shown
    holds: tuple[Hold, ...]
    paused: str | None
    breaker: Breaker
    waits: int
    wanted: bool = True
    closed_until: int | None = None
    first: Shown | None = None
    trouble: str | None = None
    """The link of the target that must have it first, and why that target is not written to."""

    @property
    def next_attempt(self) -> int | None:
        """When it is tried next, in milliseconds; None where nothing is due, or nobody knows."""
        if self.link.state != State.DIRTY or self.paused or self.link.waits_for:
            return None
        return max(self.link.due, self.breaker.retry_at or 0, self.closed_until or 0)


def verdict(standing: Standing, now: int) -> tuple[str, str]:
    """The word and the sentence."""
    link = standing.link
    match State(link.state):
        case State.SENDING:
            return "sending", "it is being delivered at this moment"
        case State.PARKED:
            return "parked", f"it waits for a person since {moment(link.at)}: {_error(link)}"
        case State.DIRTY:
            return "dirty", "; ".join(_waits_for(standing, now))
        case State.IN_SYNC:
            return _in_sync(standing)


def _in_sync(standing: Standing) -> tuple[str, str]:
    """What a person should know of a link that has nothing to deliver."""
    held = [hold for hold in standing.holds if hold.state is HoldState.HELD]
    if held:
        return "held", "; ".join(f"{hold.operation} waits in plan {hold.plan}: {hold.reason}" for hold in held)
    if rejected := [hold for hold in standing.holds if hold.state is HoldState.REJECTED]:
        operations = ", ".join(hold.operation for hold in rejected)
        return "held", f"a person rejected this until the next change: {operations}"
    if standing.waits:
        return "waiting", f"delivered, but {standing.waits} that it names have no entry there yet"
    if standing.link.entry_id is not None:
        return "in_sync", "delivered"
    if standing.wanted:
        return "unlinked", "a person unlinked it: it gets an entry when SCIM changes it next, and not before"
    return "in_sync", "delivered: it has no entry there"


def _waits_for(standing: Standing, now: int) -> Iterator[str]:
    link, breaker = standing.link, standing.breaker
    if standing.paused:
        yield f"it waits, for {link.target} is paused: {standing.paused}"
    if standing.closed_until is not None:
        yield f"it waits, for {link.target} is in maintenance until {moment(standing.closed_until)}"
    if breaker.state is not BreakerState.CLOSED:
        yield f"it waits, for {link.target} is not called: {breaker.reason or 'it is being looked at'}"
    if link.waits_for:
        yield f"it waits until {link.waits_for} has it{_why_not(standing.first, standing.trouble)}"
        return
    if link.waits_claim:
        yield f"it waits for the place {link.waits_claim}, which another resource has"
    if link.error and link.text and breaker.state is BreakerState.CLOSED:
        yield f"the last attempt came to this: {_error(link)}"
    if standing.next_attempt is not None and standing.next_attempt > now:
        yield f"it is tried again at {moment(standing.next_attempt)}"
    elif standing.next_attempt is not None:
        yield "it is due now"


def _why_not(first: Shown | None, trouble: str | None) -> str:
    """What the other target is at."""
    if first is None:
        return ""
    if trouble is not None and first.state == State.DIRTY:
        return f"; {trouble}"
    if first.state == State.PARKED:
        return f", where it is parked: {_error(first)}"
    if first.state == State.IN_SYNC:
        return ", where a part of it is held: see `scim-bridge why` about that target"
    return f", where it is not delivered yet{': ' + _error(first) if first.error else ''}"


def _error(link: Shown) -> str:
    attribute = f"{link.attribute}: " if link.attribute else ""
    code = f" (code {link.code})" if link.code else ""
    return f"{attribute}{link.text or link.error}{code}" + (f"; {link.fix}" if link.fix else "")


def moment(milliseconds: int | None) -> str:
    """A time as people read it."""
    if milliseconds is None:
        return "an unknown time"
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
