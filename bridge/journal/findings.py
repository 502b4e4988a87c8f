"""Findings and plans as values, and the JSON of a finding's detail.

A finding names attributes and operations, never values: plans are printed, logged and answered to whoever may
look at them, and the values are at the target for who may read them there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from connectors.sdk import Changed


class Sort(StrEnum):
    """What a run found about one entry."""

    MISSING = "missing"  # linked, not in the read, and a direct look confirmed it
    DIFFERENT = "different"  # not as it was applied last
    FOREIGN = "foreign"  # an entry that is not ours: never written
    DISPUTED = "disputed"  # a foreign entry where one of ours should be: never written
    GONE = "gone"  # delivery met it as gone and holds it
    HELD = "held"  # no run found it: a live change above a limit, which waits


class Repair(StrEnum):
    """What a plan intends about a finding."""

    NONE = "none"
    REVERT = "revert"
    RECREATE = "recreate"
    AT_ONCE = "at once"  # released with the plan, within the limits; the rest of it waits for a person
    HOLD = "hold"  # recreate, but only if a person approves the plan: on_missing = "hold"
    DECLINED = "declined"  # a person rejected just this
    RESTORE = "restore"  # as an image holds it: a person asked for it
    PROTECTED = "protected"  # the config says that this entry is never written

    def released(self, *, by_person: bool) -> bool:
        """Whether an approval of the plan, by a person or by the run that made it, leads to a write."""
        if self is Repair.AT_ONCE:
            return not by_person
        return self in (Repair.REVERT, Repair.RECREATE) or (by_person and self in (Repair.HOLD, Repair.RESTORE))


class PlanState(StrEnum):
    """What became of a plan. The first two are open."""

    REPORTED = "reported"
    HELD = "held"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"

    @property
    def is_open(self) -> bool:
        """Whether it may still be approved or rejected."""
        return self in (PlanState.REPORTED, PlanState.HELD)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a plan. `changes` are (attribute, operation) pairs; `count` is above one for a line "and N more"."""

    sort: Sort
    kind: str
    resource: str | None = None
    locator: str | None = None
    wish: int | None = None
    changes: tuple[tuple[str, str], ...] = ()
    members_added: int = 0  # to the group by hand: a revert takes them out again
    members_removed: int = 0  # from the group by hand: a revert puts them back
    members: int = 0  # that the group has at the target
    moved: bool = False
    repair: Repair = Repair.NONE
    count: int = 1
    operation: str | None = None  # what is held
    name: str | None = None  # of whom: as people know them
    why: str | None = None
    at: int | None = None  # the time as of which it is to be restored
    changed: Changed | None = None  # who changed the entry last, where the target tells

    @property
    def subject(self) -> tuple[object, ...]:
        """What a rejection is about: the same finding of the next run has the same subject."""
        members = (self.members_added, self.members_removed)
        return (self.sort, self.resource, self.wish, self.changes, members, self.moved)

    def detail(self) -> str:
        """The JSON of what has no column."""
        document: dict[str, Any] = {"repair": self.repair}
        if self.changes:
            document["changes"] = self.changes
        if self.members_added or self.members_removed:
            document["members"] = {"added": self.members_added, "removed": self.members_removed, "now": self.members}
        if self.moved:
            document["moved"] = True
        if self.count != 1:
            document["count"] = self.count
        if self.operation is not None:
            document |= {"operation": self.operation, "name": self.name, "why": self.why}
        if self.at is not None:
            document["at"] = self.at
        if self.changed is not None:
            document["changed"] = [self.changed.by, self.changed.at]
        return orjson.dumps(document).decode()


@dataclass(frozen=True, slots=True)
class Approval:
    """How many entries an approval released, and how many it left alone because they changed since the read."""

    plan: str
    released: int
    changed_since: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run found and intends. `id` is None for a dry run, `run` for a plan that no run made."""

    id: str | None
    target: str
    run: int | None
    state: PlanState
    made: int
    reason: str
    decided: int | None = None
    findings: tuple[Finding, ...] = ()
    revision: int = 0  # of a plan of held live changes

    def counts(self) -> dict[str, int]:
        """How many findings there are of each sort, those that are not listed one by one included."""
        totals = {str(sort): 0 for sort in Sort if sort is not Sort.HELD}
        for finding in self.findings:
            totals[finding.sort] = totals.get(finding.sort, 0) + finding.count
        return totals

    @property
    def changes(self) -> int:
        """How many entries would be written if it were approved."""
        return sum(finding.repair.released(by_person=True) for finding in self.findings)


def finding_of(row: Mapping[str, Any]) -> Finding:
    """The finding that a row holds (columns and `detail`)."""
    detail = orjson.loads(row["detail"])
    members = detail.get("members", {})
    return Finding(
        sort=Sort(row["sort"]),
        kind=row["kind"],
        resource=row["resource"],
        locator=row["locator"],
        wish=row["wish"],
        changes=tuple((name, operation) for name, operation in detail.get("changes", ())),
        members_added=members.get("added", 0),
        members_removed=members.get("removed", 0),
        members=members.get("now", 0),
        moved=detail.get("moved", False),
        repair=Repair(detail["repair"]),
        count=detail.get("count", 1),
        operation=detail.get("operation"),
        name=detail.get("name"),
        why=detail.get("why"),
        at=detail.get("at"),
        changed=Changed(*detail["changed"]) if "changed" in detail else None,
    )


def row_of(finding: Finding) -> dict[str, Any]:
    """The columns of a finding's row."""
    return {
        "sort": finding.sort,
        "kind": finding.kind,
        "resource": finding.resource,
        "locator": finding.locator,
        "wish": finding.wish,
        "detail": finding.detail(),
    }
