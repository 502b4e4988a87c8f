"""The breaker of a target: what it takes to stop calling, and when to look again. Pure values.

    closed → open → half_open → closed
                       └→ open

A target that is down is looked at after 1 s … 60 s; one that only a person can mend after 1, 5, 15, 60 minutes, so that
our bind account is never locked out. `failures` of the second sort fall to none only when a write succeeds: a probe
that succeeds where every write is refused must not start the ladder anew.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, replace
from enum import StrEnum

from connectors.sdk import ConnectorError, TargetDown, TargetMisconfigured, Throttled

FIRST_LOOK = 1.0
LAST_LOOK = 60.0
FOR_A_PERSON = (60.0, 300.0, 900.0, 3600.0)
THROTTLED = 5.0
LONGEST_THROTTLE = 3600.0
"""Seconds, whatever the target asks for: it may ask for a century, or for infinity."""

WINDOW = 120_000
"""Milliseconds in which refusals are counted."""
MANY_REFUSALS = 20


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Breaker:
    """`retry_at` is in milliseconds; `cause` names the error's class."""

    state: BreakerState = BreakerState.CLOSED
    cause: str | None = None
    reason: str | None = None
    failures: int = 0
    retry_at: int | None = None


def after_error(breaker: Breaker, error: Exception, now: int, chance: float) -> Breaker:
    """The breaker after an error; unchanged where the error says nothing of the target.

    Many calls are under way when a target goes: the first that fails opens it, the others are the same failure.
    """
    is_same = breaker.state is BreakerState.OPEN
    before = max(0, breaker.failures - is_same)
    match error:
        case TargetDown():
            wait = min(LAST_LOOK, FIRST_LOOK * 2.0 ** min(before, 10)) * (0.5 + chance / 2)
        case TargetMisconfigured():
            wait = FOR_A_PERSON[min(before, len(FOR_A_PERSON) - 1)]
        case Throttled():
            wait = THROTTLED if error.after is None else min(LONGEST_THROTTLE, max(0.0, error.after))
        case _:
            return breaker
    assert isinstance(error, ConnectorError)
    cause, retry_at = type(error).__name__, now + round(wait * 1000)
    if is_same and (breaker.cause == cause or retry_at <= (breaker.retry_at or 0)):
        return breaker
    return Breaker(BreakerState.OPEN, cause, error.message, before + 1, retry_at)


def looking(breaker: Breaker) -> Breaker:
    """The breaker while one probe looks."""
    return replace(breaker, state=BreakerState.HALF_OPEN)


def after_probe(breaker: Breaker) -> Breaker:
    """The target answered: calls may go on."""
    return Breaker(failures=breaker.failures if breaker.cause == "TargetMisconfigured" else 0)


def after_success(breaker: Breaker) -> Breaker:
    """A write succeeded: all is well, unless it was under way when the target went."""
    return Breaker() if breaker.state is BreakerState.CLOSED and breaker.failures else breaker


class Refusals:
    """Counts what a target refused lately: many with one code are one fault of the target's, not of many people."""

    def __init__(self) -> None:
        self._attempts: deque[tuple[int, str | None]] = deque()
        self._counts: Counter[str | None] = Counter()

    def note(self, now: int, code: str | None) -> bool:
        """Count one attempt (`code` None: it succeeded); whether this makes it a fault of the target."""
        while self._attempts and self._attempts[0][0] <= now - WINDOW:
            self._counts[self._attempts.popleft()[1]] -= 1
        self._attempts.append((now, code))
        self._counts[code] += 1
        same = self._counts[code]
        return code is not None and same >= MANY_REFUSALS and 2 * same >= len(self._attempts)
