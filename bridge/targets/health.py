"""Whether a target may be called: its breaker, kept in the journal, and the one probe that closes it again; and whether
it may be written to: a person, or a journal that was put back, may have paused it.

Every target is probed before its first call. Its identity is remembered: another place under the same address is
never written.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace

import structlog

from bridge.clock import Clock
from bridge.journal import Journal, JournalError, targets
from bridge.plans.breaker import (
    Breaker,
    BreakerState,
    Refusals,
    after_error,
    after_probe,
    after_success,
    looking,
)
from bridge.targets.gate import NotCalled
from bridge.targets.target import Target
from connectors.sdk import ConnectorError, Refused, TargetDown, TargetMisconfigured, Throttled

log = structlog.get_logger()


class Health:
    """The breaker of one target. `chance` gives numbers in [0, 1)."""

    def __init__(
        self, journal: Journal, target: Target, clock: Clock, chance: Callable[[], float] = random.random
    ) -> None:
        self._journal = journal
        self._target = target
        self._clock = clock
        self._chance = chance
        known = journal.read(lambda db: targets.remembered(db, target.name))
        self.breaker = Breaker(BreakerState(known.breaker), known.cause, known.reason, known.failures, known.retry_at)
        self._identity = known.identity
        self.paused = known.paused
        self.until_plan = known.until_plan
        if self.breaker.state is not BreakerState.CLOSED:
            target.shut(self.breaker.reason or "it is down")
        self._refusals = Refusals()
        self._probed = False
        self._looking = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        """Whether calls may be made."""
        return self._probed and self.breaker.state is BreakerState.CLOSED

    def reread(self) -> None:
        """Look up in the journal whether the target is paused."""
        known = self._journal.read(lambda db: targets.remembered(db, self._target.name))
        self.paused, self.until_plan = known.paused, known.until_plan

    @property
    def seconds_left(self) -> float:
        """Until the next look at the target."""
        if self.breaker.retry_at is None:
            return 0.0
        return max(0.0, (self.breaker.retry_at - self._clock.now()) / 1000)

    def hurry(self) -> None:
        """A target that is down is looked at now: the time that was meant no longer says anything."""
        self.breaker = replace(self.breaker, retry_at=None)

    async def look(self, *, now: bool = False) -> bool:
        """Probe the target if it is time to, or a person wants it `now`; whether calls may be made. One at a time."""
        async with self._looking:
            if not now and self.is_open:
                return True
            if not now and self.seconds_left > 0:
                return False
            await self._set(looking(self.breaker))
            try:
                probe = await self._target.probe()
                await self._recognise(probe.identity)
            except (TargetDown, TargetMisconfigured, Throttled) as error:
                await self.heard(error)
                return False
            except ConnectorError as error:  # who cannot even be looked at is not asked twenty times a second
                await self.heard(TargetMisconfigured(f"it cannot be looked at: {error.message}", code=error.code))
                return False
            except JournalError:
                raise
            except Exception as error:  # a bug of the connector must not end the bridge
                log.error("target.probe_crashed", target=self._target.name, exc_info=True)
                await self.heard(TargetMisconfigured(f"the connector failed ({type(error).__name__}); see the log"))
                return False
            await self._came_back(probe.server, probe.warnings)
            return True

    async def heard(self, error: Exception) -> None:
        """An error came of a call: open the breaker where it is the target's."""
        if isinstance(error, (Refused, NotCalled)):
            return
        await self._open(after_error(self.breaker, error, self._clock.now(), self._chance()))

    async def refused(self, code: str | None) -> bool:
        """A resource was refused; whether that makes it a fault of the target, and the breaker is open now."""
        if not self._refusals.note(self._clock.now(), code or "refused"):
            return False
        self._refusals = Refusals()
        reason = f"the target refuses nearly everything with code {code}: look at its rights, schema and policies"
        error = TargetMisconfigured(reason, code=code)
        await self._open(after_error(self.breaker, error, self._clock.now(), self._chance()))
        return True

    async def succeeded(self) -> None:
        """A write succeeded."""
        self._refusals.note(self._clock.now(), None)
        await self._set(after_success(self.breaker))

    async def _open(self, breaker: Breaker) -> None:
        if breaker is self.breaker:
            return
        if self.breaker.state is BreakerState.CLOSED or self.breaker.cause != breaker.cause:
            log.warning("target.went_down", target=self._target.name, cause=breaker.cause, reason=breaker.reason)
        self._target.shut(breaker.reason or "it is down")
        await self._set(breaker)

    async def _came_back(self, server: str, warnings: tuple[str, ...]) -> None:
        if not self._probed or self.breaker.cause is not None:
            log.info("target.came_up", target=self._target.name, server=server)
            for warning in warnings:
                log.warning("target.warned", target=self._target.name, warning=warning)
        self._target.unshut()
        self._probed = True
        await self._set(after_probe(self.breaker))

    async def _recognise(self, identity: str | None) -> None:
        if identity is None or identity == self._identity:
            return
        if self._identity is not None:
            raise TargetMisconfigured(
                "this is another place than before (its base has another id): nothing is written there. If that is "
                "meant, give the target a new name in the config",
                code="identity",
            )
        self._identity = identity
        await self._journal.submit(lambda tx: targets.identify(tx, self._target.name, identity), reserved=True)

    async def _set(self, breaker: Breaker) -> None:
        if breaker == self.breaker:
            return
        self.breaker = breaker
        await self._journal.submit(
            lambda tx: targets.save(
                tx,
                self._target.name,
                breaker=breaker.state,
                cause=breaker.cause,
                reason=breaker.reason,
                failures=breaker.failures,
                retry_at=breaker.retry_at,
            ),
            reserved=True,
        )
