"""What an operation of live traffic costs of which budget, and whether that is left. Pure; `guards.py` has the limits.

The consequences of one resource count once: who is deleted leaves its groups for nothing, a group that is deleted takes
its members along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.journal.holds import Judged, Operation
from bridge.plans.guards import DAY, Counts, Guard, Shrink, Verdict, judge
from bridge.settings.models import GuardSettings

_OWN: Mapping[Operation, Guard] = {
    Operation.DISABLE: Guard.DISABLES,
    Operation.DELETE: Guard.DELETES,
    Operation.LEAVE: Guard.DELETES,
    Operation.RENAME: Guard.RENAMES,
    Operation.CLEAR: Guard.CLEARS,
}


@dataclass(frozen=True, slots=True)
class Window:
    """What passed within it: by guard, and members of the group in question; and how many entries were linked."""

    name: str
    spent: Mapping[str, int]
    removed: int
    linked: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """One guard's verdict within one window."""

    window: str
    verdict: Verdict

    def as_json(self) -> dict[str, object]:
        return {
            "guard": self.verdict.guard,
            "window": self.window,
            "observed": self.verdict.observed,
            "limit": self.verdict.limit,
        }


def costs(judged: Judged, members: int) -> dict[Guard, int]:
    """What the operation takes of each budget; `members` are removed from a group by it."""
    cost = {_OWN[judged.operation]: 1} if judged.operation in _OWN else {}
    return cost | ({Guard.MEMBER_REMOVALS: members} if members else {})


def weigh(
    cost: Mapping[Guard, int], windows: tuple[Window, ...], group: Shrink | None, guards: GuardSettings
) -> tuple[Seen, ...]:
    """Ask the guards that the cost concerns, in each window; `group` is what one group would lose now."""
    asked = {*cost, *([Guard.GROUP_MEMBERS] if group else [])}
    seen = []
    for window in windows:
        of = {guard: window.spent.get(guard, 0) + number for guard, number in cost.items()}
        counts = Counts(of, [_within(group, window)] if group else [])
        verdicts = judge(counts, window.linked, guards, times=window.times)
        seen += [Seen(window.name, verdict) for verdict in verdicts if verdict.guard in asked]
    return tuple(seen)


def hour_and_day(hour: Window, day: Window) -> tuple[Window, Window]:
    """The two windows that are asked: over a day, twice the number is allowed."""
    return hour, Window(day.name, day.spent, day.removed, day.linked, DAY)


def _within(group: Shrink, window: Window) -> Shrink:
    """The group as it was when the window began, and all that it lost since."""
    return Shrink(group.group, group.removed + window.removed, group.members + window.removed)
