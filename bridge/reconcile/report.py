"""What a run came to, as a value, as JSON for the control socket, and as lines for people. Pure.

Attribute names and operations only: who wants to see values looks at the target.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bridge.journal.findings import Finding, Plan, PlanState, Repair, Sort, finding_of, row_of
from bridge.journal.runs import Read, RunState

LISTED = 40
"""Findings of one sort that are printed one by one."""


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a run: how well it read, why not better, and its plan. `run` is None for a dry run."""

    run: int | None
    state: RunState
    reason: str | None
    plan: Plan
    read: Mapping[str, Read] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0: nothing to change, 1: the target was not read well enough to say so, 2: changes."""
        if self.state is not RunState.FINISHED:
            return 1
        return 2 if self.plan.changes else 0


def to_document(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    return {
        "run": report.run,
        "state": report.state,
        "reason": report.reason,
        "exit_code": report.exit_code,
        "read": {kind: {"entries": read.entries, "linked": read.linked} for kind, read in report.read.items()},
        "plan": plan_document(report.plan),
    }


def from_document(document: Mapping[str, Any]) -> Report:
    """The report that `to_document` made into JSON values."""
    read = {kind: Read(**counts) for kind, counts in document["read"].items()}
    plan = plan_from_document(document["plan"])
    return Report(document["run"], RunState(document["state"]), document["reason"], plan, read)


def plan_document(plan: Plan) -> dict[str, Any]:
    """A plan as JSON values."""
    return {
        "id": plan.id,
        "target": plan.target,
        "run": plan.run,
        "state": plan.state,
        "made": plan.made,
        "decided": plan.decided,
        "reason": plan.reason,
        "counts": plan.counts(),
        "changes": plan.changes,
        "revision": plan.revision,
        "findings": [row_of(finding) for finding in plan.findings],
    }


def plan_from_document(document: Mapping[str, Any]) -> Plan:
    """The plan that `plan_document` made into JSON values."""
    return Plan(
        id=document["id"],
        target=document["target"],
        run=document["run"],
        state=PlanState(document["state"]),
        made=document["made"],
        reason=document["reason"],
        decided=document["decided"],
        findings=tuple(map(finding_of, document["findings"])),
        revision=document["revision"],
    )


def render(report: Report) -> list[str]:
    """The report as lines for people."""
    return [*_reading(report), *render_plan(report.plan)]


def render_plan(plan: Plan) -> list[str]:
    """A plan as lines for people: what it is, what it found, and what can be done about it."""
    name, what = _named(plan)
    when = datetime.fromtimestamp(plan.made / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    lines = [f"{name} of {plan.target}, {when}: {what}", f"  {plan.reason}"]
    for sort in Sort:
        lines += _section(sort, [finding for finding in plan.findings if finding.sort is sort])
    if plan.id and plan.state.is_open and plan.changes:
        only = " (one of them: --only USER)" if plan.revision else ""
        lines.append(f"to let it go on: scim-bridge approve {plan.id}{only}; to drop it: scim-bridge reject {plan.id}")
    return lines


def _named(plan: Plan) -> tuple[str, str]:
    if plan.id is not None:
        return f"plan {plan.id}", plan.state
    return ("dry run", "nothing was recorded") if plan.run is None else (f"run {plan.run}", "no plan")


def _reading(report: Report) -> Iterator[str]:
    for kind, read in report.read.items():
        yield f"{kind}: {read.entries} entries read, {read.linked} linked"
    if report.state is RunState.NOT_CREDIBLE:
        yield f"the read is not credible: {report.reason}; nothing was concluded from what was absent"
    elif report.state is RunState.FAILED:
        yield f"the run failed: {report.reason}"


_HEADINGS = {
    Sort.MISSING: "missing (ours, and not at the target)",
    Sort.DIFFERENT: "different (changed at the target by others)",
    Sort.FOREIGN: "foreign (not ours, never written)",
    Sort.DISPUTED: "disputed (a foreign entry where ours should be, never written)",
    Sort.GONE: "gone (removed by others before, held)",
    Sort.HELD: "held (changes that came in above a limit; creates and other changes went on)",
}


def _section(sort: Sort, findings: list[Finding]) -> Iterator[str]:
    if not findings:
        return
    total = sum(finding.count for finding in findings)
    yield f"{total} {_HEADINGS[sort]}"
    listed = [finding for finding in findings if finding.count == 1][:LISTED]
    for finding in listed:
        yield f"  {finding.locator or finding.resource}{_what(finding)}"
    if total > len(listed):
        yield f"  … and {total - len(listed)} more"


_INTENTS = {
    Repair.NONE: "",
    Repair.REVERT: "write back",
    Repair.RECREATE: "make again",
    Repair.AT_ONCE: "needs no approval",
    Repair.HOLD: "make again if approved",
    Repair.DECLINED: "left alone: rejected before",
    Repair.RESTORE: "as it was",
    Repair.PROTECTED: "left alone: protected",
}


_HELD = {
    "disable": "disable",
    "delete": "delete",
    "leave": "lock, and take out of its groups",
    "rename": "rename or move",
    "clear": "clear attributes",
    "members": "remove {} members",
    "adopt": "adopt the entry that is there",
    "overwrite": "write over what the adopted entry holds",
    "strangers": "remove {} members added by others",
}


def _by_whom(finding: Finding) -> str:
    if finding.changed is None:
        return ""
    by, at = finding.changed.by, finding.changed.at
    return (f" by {by}" if by else "") + (f" at {at}" if at else "")


def _what(finding: Finding) -> str:
    if finding.operation is not None:
        return f": {_HELD[finding.operation].format(finding.members_added)} ({finding.name})"
    parts = [f"{operation} {name}" for name, operation in finding.changes]
    if finding.moved:
        parts.append("renamed or moved")
    if finding.members_added:
        parts.append(f"remove {finding.members_added} members added by others")
    if finding.members_removed:
        parts.append(f"add {finding.members_removed} members removed by others")
    intent = _INTENTS[finding.repair]
    told = ", ".join(parts) + _by_whom(finding)
    return (f": {told}" if told else "") + (f" ({intent})" if intent else "")
