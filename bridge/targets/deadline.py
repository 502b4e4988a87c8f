"""The deadline of each call to a target: as `asyncio.timeout`, but with one timer for all calls instead of one each.

All calls to a target may take equally long, so they are due in the order in which they began: the first that is still
under way says when to look next.
"""

from __future__ import annotations

import asyncio
from itertools import takewhile
from types import TracebackType


class Deadlines:
    """Gives every call `seconds`. Each is made inside `with deadlines.begin()`, which raises `TimeoutError`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._calls: dict[Call, None] = {}  # in the order in which they are due
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> Call:
        """A call of the running task; its time runs from now on."""
        loop = asyncio.get_running_loop()
        call = Call(loop.time() + self._seconds, self._calls)
        self._calls[call] = None
        if self._timer is None:
            self._timer = loop.call_at(call.due, self._look, loop)
        return call

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for call in list(takewhile(lambda call: call.due <= now, self._calls)):
            del self._calls[call]
            call.expire()
        first = next(iter(self._calls), None)
        self._timer = None if first is None else loop.call_at(first.due, self._look, loop)


class Call:
    """One of the calls under way: cancelled when it is due. Who is cancelled by somebody else as well, stays so."""

    __slots__ = ("_calls", "_cancelling", "_expired", "_task", "due")

    def __init__(self, due: float, calls: dict[Call, None]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.due = due
        self._calls = calls
        self._task = task
        self._cancelling = task.cancelling()
        self._expired = False

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._calls.pop(self, None)
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def expire(self) -> None:
        """Its time is up."""
        self._expired = True
        self._task.cancel()
