"""The deliverer of one target: claim what is due, keep as many deliveries under way as the target bears, for ever.

It looks at the target before it claims: while the target is down, paused or in maintenance, or the journal cannot
write, nothing is claimed and nothing is sent. Slow deliveries hold up nobody: room is filled as it comes free.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bridge.clock import Clock
from bridge.delivery.passwords import Passwords
from bridge.delivery.steps import Steps
from bridge.delivery.worker import Worker
from bridge.journal import Connection, Journal, JournalError, links, passwords, resources
from bridge.journal.links import Link
from bridge.journal.passwords import Claimed
from bridge.journal.resources import Stored
from bridge.journal.tx import Tx
from bridge.targets import Health, Target

log = structlog.get_logger()

AHEAD = 8
"""Deliveries under way for each call that the target takes at once: the others read, decide, or wait for the disk."""
URGENT_BESIDE = 2
"""As many times the usual are under way where the rest is urgent: a disable waits for no slow delivery to end."""
LONGEST_SLEEP = 30.0
"""Seconds until the journal is asked again for what is due, whatever it said."""
UNWRITABLE = 0.5
"""Seconds until a journal that cannot write is asked again."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What was claimed at once."""

    links: tuple[Link, ...] = ()
    passwords: tuple[Claimed, ...] = ()

    def __len__(self) -> int:
        return len(self.links) + len(self.passwords)


