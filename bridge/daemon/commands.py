"""What an operator can ask for, as functions: the daemon answers them over its control socket; without a daemon the
CLI opens the journal and calls them itself.

What changes something is recorded in the journal's chain, in the same transaction, with who asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from bridge.clock import Clock
from bridge.daemon.control.protocol import CommandFailed, Question
from bridge.daemon.mending import Mending
from bridge.daemon.status import status
from bridge.daemon.tokens import Tokens
from bridge.daemon.wiring import Unit
from bridge.journal import Journal, actions, plans, restoring, targets
from bridge.journal.actions import Action, operator
from bridge.journal.backup import BackupFailed, backup
from bridge.journal.plans import PlanDecided, PlanUnknown
from bridge.journal.tx import Tx
from bridge.reconcile.report import plan_document, to_document


class Commands:
    """`units` is looked at anew for each command: a reload exchanges it."""

    def __init__(
        self, journal: Journal, units: Mapping[str, Unit], tokens: Tokens, clock: Clock, *, running: bool
    ) -> None:
        self._journal = journal
        self._units = units
        self._clock = clock
        self._running = running
        self._mending = mending = Mending(journal, units, clock)
        self._answers: Mapping[str, Callable[[Question], Awaitable[Any]]] = {
            "status": lambda _: self.status(),
            "plan": self._plan,
            "reconcile": lambda question: self._reconcile(question, dry=False),
            "plans": lambda _: self._plans(),
            "approve": self._approve,
            "reject": lambda question: self._decide(question, _reject),
            "pause": self._pause,
            "resume": self._pause,
            "probe": self._probe,
            "restore": self._restore,
            "backup": self._backup,
            "why": mending.why,
            "links": mending.show,
            "relink": mending.relink,
            "unlink": mending.unlink,
            "deliveries": mending.deliveries,
            "retry": mending.retry,
            "token add": tokens.add,
            "token list": tokens.listed,
            "token rotate": tokens.rotate,
            "token revoke": tokens.revoke,
        }

    async def answer(self, question: Question) -> Any:
        """Carry out one command; `CommandFailed` where it cannot be."""
        answers = self._answers.get(question.command)
        if answers is None:
            command = question.command
            raise CommandFailed(f"the daemon knows no command {command!r}; is it another version than the CLI?")
        return await answers(question)

    async def status(self) -> dict[str, Any]:
        """The status document, of the targets that there are when it is asked for: a reload may exchange them."""
        units = dict(self._units)
        settings = [unit.target.settings for unit in units.values()]
        shown = await status(self._journal, settings, self._clock, running=self._running)
        for name, unit in units.items():
            shown["targets"][name]["closed_until"] = unit.closed()
        return shown

    async def _reconcile(self, question: Question, *, dry: bool) -> dict[str, Any]:
        unit = self._mending.unit(question.subject)
        if not await unit.health.look():
            raise CommandFailed(
                f"{question.subject} cannot be read now: {unit.health.breaker.reason}; "
                f"it is looked at again in {unit.health.seconds_left:.0f} s"
            )
        if not dry:
            await self._journal.submit(lambda tx: _record(tx, question))
        return to_document(await unit.reconciler.run(dry=dry, fewer=bool(question.options.get("fewer"))))

    async def _plan(self, question: Question) -> dict[str, Any]:
        """The plan of this id; where none has it, a dry run of the target of this name."""
        name = question.subject or ""
        plan = None if name in self._units else await self._journal.scan(lambda db: plans.get(db, name))
        if plan is None:
            return await self._reconcile(question, dry=True)
        return {"plan": plan_document(plan), "exit_code": 2 if plan.state.is_open else 0}

    async def _plans(self) -> list[dict[str, Any]]:
        return [plan_document(plan) for plan in await self._journal.scan(plans.listing)]

    async def _approve(self, question: Question) -> dict[str, Any]:
        only = question.options.get("only")
        return await self._decide(question, lambda tx, plan: _approve(tx, plan, only))

    async def _decide(self, question: Question, decide: Callable[[Tx, str], dict[str, Any]]) -> dict[str, Any]:
        def work(tx: Tx) -> dict[str, Any]:
            answer = decide(tx, question.subject or "")
            _record(tx, question, answer)
            return answer

        try:
            answer = await self._journal.submit(work)
        except (PlanUnknown, PlanDecided) as error:
            raise CommandFailed(str(error)) from None
        self._look_again()
        return answer

    async def _restore(self, question: Question) -> dict[str, Any]:
        """Make a plan that puts an entry back as it was; nothing is written until it is approved."""
        target = self._mending.unit(question.options.get("target")).target.name
        at, name = int(question.options.get("at", 0)), question.subject or ""

        def work(tx: Tx) -> dict[str, Any]:
            plan = restoring.propose(tx, target, name, at)
            _record(tx, question, {"plan": plan.id})
            return plan_document(plan)

        try:
            return await self._journal.submit(work)
        except restoring.NothingToRestore as error:
            raise CommandFailed(str(error)) from None

    async def _pause(self, question: Question) -> dict[str, Any]:
        """Stop or start writing to a target; what is in hand is finished."""
        name = self._mending.unit(question.subject).target.name

        def work(tx: Tx) -> bool:
            if question.command == "resume":
                changed = targets.resume(tx, name)
            else:
                reason = question.options.get("reason") or "by an operator"
                changed = targets.remembered(tx.db, name).paused != reason
                targets.pause(tx, name, reason)
            _record(tx, question)
            return changed

        changed = await self._journal.submit(work)
        self._look_again()
        return {"target": name, "paused": self._units[name].health.paused, "changed": changed}

    async def _probe(self, question: Question) -> dict[str, Any]:
        """Look at a target now, whenever its breaker would have; what it says of itself."""
        unit = self._mending.unit(question.subject)
        began = self._clock.monotonic()
        reached = await unit.health.look(now=True)
        milliseconds = round(1000 * (self._clock.monotonic() - began))
        await self._journal.submit(lambda tx: _record(tx, question))
        unit.deliverer.wake()
        return probe_document(unit, reached=reached) | {"milliseconds": milliseconds}

    def _look_again(self) -> None:
        """Whether targets are paused may have changed."""
        for unit in self._units.values():
            unit.health.reread()
            unit.deliverer.wake()

    async def _backup(self, question: Question) -> dict[str, Any]:
        try:
            copy = await backup(self._journal, Path(question.subject or ""))
        except BackupFailed as error:
            raise CommandFailed(str(error)) from None
        await self._journal.submit(lambda tx: _record(tx, question))
        return {"file": str(copy.file), "bytes": copy.bytes, "seq": copy.end.seq, "chain": copy.end.chain.hex()}


def probe_document(unit: Unit, *, reached: bool) -> dict[str, Any]:
    """What a look at a target came to: what it is, or why it was not reached and when it is looked at next."""
    breaker, probe = unit.health.breaker, unit.target.probed if reached else None
    told = {"target": unit.target.name, "reached": reached, "cause": breaker.cause, "reason": breaker.reason}
    told["retry_at"] = None if reached else breaker.retry_at
    if probe is None:
        return told
    return told | {
        "server": probe.server,
        "capabilities": sorted(unit.target.capabilities),
        "identity": probe.identity,
        "limits": dict(probe.limits),
        "facts": dict(probe.facts),
        "warnings": list(probe.warnings),
        "untouchable": list(probe.untouchable),
    }


def _approve(tx: Tx, plan: str, only: str | None) -> dict[str, Any]:
    approval = plans.approve(tx, plan, only)
    if only is None:
        targets.resume_by_plan(tx, plan)
    return {"plan": approval.plan, "released": approval.released, "changed_since": approval.changed_since}


def _reject(tx: Tx, plan: str) -> dict[str, Any]:
    return plan_document(plans.reject(tx, plan))


_TOLD = ("released", "changed_since", "revision", "plan")


def _record(tx: Tx, question: Question, answer: Mapping[str, Any] | None = None) -> None:
    """Keep what was asked, and in numbers what came of it."""
    detail = {**question.options, **{name: value for name, value in (answer or {}).items() if name in _TOLD}}
    actions.record(tx, Action(operator(question.uid), question.command, question.subject or "", detail))
