"""What is too much: counts in, a verdict with its reason out. Pure.

A guard never says what to do; it says whether a person must look first. Every guard answers on every question,
with what it saw and what it allows, also when it lets the work pass: a log that shows only the holds cannot be
tuned. Counting, rolling windows and holding are not here: runs (`bridge/reconcile`) and live traffic
(`bridge/delivery`) count their own work and ask.

Limits are numbers, or shares of the entries that are linked (`bridge/settings/models.py` has the defaults).
Creates and other updates of live traffic are under no guard. A run is also asked how many entries it would write
at all (`reverts`): whoever changed five hundred entries at the target by hand did so on purpose.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import translate
from functools import lru_cache

from bridge.settings.amounts import Limit
from bridge.settings.models import GuardSettings

SMALL_GROUP = 20
"""Members; a smaller group may lose any part of them, within the limit on member removals."""

_STEP = re.compile(r" *, *")

REVERTS = Limit(50, 0.05)
DAY = 2
"""Over 24 hours the same limits hold at this many times the number, so that a trickle is seen."""


class Guard(StrEnum):
    """What is counted, each against a budget of its own. The words are the config's keys."""

    DISABLES = "disables"
    DELETES = "deletes"  # and entries of those who left the scope
    MEMBER_REMOVALS = "member_removals"
    GROUP_MEMBERS = "group_members"  # of one group, as a part of it
    RENAMES = "renames"  # and moves
    CLEARS = "clears"
    REVERTS = "reverts"  # entries that a run would write


_WORDS = {
    Guard.DISABLES: "accounts would be disabled",
    Guard.DELETES: "entries would be deleted",
    Guard.MEMBER_REMOVALS: "members would be removed from groups",
    Guard.RENAMES: "entries would be renamed or moved",
    Guard.CLEARS: "entries would lose all values of an attribute",
    Guard.REVERTS: "entries would be written back",
}


@dataclass(frozen=True, slots=True)
class Shrink:
    """How many of its members one group would lose."""

    group: str
    removed: int
    members: int

    @property
    def share(self) -> float:
        """The part that would go."""
        return self.removed / self.members if self.members else 0.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What would be done, in numbers: per guard, and the groups that would lose members."""

    of: Mapping[Guard, int] = field(default_factory=dict)
    shrinks: Sequence[Shrink] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one guard saw, what it allows, and the sentence that says so."""

    guard: Guard
    observed: int
    limit: int
    reason: str

    @property
    def holds(self) -> bool:
        """A person must look first."""
        return self.observed > self.limit


def judge(counts: Counts, linked: int, guards: GuardSettings, *, times: int = 1) -> tuple[Verdict, ...]:
    """Ask every guard, where `linked` entries were linked when the window (or the run) began.

    `times` is `DAY` where the counts are those of 24 hours.
    """
    limits: dict[Guard, Limit] = {
        Guard.DISABLES: guards.disables,
        Guard.DELETES: guards.deletes,
        Guard.MEMBER_REMOVALS: guards.member_removals,
        Guard.RENAMES: guards.renames,
        Guard.CLEARS: guards.clears,
        Guard.REVERTS: REVERTS,
    }
    verdicts = [_count(guard, counts.of.get(guard, 0), times * limit.of(linked)) for guard, limit in limits.items()]
    return (*verdicts, _group(counts.shrinks, guards.group_members))


def holding(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Those that hold."""
    return tuple(verdict for verdict in verdicts if verdict.holds)


def is_protected(locator: str, guards: GuardSettings) -> bool:
    """Whether the entry at this place is never to be written (`protected`: patterns with * and ?, in any case)."""
    return bool(guards.protected) and _any_of(guards.protected).match(_spelled(locator)) is not None


@lru_cache(64)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """The patterns as one, made once: every write asks."""
    return re.compile("|".join(translate(_spelled(pattern)) for pattern in patterns))


def _spelled(place: str) -> str:
    """Letters' case and spaces between the steps of a DN say nothing."""
    return _STEP.sub(",", place.casefold())


def _count(guard: Guard, observed: int, limit: int) -> Verdict:
    return Verdict(guard, observed, limit, f"{observed} {_WORDS[guard]}; {limit} are allowed ({guard})")


def _group(shrinks: Sequence[Shrink], part: Limit) -> Verdict:
    """Judge the group that comes off worst, by how far it is beyond its own limit."""
    large = [shrink for shrink in shrinks if shrink.members >= SMALL_GROUP and shrink.removed]
    if not large:
        return Verdict(
            Guard.GROUP_MEMBERS, 0, 0, f"no group of {SMALL_GROUP} or more would lose members (group_members)"
        )
    worst = max(large, key=lambda shrink: (shrink.removed > _allowed(shrink, part), shrink.share))
    limit = _allowed(worst, part)
    reason = f"group {worst.group} would lose {worst.removed} of {worst.members} members; {limit} are allowed"
    return Verdict(Guard.GROUP_MEMBERS, worst.removed, limit, f"{reason} (group_members)")


def _allowed(shrink: Shrink, part: Limit) -> int:
    """Of this group's members; a share is rounded down, but a number written by hand stands as it is."""
    return max(part.floor, math.floor(part.share * shrink.members))
