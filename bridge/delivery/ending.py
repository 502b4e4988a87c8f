"""The end of a delivery: fulfilled, put off or parked. It is settled in the journal, and told in one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from bridge.clock import Clock
from bridge.delivery.progress import NotYet, Occupied, Progress
from bridge.delivery.returning import Returning
from bridge.journal import Journal, allocations, holds, settling, target_members, waking
from bridge.journal.settling import Settle
from bridge.mapping import MappingFailed
from bridge.plans.breaker import WINDOW
from bridge.plans.outcome import Outcome, Trouble, outcome
from bridge.plans.states import Event, State, step
from bridge.targets import Health, Target
from connectors.sdk import ConnectorError, Refused

log = structlog.get_logger()

_OUR_OWN = (
    "mapping",
    "check",
    "name",
    "disputed",
    "protected",
    "leaver",
    "taken",
    "returning",
    "restore",
    "notEnabled",
    "pool",
    "noUnit",
)
"""Codes of refusals that we make ourselves, or that are about one password: they say nothing of the target."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The ends of one target's deliveries."""

    journal: Journal
    target: Target
    health: Health
    clock: Clock
    returning: Returning
    chance: Callable[[], float]
    settled: Callable[[str], None]

    async def fulfilled(self, progress: Progress, began: float) -> None:
        """All was done that may be done. `began`: when the delivery did, by the clock that only goes on."""
        rules = progress.rules.fingerprint
        if all(progress.asked.values()):
            progress.now(rules=rules, version=progress.version, adopted=False)
        else:  # the target does not have this version: a part of it is held
            progress.now(rules=rules)
        await self.settle(progress, Event.FULFILLED)
        if progress.verbs:
            await self.health.succeeded()
        self._tell(progress, began)

    async def put_off(self, progress: Progress, wait: NotYet) -> None:
        """It waits for something else of ours. Mostly that counts as nothing: a conflict after that is the first."""
        trouble = Trouble("Waiting", str(wait))
        how = Outcome(Event.PUT_OFF, trouble, wait.seconds, counts=wait.counts)
        await self.settle(progress, Event.PUT_OFF, how, wait)
        log.info("delivery.waits", target=self.target.name, resource=progress.link.resource, reason=str(wait))

    async def failed(self, progress: Progress, error: Exception) -> None:
        """What the error means decides; a bug of ours or of the connector is told with its traceback."""
        if isinstance(error, MappingFailed):
            error = Refused(error.problem, code="mapping", attribute=error.attribute, fix="mend the mapping")
        how = outcome(error, progress.link.attempts, self.chance())
        expected = isinstance(error, ConnectorError)
        if not expected:
            log.error("delivery.crashed", target=self.target.name, resource=progress.link.resource, exc_info=error)
        await self.health.heard(error)
        if how.event is Event.REFUSED and how.trouble.code not in _OUR_OWN and expected:
            await self._refused(progress, how)
            return
        await self.settle(progress, how.event, how, error if isinstance(error, Occupied) else None)
        self._tell_trouble(progress, how)

    async def _refused(self, progress: Progress, how: Outcome) -> None:
        """Parked, unless it is one of many: then the target is at fault, and nobody is parked for it."""
        trouble = how.trouble
        if not await self.health.refused(trouble.code):
            await self.settle(progress, how.event, how)
            self._tell_trouble(progress, how)
            return
        await self.settle(progress, Event.PUT_OFF, Outcome(Event.PUT_OFF, trouble, counts=False))
        since, name, code = self.clock.now() - WINDOW, self.target.name, trouble.code
        if code is not None:
            await self.journal.submit(lambda tx: waking.unpark(tx, name, code, since), reserved=True)

    async def settle(
        self, progress: Progress, event: Event, how: Outcome | None = None, wait: NotYet | Occupied | None = None
    ) -> None:
        """Write how the link goes on; who waits for its resource hears of it."""
        if how is not None and how.verify:
            progress.now(verify=True)
        if event is Event.REFUSED and progress.link.ref is None:
            progress.now(rules=progress.rules.fingerprint)  # other rules are a reason to try again
        progress.rest_on_the_ladder(fulfilled=event is Event.FULFILLED)
        returns = self.returning.key(progress)
        if returns != progress.link.returns:
            progress.now(returns=returns)
        link = progress.link
        trouble = how.trouble if how else None
        settled = Settle(
            link=link,
            state=step(State.SENDING, event),
            fulfilled=event is Event.FULFILLED,
            due=self.clock.now() + round(1000 * (how.wait if how else 0)),
            attempts=link.attempts + 1 if how and how.counts else link.attempts if how else 0,
            waits_claim=wait.claim if wait else None,
            waits_for=wait.target if wait else None,
            wanted=progress.version,
            error=trouble.error if trouble else None,
            code=trouble.code if trouble else None,
            attribute=trouble.attribute if trouble else None,
            text=trouble.text if trouble else None,
            fix=trouble.fix if trouble else None,
        )
        await self.journal.submit(lambda tx: _write(tx, settled, progress), reserved=True, patient=True)
        self.settled(link.resource)

    def _tell(self, progress: Progress, began: float) -> None:
        """One line per delivery, with everything on it; a delivery that needed no call is told at debug."""
        tell = log.info if progress.verbs else log.debug
        tell(
            "delivery.applied",
            target=self.target.name,
            resource=progress.link.resource,
            kind=progress.kind,
            did=progress.verbs,
            attributes=sorted(progress.attributes),
            version=progress.link.version,
            attempts=progress.before.attempts + 1,
            milliseconds=round((self.clock.monotonic() - began) * 1000, 1),
        )

    def _tell_trouble(self, progress: Progress, how: Outcome) -> None:
        parked = how.event is Event.REFUSED
        tell = log.warning if parked else log.info
        tell(
            "delivery.parked" if parked else "delivery.put_off",
            target=self.target.name,
            resource=progress.link.resource,
            kind=progress.kind,
            did=progress.verbs,
            error=how.trouble.error,
            code=how.trouble.code,
            attribute=how.trouble.attribute,
            reason=how.trouble.text,
            fix=how.trouble.fix,
        )


def _write(tx: Any, settled: Settle, progress: Progress) -> None:
    settling.settle(tx, settled, progress.known)
    if progress.pools and settled.link.ref is not None:
        allocations.use(tx, progress.pools, settled.link.resource)
    if progress.strayed is not None:
        target_members.strayed(tx, settled.link.target, settled.link.resource, progress.strayed)
    if settled.fulfilled and progress.before.held:
        holds.settle(tx, settled.link.target, settled.link.resource, progress.asked)
    if settled.fulfilled and (progress.names or (progress.before.applied and '"ref"' in progress.before.applied)):
        waking.refer(tx, settled.link, progress.names)
