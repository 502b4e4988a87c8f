"""The gate that every call to a target passes: so many at once, the urgent first, none while the target is down.

After an outage one call goes alone; each that succeeds lets one more go beside it, so that the number doubles with
every round until it is what the target bears. A call that waits when the target goes down is not made: thirty
deliveries in hand must not mean thirty bad binds.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from heapq import heappop, heappush
from itertools import count

from bridge.journal.links import BULK
from connectors.sdk import TargetDown

LANE: ContextVar[int] = ContextVar("lane", default=BULK)
"""The lane of the calls of this task. A delivery sets it; what reads for a run has none, and goes last."""


class NotCalled(TargetDown):
    """The target is down, as an earlier call found; this call was not made."""


class Gate:
    """`most` calls at once; `limit` of them now. Each is made inside `async with gate`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = most
        self._under_way = 0
        self._shut: str | None = None
        self._order = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @property
    def has_plenty(self) -> bool:
        """Whether as many wait as may pass at once: what is made ready now will not be missed for a while."""
        return len(self._waiting) >= self.limit

    async def __aenter__(self) -> None:
        """Wait for a place, and keep it inside. `NotCalled` where the gate is shut, or is shut while this waits."""
        if self._shut is not None:
            raise NotCalled(self._shut)
        if not self._waiting and self._under_way < self.limit:
            self._under_way += 1
            return
        await self._wait()

    async def __aexit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self.limit = min(self.most, self.limit + 1)
        self._leave()

    def shut(self, reason: str) -> None:
        """The target is down: nobody passes, and who waits is sent back."""
        self._shut = reason
        waiting, self._waiting = self._waiting, []
        for _, _, turn in waiting:
            if not turn.done():
                turn.set_exception(NotCalled(reason))

    def open(self) -> None:
        """The target is back, or is reached for the first time; after an outage, one call at first."""
        if self._shut is not None:
            self._shut, self.limit = None, 1

    async def _wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (LANE.get(), next(self._order), turn))
        try:
            await turn  # who lets us in has counted us
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._leave()
            raise

    def _leave(self) -> None:
        self._under_way -= 1
        while self._waiting and self._under_way < self.limit:
            _, _, turn = heappop(self._waiting)
            if not turn.done():
                self._under_way += 1
                turn.set_result(None)
