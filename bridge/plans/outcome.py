"""What an error means for a link: error + attempts → when and how to go on. Pure; the table of DESIGN.md §6.

Chance is handed in as a number, so that a test and a simulation know what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.plans.states import Event
from connectors.sdk import (
    Conflict,
    Gone,
    Missing,
    OutcomeUnknown,
    Refused,
    TargetDown,
    TargetMisconfigured,
    Throttled,
)

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
MOST_CONFLICTS = 3


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a person is shown of an error. Never an attribute's value."""

    error: str
    text: str
    code: str | None = None
    attribute: str | None = None
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a link goes on: `wait` in seconds; `counts`: this was an attempt; `verify`: look at the entry first."""

    event: Event
    trouble: Trouble
    wait: float = 0.0
    counts: bool = True
    verify: bool = False


def outcome(error: Exception, attempts: int, chance: float) -> Outcome:
    """How to go on after an error; `attempts` have failed before, `chance` is in [0, 1)."""
    trouble = describe(error)
    match error:
        case TargetDown() | TargetMisconfigured() | Throttled():
            return Outcome(Event.PUT_OFF, trouble, counts=False)
        case OutcomeUnknown():
            return Outcome(Event.PUT_OFF, trouble, backoff(attempts, chance), verify=True)
        case Conflict() if attempts < MOST_CONFLICTS:
            return Outcome(Event.PUT_OFF, trouble, verify=True)
        case Missing():
            return Outcome(Event.PUT_OFF, trouble, backoff(attempts, chance))
        case _:
            return Outcome(Event.REFUSED, trouble)


def backoff(attempts: int, chance: float) -> float:
    """Seconds to wait: full jitter over a doubling span."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts, 20)) * chance


def describe(error: Exception) -> Trouble:
    """What a person is shown."""
    match error:
        case Refused():
            return Trouble("Refused", error.message, error.code, error.attribute, error.fix)
        case Gone():
            fix = 'set on_missing = "recreate", or delete the user in the identity provider'
            return Trouble("Gone", error.message, error.code, None, fix)
        case TargetDown() | TargetMisconfigured() | Throttled() | Conflict() | OutcomeUnknown() | Missing():
            return Trouble(type(error).__name__, error.message, error.code)
        case _:
            text = f"a bug in the connector or the bridge ({type(error).__name__}); the log has its traceback"
            return Trouble("Bug", text, fix="report it; a new change of the resource tries again")