class Deliverer:
    """One per target. `wake` whenever its links have a new wish."""

    def __init__(
        self,
        journal: Journal,
        target: Target,
        health: Health,
        clock: Clock,
        chance: Callable[[], float] = random.random,
        settled: Callable[[str], None] = lambda _: None,
        after: Callable[[str], Sequence[str]] = lambda _: (),
        closed: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._journal = journal
        self._target = target
        self._health = health
        self._clock = clock
        self._closed = closed
        self._steps = Steps(journal, target.name, clock)
        self._worker = Worker(journal, target, health, clock, chance, settled, after)
        self._passwords = Passwords(journal, target, health, clock, chance)
        self._news = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._draining = False

    def wake(self) -> None:
        """There is new work."""
        self._news.set()

    async def run(self) -> None:
        """Deliver until drained. Raises a `JournalError` only."""
        await self.recover()
        async with asyncio.TaskGroup() as group:
            while not self._draining:
                self._news.clear()
                if not await self._fill(group):
                    await self._rest()

    async def recover(self) -> None:
        """At start: what an earlier process left in the middle of sending is to be looked at."""
        name = self._target.name

        def abandoned(tx: Tx) -> tuple[int, int]:
            return links.abandoned(tx, name), passwords.abandoned(tx, name)

        found, secrets = await self._journal.submit(abandoned, reserved=True)
        if found or secrets:
            log.warning("delivery.resumed", target=name, links=found, passwords=secrets)

    async def deliver_due(self) -> int:
        """Deliver all that is due now, and what that makes due; how many deliveries it took. (For tests and tools.)"""
        count = 0
        await self._look_at_the_clock()
        while await self._may_send() and (claimed := await self._claim(self._limit)):
            async with asyncio.TaskGroup() as group:
                for delivery in self._deliveries(claimed):
                    group.create_task(delivery)
            count += len(claimed)
        return count

    async def drain(self, seconds: float) -> None:
        """Claim nothing more; let what is in hand end within so many seconds, then let go of it.

        What was let go of is `sending` in the journal: after the next start it is looked at, never repeated blindly.
        """
        self._draining = True
        self._news.set()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for task in late:
                task.cancel()

    @property
    def _limit(self) -> int:
        """Deliveries that may be under way; few right after an outage."""
        return self._target.gate.limit * AHEAD

    @property
    def _is_full(self) -> bool:
        return self._limit - len(self._running) < max(1, self._limit // 2)

    async def _fill(self, group: asyncio.TaskGroup) -> bool:
        """Claim as much as there is room for, and where there is none, what is urgent; whether anything was claimed."""
        if not self._journal.writable:
            return False
        await self._look_at_the_clock()
        if not await self._may_send():
            return False
        if self._is_full:
            claimed = await self._claim(URGENT_BESIDE * self._limit - len(self._running), urgent_only=True)
        else:
            claimed = await self._claim(self._limit - len(self._running))
        for delivery in self._deliveries(claimed):
            task = group.create_task(delivery)
            self._running.add(task)
            task.add_done_callback(self._ended)
        return bool(claimed)

    async def _look_at_the_clock(self) -> None:
        if await self._steps.wake():
            self._health.hurry()

    async def _may_send(self) -> bool:
        return not self._health.paused and self._closed() is None and await self._health.look()

    def _deliveries(self, work: _Work) -> Iterator[Coroutine[Any, Any, None]]:
        """Passwords first; the other work on a user waits for that user's own."""
        self._passwords.begin(work.passwords)
        yield from map(self._passwords.deliver, work.passwords)
        yield from (self._deliver(link, stored) for link, stored in self._as_they_are(work.links))

    async def _deliver(self, link: Link, stored: Stored | None) -> None:
        await self._passwords.out_of_the_way(link.resource)
        await self._worker.deliver(link, stored)

    async def _claim(self, limit: int, *, urgent_only: bool = False) -> _Work:
        if self._draining or limit < 1 or self._journal.read(lambda db: self._next_due(db, urgent_only)) is None:
            return _Work()
        try:
            return await self._journal.submit(
                lambda tx: self._take(tx, limit, urgent_only), patient=self._target.gate.has_plenty
            )
        except JournalError:
            if self._journal.writable:
                raise
            return _Work()

    def _take(self, tx: Tx, limit: int, urgent_only: bool) -> _Work:
        """Who is disabled or enabled, then passwords, then all else."""
        name = self._target.name
        if not self._target.settings.password:
            return _Work(tuple(links.claim(tx, name, limit, urgent_only)))
        urgent = links.claim(tx, name, limit, urgent_only=True)
        secrets = passwords.claim(tx, name, limit - len(urgent))
        others = [] if urgent_only else links.claim(tx, name, limit - len(urgent) - len(secrets))
        return _Work((*urgent, *others), tuple(secrets))

    def _next_due(self, db: Connection, urgent_only: bool = False) -> int | None:
        """A password is urgent."""
        name = self._target.name
        due = links.next_due(db, name, urgent_only)
        secret = passwords.next_due(db, name, self._clock.now()) if self._target.settings.password else None
        return min((time for time in (due, secret) if time is not None), default=None)

    def _as_they_are(self, claimed: Sequence[Link]) -> Iterator[tuple[Link, Stored | None]]:
        """Each with its resource, read after all were claimed: a change from now on raises the wish again."""
        if claimed:
            current = self._journal.read(lambda db: resources.by_ids(db, [link.resource for link in claimed]))
            yield from ((link, current.get(link.resource)) for link in claimed)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._news.set()

    async def _rest(self) -> None:
        """Until there is news, something is due, or it is time to look at the target again."""
        try:
            async with asyncio.timeout(self._seconds()):
                await self._news.wait()
        except TimeoutError:
            return

    def _seconds(self) -> float:
        if self._health.paused:
            return LONGEST_SLEEP
        if (end := self._closed()) is not None:
            return min(LONGEST_SLEEP, max(0.01, (end - self._clock.now()) / 1000))
        if not self._journal.writable:
            return UNWRITABLE
        if not self._health.is_open:
            return max(0.05, self._health.seconds_left)
        if self._is_full:
            return LONGEST_SLEEP
        times = (self._journal.read(self._next_due), self._steps.next())
        due = min((time for time in times if time is not None), default=None)
        if due is None:
            return LONGEST_SLEEP
        return min(LONGEST_SLEEP, max(0.01, (due - self._clock.now()) / 1000))
