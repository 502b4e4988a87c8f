"""How far somebody has come down the ladder of leaving: steps + when the first was taken → what holds by now. Pure.

Deleted > left scope > disabled. A step that was taken stays taken until the resource is wanted and active again,
however the departure changes: somebody who was locked, and whose resource is then deleted, stays locked.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.mapping.rules import Body, Departure, Rules
from bridge.settings.ladder import Does, Ladder


@dataclass(frozen=True, slots=True)
class Down:
    """What holds by now: `off`, the attribute says so; `under`, where the entry stands; `again`, when the next step is
    due, in milliseconds.
    """

    locked: bool = False
    off: bool = False
    stripped: bool = False
    strips_later: bool = False
    deleted: bool = False
    under: str | None = None
    again: int | None = None


def departure_of(rules: Rules, body: Body | None) -> Departure | None:
    """How the resource leaves the target; None: it is there to stay. Asked before anything is mapped."""
    if body is None:
        return Departure.DELETED
    if not rules.in_scope(body):
        return Departure.LEFT_SCOPE
    return Departure.DISABLED if body.get("active") is False else None


def down(ladder: Ladder, since: int, now: int) -> Down:
    """How far down, where the first step was taken at `since`; both in milliseconds."""
    times = [(since + round(step.after * 1000) if step.after else now, step) for step in ladder]
    taken = {step.does: step for at, step in times if at <= now}
    later = {step.does for at, step in times if at > now}
    return Down(
        locked=Does.LOCK in taken,
        off=Does.SWITCH in taken,
        stripped=Does.STRIP in taken,
        strips_later=Does.STRIP in later,
        deleted=Does.DELETE in taken,
        under=taken[Does.MOVE].place if Does.MOVE in taken else None,
        again=min((at for at, _ in times if at > now), default=None),
    )
