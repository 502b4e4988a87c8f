"""Wake the links whose next step on the ladder of leaving is due, at the time that stands in the journal.

A clock that jumps makes steps due that nobody could see coming, and so does a bridge that was off: what became due
between two looks at the clock, where the clock went more than a day further than time did, is marked, and the guards
hold it for a person. While the bridge is off time cannot be told from a jump. A clock that goes back makes steps late;
what was put off for a moment must not wait until the old time comes again, so it is due at once.
"""

from __future__ import annotations

import structlog

from bridge.clock import Clock
from bridge.journal import Journal, JournalError, links, passwords, targets
from bridge.journal.holds import DAY, HOUR
from bridge.journal.tx import Tx

log = structlog.get_logger()

BACK = 60_000
"""Milliseconds by which a clock goes back that was set; less is how any clock is kept right."""


class Steps:
    """The steps of one target's leavers."""

    def __init__(self, journal: Journal, target: str, clock: Clock) -> None:
        self._journal = journal
        self._target = target
        self._clock = clock
        self._looked: tuple[int, float] | None = None
        self._noted = 0

    async def wake(self) -> bool:
        """Make due what is due; where the journal cannot write now, the next time. Whether the clock was set back."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        if self._looked is None:
            seen = self._journal.read(lambda db: targets.remembered(db, self._target)).seen
            self._looked = (now if seen is None else seen, monotonic)
        due = self.next()
        jump = now - self._looked[0] - 1000 * (monotonic - self._looked[1])
        late, back = jump > DAY, jump < -BACK
        is_due = due is not None and due <= now
        if is_due or late or back or abs(now - self._noted) >= HOUR:
            try:
                woken = await self._journal.submit(lambda tx: self._wake(tx, now, late, back), reserved=True)
            except JournalError:
                if self._journal.writable:
                    raise
                return False
            self._noted = now
            if late or back:
                log.warning("delivery.clock_jumped", target=self._target, steps=woken, seconds=round(jump / 1000))
        self._looked = (now, monotonic)
        return back

    def next(self) -> int | None:
        """When the next step is due, in milliseconds."""
        return self._journal.read(lambda db: links.next_step(db, self._target))

    def _wake(self, tx: Tx, now: int, late: bool, back: bool) -> int:
        targets.see(tx, self._target, now)
        if back:
            links.hurry(tx, self._target)
            passwords.hurry(tx, self._target)
        return links.wake_steps(tx, self._target, now, late=late)
