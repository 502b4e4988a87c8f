"""The requests that wait for a delivery: a bounded number, woken by what workers settle.

What they wait for is the caller's to say (`waiting.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

MOST = 256
"""Requests that may wait at once; one more is answered without."""
LOOK = 1.0
"""Seconds between two looks whether the client is there still: aiohttp tells nobody that it left."""


class Waiters:
    """Who waits for which resource. Woken by what a worker settled, never by the clock alone."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._events: dict[str, set[asyncio.Event]] = {}
        self._count = 0
        self._ended = False

    def __len__(self) -> int:
        """How many wait now."""
        return self._count

    def settled(self, resource: str) -> None:
        """A delivery of the resource was settled, at whatever target."""
        for event in self._events.get(resource, ()):
            event.set()

    def end(self) -> None:
        """The daemon stops: everybody is answered now."""
        self._ended = True
        for resource in self._events:
            self.settled(resource)

    async def until(self, resource: str, seconds: float, is_over: Callable[[], bool]) -> bool:
        """Wait until it is over, or so many seconds; False where nobody more may wait."""
        if self._ended or self._count >= self._most:
            return False
        now = asyncio.get_running_loop().time
        deadline = now() + seconds
        with self._waiting(resource) as event:
            while not is_over() and not self._ended and (left := deadline - now()) > 0:
                event.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(left, LOOK)):
                        await event.wait()
        return True

    @contextmanager
    def _waiting(self, resource: str) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._events.setdefault(resource, set()).add(event)
        self._count += 1
        try:
            yield event
        finally:
            self._count -= 1
            self._events[resource].discard(event)
            if not self._events[resource]:
                del self._events[resource]
