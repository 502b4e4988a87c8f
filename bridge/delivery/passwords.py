"""Send the passwords of one target: each is a delivery of its own, before ordinary changes, and harms no other.

Setting a password may be repeated, so an unknown outcome is tried again. What the target does not take is parked alone,
with the target's reason; the rest of the user is delivered as ever.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from bridge.clock import Clock
from bridge.delivery.discretion import discreet, frames
from bridge.delivery.worker import body_of
from bridge.journal import Journal, JournalError, links, passwords, resources
from bridge.journal.links import URGENT
from bridge.journal.passwords import Claimed, Unsent
from bridge.journal.tx import Tx
from bridge.plans.outcome import Outcome, outcome
from bridge.plans.password_states import PasswordEvent, PasswordState, step
from bridge.plans.states import Event
from bridge.targets import Health, Target
from bridge.targets.gate import LANE
from connectors.sdk import IN_HISTORY, ConnectorError, Gone, OutcomeUnknown, Refused

log = structlog.get_logger()

DAILY = 86_400.0
"""Seconds until a refused password is tried again."""


@dataclass
class Passwords:
    """Sends passwords of one target; any number at once. `chance` gives numbers in [0, 1)."""

    journal: Journal
    target: Target
    health: Health
    clock: Clock
    chance: Callable[[], float] = random.random
    _sending: dict[str, asyncio.Event] = field(default_factory=dict)

    def begin(self, claimed: Iterable[Claimed]) -> None:
        """These are about to be sent: who writes to the same users waits for them."""
        self._sending |= {each.resource: asyncio.Event() for each in claimed}

    async def out_of_the_way(self, resource: str) -> None:
        """Until no password of this user is being sent: two never write to one entry at once."""
        if sent := self._sending.get(resource):
            await sent.wait()

    async def deliver(self, claimed: Claimed) -> None:
        """Send and settle. Raises nothing but a `JournalError`."""
        LANE.set(URGENT)
        try:
            await self._send(claimed)
        finally:
            if sent := self._sending.pop(claimed.resource, None):
                sent.set()

    async def _send(self, claimed: Claimed) -> None:
        if claimed.password is None:
            await self.journal.submit(lambda tx: passwords.delivered(tx, claimed), reserved=True)
            self._tell(log.error, "password.unreadable", claimed, remedy="set it again in the identity provider")
        elif not self._is_wanted(claimed):
            waits = Unsent(step(PasswordState.SENDING, PasswordEvent.UNWANTED), self.clock.now(), 0, claimed.unsure)
            await self.journal.submit(lambda tx: passwords.settle(tx, claimed, waits), reserved=True)
        else:
            await self._set(claimed, claimed.password)

    def _is_wanted(self, claimed: Claimed) -> bool:
        """Whether the target shall hold the user now: a matter of scope alone, whatever the mapping says."""
        body = body_of(self.journal.read(lambda db: resources.by_id(db, claimed.resource)))
        rules = self.target.rules.get(claimed.ref.kind)
        return body is not None and rules is not None and rules.in_scope(body)

    async def _set(self, claimed: Claimed, password: str) -> None:
        began = self.clock.monotonic()
        try:
            await self.target.set_password(claimed.ref, password)
        except JournalError:
            raise
        except Exception as error:
            if not _has_arrived_before(error, claimed):
                await self._failed(claimed, discreet(error, password))
                return
        await self.journal.submit(lambda tx: self._delivered(tx, claimed), reserved=True)
        await self.health.succeeded()
        milliseconds = round((self.clock.monotonic() - began) * 1000, 1)
        self._tell(log.info, "password.delivered", claimed, milliseconds=milliseconds)

    def _delivered(self, tx: Tx, claimed: Claimed) -> None:
        """Some targets unlock a new account only when it has a password: the user is tried again."""
        passwords.delivered(tx, claimed)
        if self.target.creates_locked(claimed.ref.kind):
            links.dirty(tx, claimed.target, claimed.resource, claimed.ref.kind)

    async def _failed(self, claimed: Claimed, error: Exception) -> None:
        how = outcome(error, claimed.attempts, self.chance())
        unsent = self._unsent(claimed, how, claimed.unsure or isinstance(error, OutcomeUnknown))

        def settle(tx: Tx) -> None:
            passwords.settle(tx, claimed, unsent)
            if isinstance(error, Gone):  # what that means is the user's own delivery to say
                links.dirty(tx, claimed.target, claimed.resource, claimed.ref.kind, verify=True)

        await self.health.heard(error)
        await self.journal.submit(settle, reserved=True)
        if not isinstance(error, ConnectorError):
            self._tell(log.error, "password.crashed", claimed, error=type(error).__name__, where=frames(error))
        parked = how.event is Event.REFUSED
        trouble = {"error": unsent.error, "code": unsent.code, "reason": unsent.text, "fix": unsent.fix}
        self._tell(
            log.warning if parked else log.info, f"password.{'parked' if parked else 'put_off'}", claimed, **trouble
        )

    def _unsent(self, claimed: Claimed, how: Outcome, unsure: bool) -> Unsent:
        refused = how.event is Event.REFUSED
        event = PasswordEvent.REFUSED if refused else PasswordEvent.PUT_OFF
        trouble = how.trouble
        return Unsent(
            state=step(PasswordState.SENDING, event),
            due=self.clock.now() + round(1000 * (DAILY if refused else how.wait)),
            attempts=claimed.attempts + how.counts,
            unsure=unsure,
            error=trouble.error,
            code=trouble.code,
            text=trouble.text,
            fix=trouble.fix,
        )

    def _tell(self, tell: Callable[..., object], event: str, claimed: Claimed, **more: object) -> None:
        tell(event, target=self.target.name, resource=claimed.resource, attempts=claimed.attempts + 1, **more)


def _has_arrived_before(error: Exception, claimed: Claimed) -> bool:
    """A repeat that the password history refuses: the first sending had come through."""
    return claimed.unsure and isinstance(error, Refused) and error.code == IN_HISTORY
