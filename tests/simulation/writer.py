"""The journal's writer without its thread: the same code, in turns of the loop that come after a while.

The SQL is the real one, on a real file (in memory, where the machine has such a file system).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from bridge.journal.errors import JournalClosed
from bridge.journal.tx import Tx
from bridge.journal.writer import RETRY, Writer

T = TypeVar("T")


class InlineWriter(Writer):
    """`latency` is how many seconds a turn is away."""

    latency: Callable[[InlineWriter], float] = lambda _: 0.001

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._comes = False
        self._dead = False

    async def submit(self, work: Callable[[Tx], T], **how: bool) -> T:
        if self._dead:
            raise JournalClosed("this process is dead")
        self._loop = asyncio.get_running_loop()
        return await super().submit(work, **how)

    def _hand_over(self) -> None:
        super()._hand_over()
        self._come_in(self.latency())

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        super()._hand_over()
        while not self._jobs.empty():
            self._turn(wait=False)
        self._finish(self._held, JournalClosed("the journal could not write until it was closed"))
        self._checkpoint("TRUNCATE")
        self._db.close()

    def die(self) -> None:
        """kill -9: what is not committed is gone, and nobody is answered."""
        self._dead = self._closed = True
        super()._hand_over()
        waiting, self._held = self._held, []
        while not self._jobs.empty():
            job = self._jobs.get_nowait()
            waiting += [job] if job is not None else []
        for job in waiting:
            if not job.future.done():
                job.future.set_exception(JournalClosed("this process is dead"))
        self._db.close()

    def fill(self, full: bool) -> None:
        """The disk takes no more pages than there are, or as many as one likes."""
        if self._closed:
            return
        pages = 0x7FFFFFFE
        if full:
            (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        self._db.execute(f"PRAGMA max_page_count = {pages}")

    def _come_in(self, seconds: float) -> None:
        if not self._comes and self._loop is not None:
            self._comes = True
            self._loop.call_later(seconds, self._come)

    def _come(self) -> None:
        self._comes = False
        if self._closed:
            return
        self._turn(wait=False)
        while self._copies:
            self._copy(self._copies.pop())
        if self.failing or self._held:
            self._come_in(RETRY)
        elif not self._jobs.empty():
            self._come_in(self.latency())
