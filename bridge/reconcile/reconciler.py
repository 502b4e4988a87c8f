"""One reconciliation of one target: read, doubt, compare, plan.

    reading → finished       the plan says what is missing, different, foreign, disputed, gone
            → not_credible   the plan is a report: nothing was concluded from what was absent
            → failed         the target could not be read: no plan

The target is never written here. An approved plan makes links dirty and delivery does the work, so that all its
checks hold. A dry run does the same and records nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import structlog

from bridge.clock import Clock
from bridge.journal import JournalError, links, marks, plans, runs
from bridge.journal.findings import Finding, Plan, PlanState, Repair, Sort
from bridge.journal.journal import Journal
from bridge.journal.runs import Read, RunState
from bridge.journal.scratch import Scratch
from bridge.journal.tx import Tx
from bridge.plans.guards import Verdict
from bridge.reconcile.changers import with_changers
from bridge.reconcile.credible import Reading, doubt
from bridge.reconcile.intend import Policy, in_part, intend, outcome, verdicts_on
from bridge.reconcile.reading import confirm_absences, read_kind, strangers
from bridge.reconcile.report import Report
from bridge.reconcile.worker import Worker, working
from bridge.targets import Health, Target
from connectors.sdk import ConnectorError

log = structlog.get_logger()

MARKED = 500
"""Marks that are kept in one transaction."""


class Reconciler:
    """Reconciles one target, one run at a time."""

    def __init__(self, journal: Journal, target: Target, health: Health, clock: Clock) -> None:
        """`health` is the one that the target's deliveries use: a run passes the same breaker."""
        self._journal = journal
        self._target = target
        self._health = health
        self._clock = clock
        self._alone = asyncio.Lock()

    async def run(self, dry: bool = False, *, fewer: bool = False) -> Report:
        """Reconcile now. What goes wrong is in the report; only a journal that cannot be written raises.

        `fewer`: a person says that the target rightly holds fewer entries than it did.
        """
        async with self._alone:
            name, began = self._target.name, self._clock.monotonic()
            run = None if dry else await self._journal.submit(lambda tx: runs.begin(tx, name))
            log.info("reconcile.started", target=name, run=run, dry=dry)
            report = await self._reconcile(run, fewer)
            if run is not None:
                report = await self._record(run, report)
            _tell(report, round(self._clock.monotonic() - began, 3))
            return report

    async def _reconcile(self, run: int | None, fewer: bool) -> Report:
        if not await self._health.look():
            return self._failed(run, f"the target may not be called now: {self._health.breaker.reason}")
        try:
            async with working(self._journal.path, self._target.name) as worker:
                return await self._look(run, worker, fewer)
        except ConnectorError as error:
            await self._health.heard(error)
            return self._failed(run, error.message)
        except JournalError:  # nothing can be recorded either, not even that
            raise
        except Exception as error:  # a bug of ours or the connector's: this run is over, the daemon is not
            log.error("reconcile.crashed", target=self._target.name, run=run, exc_info=True)
            return self._failed(run, f"{type(error).__name__} in the bridge or the connector; the log has the details")

    async def _look(self, run: int | None, worker: Worker, fewer: bool) -> Report:
        last = self._journal.read(lambda db: runs.last_good(db, self._target.name))
        before = {} if last is None else last.read
        readings = [await read_kind(self._target, worker, rules) for rules in self._target.rules.values()]
        doubts = [reason for r in readings if (reason := doubt(r, before.get(r.kind), fewer=fewer)) is not None]
        if not doubts:
            for rules in self._target.rules.values():
                await confirm_absences(self._target, worker, rules)
        if run is not None:
            await self._keep_marks(worker)
            await self._let_go(await worker.do(Scratch.left_behind))
        found = await worker.do(lambda scratch: _findings(scratch, self._target))
        found = await with_changers(self._target, worker, found)
        read = {r.kind: Read(r.entries, r.ours) for r in readings}
        return await self._plan(run, found, readings, doubts, read)

    async def _keep_marks(self, worker: Worker) -> None:
        """Of all entries that were compared and are as applied; a few at once, for requests are written in between.

        They spare the next run work and nothing else: a journal that takes no writes now goes without.
        """
        name, after = self._target.name, ""
        while alike := await worker.do(partial(Scratch.alike, after=after, limit=MARKED)):
            try:
                await self._journal.submit(partial(marks.keep, target=name, alike=alike))
            except JournalError:
                return
            after = alike[-1].resource

    async def _let_go(self, leavers: Sequence[tuple[str, str]]) -> None:
        """What a leaver left behind was removed or moved by somebody: delivery looks too, and frees the place."""

        def look(tx: Tx) -> None:
            for resource, kind in leavers:
                links.dirty(tx, self._target.name, resource, kind, lane=links.BULK, verify=True)

        if leavers:
            await self._journal.submit(look, reserved=True)

    async def _plan(
        self, run: int | None, found: list[Finding], readings: list[Reading], doubts: list[str], read: dict[str, Read]
    ) -> Report:
        name, settings = self._target.name, self._target.settings
        declined = await self._journal.scan(lambda db: frozenset(f.subject for f in plans.declined(db, name)))
        on_missing = {kind: rules.on_missing for kind, rules in self._target.rules.items()}
        policy = Policy(settings.drift, self._target.guards, on_missing, declined)
        findings = tuple(intend(finding, policy) for finding in found)
        reason = "; ".join(doubts) or None
        if reason is None:
            linked = sum(r.linked for r in readings)
            self._tell_guards(run, verdicts_on(findings, policy, linked))
            state, why = outcome(findings, policy, linked)
            if self._health.paused and state is PlanState.APPROVED:
                state, why = PlanState.HELD, f"the target is paused: {self._health.paused}"
            if state is PlanState.APPROVED and any(finding.repair is Repair.HOLD for finding in findings):
                state, (why, findings) = PlanState.HELD, in_part(findings)
        else:
            state, why = PlanState.REPORTED, f"the read is not credible: {reason}"
        plan = Plan(None, name, run, state, self._clock.now(), why, findings=findings)
        return Report(run, RunState.NOT_CREDIBLE if doubts else RunState.FINISHED, reason, plan, read)

    def _tell_guards(self, run: int | None, verdicts: Sequence[Verdict]) -> None:
        """Every guard says what it saw and what it allows, also when it lets the run pass."""
        seen = [{"guard": each.guard, "observed": each.observed, "limit": each.limit} for each in verdicts]
        event = "guard.held" if any(each.holds for each in verdicts) else "guard.passed"
        log.info(event, target=self._target.name, run=run, operation="reconcile", guards=seen)

    def _failed(self, run: int | None, reason: str) -> Report:
        plan = Plan(None, self._target.name, run, PlanState.REPORTED, self._clock.now(), "the target was not read")
        return Report(run, RunState.FAILED, reason, plan)

    async def _record(self, run: int, report: Report) -> Report:
        """Write how the run ended and what it found, in one transaction with what that releases."""

        def write(tx: Tx) -> Plan:
            runs.end(tx, run, report.state, report.reason, report.read)
            if report.state is RunState.FINISHED:
                plans.supersede(tx, report.plan.target)
            return plans.write(tx, report.plan) if report.plan.findings else report.plan

        return replace(report, plan=await self._journal.submit(write))


def _findings(scratch: Scratch, target: Target) -> list[Finding]:
    """All that was found. Where a place is disputed, that our entry is missing there goes without saying."""
    strange = [finding for rules in target.rules.values() for finding in strangers(scratch, target, rules)]
    disputed = {finding.resource for finding in strange if finding.sort is Sort.DISPUTED}
    ours = [f for f in scratch.found() if f.sort is Sort.DIFFERENT or f.resource not in disputed]
    return ours + strange


def _tell(report: Report, seconds: float) -> None:
    plan = report.plan
    words = {
        "target": plan.target,
        "run": report.run,
        "plan": plan.id,
        "entries": {kind: read.entries for kind, read in report.read.items()},
        "seconds": seconds,
        **plan.counts(),
    }
    match report.state:
        case RunState.FAILED:
            log.warning("reconcile.failed", reason=report.reason, **words)
        case RunState.NOT_CREDIBLE:
            log.warning("reconcile.not_credible", reason=report.reason, **words)
        case _:
            tell = log.warning if plan.state is PlanState.HELD else log.info
            tell("reconcile.finished", state=plan.state, changes=plan.changes, **words)
