"""One thread for one run: its scratch tables are opened, used and closed there, and the loop stays free.

A run that is cancelled leaves at once; what the thread has in hand is finished there, and then it closes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from bridge.journal.scratch import Scratch

T = TypeVar("T")


class Worker:
    """Runs functions of the scratch tables, one at a time."""

    def __init__(self, scratch: Scratch, thread: ThreadPoolExecutor) -> None:
        self._scratch = scratch
        self._thread = thread

    async def do(self, work: Callable[[Scratch], T]) -> T:
        """Run `work` in the run's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._scratch)


@asynccontextmanager
async def working(journal: Path, target: str) -> AsyncIterator[Worker]:
    """Open the scratch tables of a run."""
    thread = ThreadPoolExecutor(1, thread_name_prefix=f"reconcile-{target}")
    try:
        scratch = await asyncio.get_running_loop().run_in_executor(thread, Scratch, journal, target)
        try:
            yield Worker(scratch, thread)
        finally:
            thread.submit(scratch.close)
    finally:
        thread.shutdown(wait=False)
