"""What a target should come to hold of one resource: projection + how far it has left + what was done → goal. Pure.

Goals are levels, not steps: the same goal may be worked for any number of times.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bridge.mapping import Departure, Projection, Rules, Wanted
from bridge.plans.ladder import Down
from connectors.sdk import Entry


class Aim(StrEnum):
    """What should become of the entry."""

    HOLD = "hold"  # it is there, and as it is wanted
    REMOVE = "remove"  # it is not there
    LEAVE = "leave"  # whatever is there stays as it is


@dataclass(frozen=True, slots=True)
class Goal:
    """`entry` is given to be held; `locked`: the account may not be used, `off`: an attribute of it says so;
    `member`: groups may name it; `under`: where it stands, if not where its kind does.
    """

    aim: Aim
    entry: Entry | None = None
    locked: bool = False
    off: bool = False
    member: bool = False
    under: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What an earlier departure did to the entry already; all of it is taken back only when nobody leaves any more."""

    locked: bool = False
    stripped: bool = False
    under: str | None = None


def goal(rules: Rules, projection: Projection, down: Down, taken: Taken, *, can_lock: bool) -> Goal:
    """What the target should come to hold; `can_lock`: it has a switch of its own for accounts."""
    if down.deleted:
        return Goal(Aim.REMOVE)
    locked = rules.is_account and ((can_lock and down.locked) or taken.locked)
    stripped, under = down.stripped or taken.stripped, down.under or taken.under
    if isinstance(projection, Wanted):
        entry = replace(projection.entry, under=under) if under else projection.entry
        return Goal(Aim.HOLD, entry, locked=locked, member=not stripped, under=under)
    stays_member = projection.reason is Departure.DELETED and down.strips_later and not stripped
    return Goal(Aim.LEAVE, locked=locked, off=down.off and rules.is_account, member=stays_member, under=under)
