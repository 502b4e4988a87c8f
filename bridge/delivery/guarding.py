"""May this be done? Asked before every call that removes something, and never for anything else.

The answer and what it spends are one transaction, on disk before the call is sent: a killed process has spent what it
may have done, and workers side by side cannot spend the same. What is too much becomes a hold; an operation that is
held stays so, whatever room the window gains: time releases nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import structlog

from bridge.delivery.progress import Progress
from bridge.journal import Journal, holds
from bridge.journal.holds import DAY, HOUR, Hold, HoldState, Judged, Operation
from bridge.journal.target_members import Removal
from bridge.journal.tx import Tx
from bridge.plans.budget import Seen, Window, costs, hour_and_day, weigh
from bridge.plans.guards import Guard, Shrink
from bridge.targets import Target

log = structlog.get_logger()

REVERTED = (Operation.RENAME, Operation.CLEAR, Operation.MEMBERS, Operation.STRANGERS)
"""What the approval of a run's plan allows; a run intends no more."""

OF_A_GROUP = (Operation.MEMBERS, Operation.STRANGERS)
"""Each time it may be about other members: that it passed before says nothing."""


LATE = "it became due while the clock jumped, or while the bridge was off, for more than a day"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was decided, why, what the guards saw, and the plan that it joined."""

    allowed: bool
    why: str
    seen: tuple[Seen, ...] = ()
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    judged: Judged
    name: str
    members: int | None = None  # that a group loses; None: it is about the entry alone
    ask: str | None = None  # why a person is asked, whatever the limits say


@dataclass(frozen=True, slots=True)
class Guarding:
    """The guards of one target's live traffic."""

    journal: Journal
    target: Target

    async def may(self, progress: Progress, operation: Operation, subject: str = "", *, ask: str | None = None) -> bool:
        """Whether it may be done to the entry; a deleted group takes its members along. `ask`: a person says so."""
        if operation in progress.asked:
            return progress.asked[operation]
        deletes_group = operation is Operation.DELETE and progress.rules.type == "Group"
        members = self._members(progress) if deletes_group else None
        judged = Judged(self.target.name, progress.link.resource, operation, progress.version, subject)
        why = LATE if progress.link.late else ask
        return await self._ask(progress, _Question(judged, _name(progress), members, why), mark=False)

    async def may_lose(self, progress: Progress, operation: Operation, members: int, subject: str = "") -> bool:
        """Whether the group may lose so many members at once."""
        name, group = self.target.name, progress.link.resource
        ours = operation is Operation.MEMBERS
        waiting = self.journal.read(lambda db: holds.held_members(db, name, group)) if ours else 0
        judged = Judged(name, group, operation, progress.version, subject, members + waiting)
        return await self._ask(progress, _Question(judged, _name(progress), members), mark=ours)

    async def _ask(self, progress: Progress, question: _Question, mark: bool) -> bool:
        def ask(tx: Tx) -> _Answer:
            answer = self._decide(tx, question)
            if not answer.seen:  # decided without a count: what stands there is told all the same
                answer = replace(answer, seen=self._look(tx, question, free=answer.allowed))
            if mark:
                removal = Removal.ALLOWED if answer.allowed else Removal.HELD
                holds.mark_losses(tx, question.judged.target, question.judged.resource, removal)
            return answer

        answer = await self.journal.submit(ask, reserved=True)
        progress.asked[question.judged.operation] = answer.allowed
        _tell(question.judged, answer)
        return answer.allowed

    def _decide(self, tx: Tx, question: _Question) -> _Answer:
        judged = question.judged
        hold = holds.one(tx.db, judged)
        if hold is not None and (answer := self._by_hold(tx, judged, hold)) is not None:
            return answer
        if question.ask is not None:
            return _Answer(False, question.ask, plan=holds.join(tx, judged, question.ask))
        if judged.operation not in OF_A_GROUP and holds.is_spent(tx.db, judged):
            return _Answer(True, "passed before")
        if judged.operation in REVERTED and self._is_granted(tx, judged):
            return _Answer(True, "approved with its run")
        return self._weigh(tx, question)

    def _by_hold(self, tx: Tx, judged: Judged, hold: Hold) -> _Answer | None:
        """What an earlier hold says; None where it says nothing of this."""
        decided = hold.state is not HoldState.HELD
        if judged.operation is Operation.MEMBERS:
            if decided:  # that was about other members: each carries its own decision
                return None
        elif decided and hold.fits(judged):
            return _Answer(hold.state is HoldState.APPROVED, f"{hold.state} by a person")
        if hold.state is HoldState.REJECTED:
            holds.forget(tx, judged, hold)
            return None
        if decided or not hold.fits(judged) or hold.count != judged.count:
            return _Answer(False, hold.reason, plan=holds.join(tx, judged, hold.reason))
        return _Answer(False, hold.reason, plan=hold.plan)

    def _is_granted(self, tx: Tx, judged: Judged) -> bool:
        revert = Judged(judged.target, judged.resource, Operation.REVERT, judged.version)
        grant = holds.one(tx.db, revert)
        return grant is not None and grant.fits(revert)

    def _look(self, tx: Tx, question: _Question, *, free: bool = False) -> tuple[Seen, ...]:
        """What the guards see, with what this would cost; `free`: it costs nothing."""
        judged = question.judged
        cost = costs(judged, question.members or 0)
        cost = dict.fromkeys(cost, 0) if free else cost
        windows = hour_and_day(self._window(tx, judged, "hour", HOUR), self._window(tx, judged, "day", DAY))
        group = None
        if question.members is not None and not free:
            have = holds.members(tx.db, judged.target, judged.resource)
            group = Shrink(question.name, question.members, max(have, question.members))
        return weigh(cost, windows, group, self.target.guards)

    def _weigh(self, tx: Tx, question: _Question) -> _Answer:
        judged, seen = question.judged, self._look(tx, question)
        if above := [each.verdict.reason for each in seen if each.verdict.holds]:
            reason = "; ".join(dict.fromkeys(above))
            return _Answer(False, reason, seen, holds.join(tx, judged, reason))
        linked = holds.linked(tx.db, judged.target, tx.now - HOUR)
        for guard, number in costs(judged, question.members or 0).items():
            holds.spend(tx, judged, guard, number, linked)
        return _Answer(True, "within the limits", seen)

    def _window(self, tx: Tx, judged: Judged, name: str, length: int) -> Window:
        since = tx.now - length
        spent = holds.spent(tx.db, judged.target, since)
        removed = holds.spent_on(tx.db, judged, Guard.MEMBER_REMOVALS, since)
        return Window(name, spent, removed, holds.linked(tx.db, judged.target, since))

    def _members(self, progress: Progress) -> int:
        return self.journal.read(lambda db: holds.members(db, self.target.name, progress.link.resource))


def _name(progress: Progress) -> str:
    return progress.link.locator or progress.link.resource


def _tell(judged: Judged, answer: _Answer) -> None:
    """Every guard says what it saw and what it allows, also when it lets the work pass."""
    log.info(
        "guard.passed" if answer.allowed else "guard.held",
        target=judged.target,
        resource=judged.resource,
        operation=judged.operation,
        reason=answer.why,
        plan=answer.plan,
        guards=[each.as_json() for each in answer.seen],
    )


def digest(subject: str) -> str:
    """What a question is about, short enough to be kept with the answer."""
    return hashlib.sha256(subject.encode()).hexdigest()[:16]
