"""From findings to a plan: what would be done about each, whether that is too much, and who decides. Pure.

Nothing is ever intended about entries that are not ours, or about places that others hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bridge.journal.findings import Finding, PlanState, Repair, Sort
from bridge.plans.guards import Counts, Guard, Shrink, Verdict, holding, is_protected, judge
from bridge.settings.kinds import OnMissing
from bridge.settings.models import GuardSettings


@dataclass(frozen=True, slots=True)
class Policy:
    """What the target's settings and people say. `declined` holds the subjects of rejected findings."""

    drift: str
    guards: GuardSettings
    on_missing: Mapping[str, OnMissing]
    declined: Collection[tuple[object, ...]] = field(default_factory=frozenset)


def intend(finding: Finding, policy: Policy) -> Finding:
    """Say what a plan intends about the finding."""
    return replace(finding, repair=_repair(finding, policy))


def _repair(finding: Finding, policy: Policy) -> Repair:
    if finding.sort in (Sort.FOREIGN, Sort.DISPUTED):
        return Repair.NONE
    if finding.locator is not None and is_protected(finding.locator, policy.guards):
        return Repair.PROTECTED
    if finding.subject in policy.declined:
        return Repair.DECLINED
    if finding.sort is Sort.DIFFERENT:
        return Repair.REVERT
    return Repair.RECREATE if policy.on_missing[finding.kind] is OnMissing.RECREATE else Repair.HOLD


def outcome(findings: Sequence[Finding], policy: Policy, linked: int) -> tuple[PlanState, str]:
    """The state of a plan of these findings, and why it is in it; `linked` entries were linked when the run began."""
    writes = [finding for finding in findings if finding.repair.released(by_person=False)]
    asks = [finding for finding in findings if finding.repair is Repair.HOLD]
    if not writes and not asks:
        return PlanState.REPORTED, "nothing to repair"
    if policy.drift == "report":
        return PlanState.REPORTED, 'drift = "report": nothing is repaired unless the plan is approved'
    verdicts = verdicts_on(findings, policy, linked)
    if held := holding(verdicts):
        return PlanState.HELD, "above the limits: " + "; ".join(verdict.reason for verdict in held)
    if not writes:
        return PlanState.HELD, _missing(len(asks))
    (reverts,) = (verdict for verdict in verdicts if verdict.guard is Guard.REVERTS)
    return PlanState.APPROVED, f'drift = "revert", within the limits: {reverts.reason}'


def in_part(findings: Sequence[Finding]) -> tuple[str, tuple[Finding, ...]]:
    """Why an approved plan stays open that asks for a person too, and its findings: what needs nobody goes at once."""
    asked = sum(finding.repair is Repair.HOLD for finding in findings)
    rest = tuple(replace(f, repair=Repair.AT_ONCE) if f.repair.released(by_person=False) else f for f in findings)
    return f"{_missing(asked)}; the rest needs no approval", rest


def _missing(count: int) -> str:
    return f'{count} entries are missing and on_missing = "hold": approve to make them again'


def verdicts_on(findings: Iterable[Finding], policy: Policy, linked: int) -> tuple[Verdict, ...]:
    """What each guard sees in the repairs that nobody need approve, and what it allows."""
    return judge(count(f for f in findings if f.repair.released(by_person=False)), linked, policy.guards)


def count(findings: Iterable[Finding]) -> Counts:
    """What the repair of these findings would do, in the numbers that guards ask for."""
    of = dict.fromkeys(Guard, 0)
    shrinks = []
    for finding in findings:
        of[Guard.REVERTS] += 1
        of[Guard.RENAMES] += finding.moved
        of[Guard.CLEARS] += any(operation == "clear" for _, operation in finding.changes)
        of[Guard.MEMBER_REMOVALS] += finding.members_added
        if finding.members_added:
            shrinks.append(Shrink(finding.locator or "?", finding.members_added, finding.members))
    return Counts(of, shrinks)
