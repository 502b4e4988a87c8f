"""One life of the bridge within this process: the real thing, from edge to reconciliation, that can be killed."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from bridge.clock import Clock
from bridge.daemon import house as houses
from bridge.daemon.house import House
from bridge.edge import writes
from bridge.edge.parts import Asked, Client
from bridge.journal import Journal, accept, open_journal
from bridge.journal import journal as journals
from bridge.reconcile import worker as reconciling
from bridge.scim.messages import Search
from bridge.settings import Settings
from connectors.sdk import Plugin
from tests.simulation.loop import HereAndNow, Stuck
from tests.simulation.writer import InlineWriter

KEY = bytes(32)
CLIENT = Client("idp", "default")


class LoopClock:
    """The wall clock of the simulated machine: somebody may set it."""

    def __init__(self, start: int) -> None:
        self.start = start

    def now(self) -> int:
        return self.start + round(asyncio.get_running_loop().time() * 1000)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


class Life:
    """From a start to a kill or a stop."""

    def __init__(self, settings: Settings, plugins: Mapping[str, Plugin], clock: Clock) -> None:
        self._over = False
        self._task: asyncio.Task[None] | None = None
        self.journal: Journal = open_journal(settings.journal.path, KEY, clock)
        self.house = House(settings, self.journal, clock)
        self.house._plugins = plugins

    @property
    def writer(self) -> InlineWriter:
        writer = self.journal._writer
        assert isinstance(writer, InlineWriter)
        return writer

    async def start(self, ended: Callable[[BaseException], None]) -> Life:
        """`ended` hears of a loop that ended without being asked: the daemon would have crashed."""
        await self.house.__aenter__()
        self._task = asyncio.get_running_loop().create_task(self.house.run())
        self._task.add_done_callback(lambda task: None if self._over else ended(task.exception() or Stuck()))
        return self

    async def send(self, method: str, type_: str, id_: str | None, raw: Any) -> str:
        """A SCIM request as it comes out of the gate; the resource's id, once it is on disk."""
        asked = Asked(CLIENT, self.house.edge.types[type_], Search(), id_, raw)
        accepted = await writes.carry_out(self.house.edge, asked, method)
        return accepted.stored.id

    async def kill(self) -> None:
        """kill -9."""
        self._over = True
        self.writer.die()
        await self._let_go()
        self.journal._let_go()

    async def stop(self) -> None:
        """SIGTERM."""
        self._over = True
        await self.house.drain(6.0)
        await self._let_go()
        await self.house.__aexit__()
        await self.journal.close()

    async def _let_go(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def in_memory() -> TemporaryDirectory[str]:
    """A folder for journals, in memory where the machine has such a file system."""
    return TemporaryDirectory(prefix="simulation-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)


@contextmanager
def alone(dice: random.Random) -> Iterator[None]:
    """As long as it lasts, nothing in this process comes by chance, and nothing runs in threads."""
    before = random.getstate()
    random.seed(dice.random())
    with ExitStack() as patches:
        patches.callback(random.setstate, before)
        patches.enter_context(patch.object(journals, "Writer", InlineWriter))
        latency = lambda _: dice.choice((0.0005, 0.002, 0.005, 0.2 * dice.random()))  # noqa: E731
        patches.enter_context(patch.object(InlineWriter, "latency", latency))
        patches.enter_context(patch.object(journals, "WAL_ROOM", 4096))  # nothing is written before it is needed
        patches.enter_context(patch.object(reconciling, "ThreadPoolExecutor", HereAndNow))
        patches.enter_context(patch.object(accept, "new_id", lambda now: f"{now:014}-{dice.getrandbits(64):016x}"))
        patches.enter_context(patch.object(houses, "discover", dict))
        yield
