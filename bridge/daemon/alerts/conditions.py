"""What is so now that a person should know: a target is down, work is parked, a plan waits … Reads only.

A condition is a level, not an event: it is so or it is not, and who was told of it is told once when it is over. No
text names a user or holds a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bridge.delivery.verdict import moment
from bridge.journal import passwords, plans, runs, tokens
from bridge.journal.runs import RunState
from bridge.journal.standing import count_parked
from bridge.plans.breaker import Breaker, BreakerState


class Event(StrEnum):
    """What sort of thing it is."""

    TARGET_DOWN = "target_down"
    TARGET_PAUSED = "target_paused"  # by the bridge itself; what a person pauses, a person knows
    PARKED = "parked"
    PASSWORDS_PARKED = "passwords_parked"
    HELD = "held"
    NOT_CREDIBLE = "not_credible"
    JOURNAL_NOT_WRITABLE = "journal_not_writable"
    ANCHOR_NOT_WRITTEN = "anchor_not_written"
    TOKEN_ENDS = "token_ends"  # noqa: S105 (a word, no secret)


WEEK = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is so. `waits`: it may be over by itself soon, and is told after a while only;
    `quiet`: it is expected now, and is not told at all, but who was told before is not told that it is over.
    """

    event: Event
    text: str
    remedy: str
    target: str | None = None
    subject: str = ""
    waits: bool = False
    quiet: bool = False

    @property
    def key(self) -> str:
        """The same as long as it is the same thing."""
        return "/".join(
            [self.event, *([self.target] if self.target else []), *([self.subject] if self.subject else [])]
        )


@dataclass(frozen=True, slots=True)
class Watched:
    """A target as it is now."""

    name: str
    breaker: Breaker
    paused: str | None = None
    until_plan: bool = False
    in_maintenance: bool = False


def of_bridge(*, writable: bool, anchor: str | None) -> Iterator[Condition]:
    """What is so of the journal; `anchor`: why its anchor could not be written."""
    if not writable:
        text, remedy = (
            "the journal cannot be written: changes are refused (503)",
            "make room on its disk; it heals then",
        )
        yield Condition(Event.JOURNAL_NOT_WRITABLE, text, remedy)
    if anchor is not None:
        text = f"the anchor beside the journal cannot be written: {anchor}"
        remedy = "let the daemon's user write there; until then an older copy of the journal may not be noticed"
        yield Condition(Event.ANCHOR_NOT_WRITTEN, text, remedy)


def of_tokens(db: Any, now: int) -> Iterator[Condition]:
    """The tokens that end within a week, or within the last quarter of a shorter life, or have ended."""
    for token in tokens.kept(db):
        if token.replaced is not None or token.expires is None:
            continue
        if now >= token.expires - min(WEEK, (token.expires - token.made) // 4):
            text = f"the token {token.name} of the client {token.client} is taken until {moment(token.expires)} only"
            remedy = f"scim-bridge token rotate {token.name}, and set the new one at the client; or revoke it"
            yield Condition(Event.TOKEN_ENDS, text, remedy, subject=token.name)


def of_targets(db: Any, targets: Iterable[Watched], most_parked: int) -> list[Condition]:
    """What is so of the targets."""
    return [condition for target in targets for condition in _of_target(db, target, most_parked)]


def _of_target(db: Any, target: Watched, most_parked: int) -> Iterator[Condition]:
    name, breaker = target.name, target.breaker
    if breaker.state is not BreakerState.CLOSED and breaker.cause not in (None, "Throttled"):
        waits = breaker.cause == "TargetDown"
        remedy = (
            "mend the target; what was accepted waits" if waits else f"mend it, then: scim-bridge targets probe {name}"
        )
        text, quiet = f"{name} is not called: {breaker.reason}", target.in_maintenance
        yield Condition(Event.TARGET_DOWN, text, remedy, name, waits=waits, quiet=quiet)
    if target.paused and target.until_plan:
        remedy = f"scim-bridge reconcile {name}, read the plan, approve it; or scim-bridge targets resume {name}"
        yield Condition(Event.TARGET_PAUSED, f"{name} is paused: {target.paused}", remedy, name)
    parked = count_parked(db, name)
    if parked > most_parked:
        remedy = f"scim-bridge deliveries list {name} --parked"
        yield Condition(Event.PARKED, f"{name}: {parked} are parked and wait for a person", remedy, name)
    refused = passwords.waiting(db, name).parked
    if refused > most_parked:
        text = f"{name}: {refused} passwords are refused and wait for a person"
        yield Condition(Event.PASSWORDS_PARKED, text, "scim-bridge status", name)
    for plan in plans.held(db, name):
        plan_id = (plan.id or "").partition(".")[0]
        remedy = f"scim-bridge plan {plan_id}, then approve or reject it"
        yield Condition(Event.HELD, f"{name}: plan {plan_id} waits for a person: {plan.reason}", remedy, name, plan_id)
    run = runs.latest_ended(db, name)
    if run is not None and run.state is not RunState.FINISHED:
        remedy = f"mend the target or our rights there, then: scim-bridge reconcile {name}"
        yield Condition(Event.NOT_CREDIBLE, f"{name} was not read credibly: {run.reason}", remedy, name)
