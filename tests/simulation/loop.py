"""An event loop whose time is a number: where nothing is to be done now, the next timer is due at once.

What the program would do in threads is done here and now, so that one seed is one run, whatever the machine does.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class Stuck(Exception):
    """Nothing is to be done, and nothing ever will be: somebody waits for what does not come."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its `time` is in seconds, and goes on only when everybody waits."""

    def __init__(self) -> None:
        self._seconds = 0.0
        super().__init__(_Selector(self._go_on))

    def time(self) -> float:
        return self._seconds

    def run_in_executor(self, executor: Any, function: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        """Run it here and now."""
        done = self.create_future()
        try:
            done.set_result(function(*arguments))
        except Exception as error:
            done.set_exception(error)
        return done

    def _go_on(self, seconds: float) -> None:
        self._seconds += seconds


class _Selector(selectors.SelectSelector):
    """Waits for nothing, and says for how long it would have."""

    def __init__(self, go_on: Callable[[float], None]) -> None:
        super().__init__()
        self._go_on = go_on

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise Stuck
        if timeout > 0:
            self._go_on(timeout)
        return super().select(0)


class HereAndNow(Executor):
    """In place of a pool of threads."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(function(*arguments, **named))
        except Exception as error:
            done.set_exception(error)
        return done
