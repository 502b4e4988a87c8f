"""Die at a step of delivery, each in turn, and live on: the targets must hold what they would have held anyway.

A step is a commit of the journal or a writing call of a connector, on its way there and on its way back. The bridge
runs in this process with the real connectors; at its last step everything of it stops where it is, what is not on disk
is gone, and another life begins on the same journal. What was sent is carried out: the target does not die with us.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from bridge.clock import SystemClock
from bridge.journal import journal as journals
from bridge.journal.standing import standing
from bridge.journal.writer import Tx
from bridge.settings import Settings
from connectors.sdk import Connector, Context, Plugin
from tests.daemon import GROUP, PATCH, USER
from tests.simulation.life import Life, alone, in_memory
from tests.simulation.writer import InlineWriter

WRITES = ("create", "update", "delete", "activate", "update_members")
PATIENCE = 30.0
"""Seconds within which everything must have arrived."""
T = TypeVar("T")


@dataclass
class Steps:
    """Counts steps, but those of the `client`; the last is never over, nor is any after it."""

    client: asyncio.Task[Any] | None
    last: int | None = None
    count: int = 0
    died: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def step(self) -> None:
        self.news.set()
        if asyncio.current_task() is self.client:
            return
        self.count += 1
        if self.count == self.last:
            self.died.set()
        if self.died.is_set():
            await asyncio.Event().wait()


class Watched:
    """A connector whose writing calls are steps; it outlives the lives that use it, as what is sent outlives them."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._sent: set[asyncio.Task[Any]] = set()
        self.steps = Steps(None)

    async def arrived(self) -> None:
        """What was sent has been carried out."""
        await asyncio.gather(*self._sent, return_exceptions=True)

    async def open(self) -> None:
        return

    async def close(self) -> None:
        return

    def __getattr__(self, name: str) -> Any:
        made = getattr(self._connector, name)
        return partial(self._call, made) if name in WRITES else made

    async def _call(self, call: Callable[..., Any], *arguments: Any) -> Any:
        await self.steps.step()
        sent = asyncio.create_task(call(*arguments))
        self._sent.add(sent)
        sent.add_done_callback(self._sent.discard)
        answer = await asyncio.shield(sent)
        await self.steps.step()
        return answer


class StepWriter(InlineWriter):
    """A writer whose commits are steps."""

    steps = Steps(None)

    async def submit(self, work: Callable[[Tx], T], **how: bool) -> T:
        if not self._dead:
            await self.steps.step()
        done = await super().submit(work, **how)
        await self.steps.step()
        return done


@dataclass
class Story:
    """Users and a group whose names begin with `prefix`: made, then renamed, disabled, joined, then deleted."""

    prefix: str
    ids: dict[str, str] = field(default_factory=dict)

    async def begin(self, life: Life) -> None:
        for name in ("ada", "bea", "cid"):
            body = {"userName": self.prefix + name, "title": "t1", "active": True, "name": {"familyName": "Steps"}}
            self.ids[name] = await life.send("POST", "User", None, {"schemas": [USER], **body})
        members = [{"value": self.ids["ada"]}, {"value": self.ids["bea"]}]
        group = {"schemas": [GROUP], "displayName": f"{self.prefix}team", "members": members}
        self.ids["team"] = await life.send("POST", "Group", None, group)

    async def change(self, life: Life) -> None:
        await self._patch(life, "ada", {"userName": f"{self.prefix}lovelace"})
        await self._patch(life, "bea", {"active": False})
        await self._patch(life, "cid", {"title": "t2"})
        join = {"op": "add", "path": "members", "value": [{"value": self.ids["cid"]}]}
        await life.send("PATCH", "Group", self.ids["team"], {"schemas": [PATCH], "Operations": [join]})

    async def end(self, life: Life) -> None:
        await life.send("DELETE", "User", self.ids["ada"], None)

    async def _patch(self, life: Life, name: str, value: dict[str, Any]) -> None:
        operation = {"op": "replace", "value": value}
        await life.send("PATCH", "User", self.ids[name], {"schemas": [PATCH], "Operations": [operation]})


async def play(settings: Settings, watched: Mapping[str, Watched], story: Story, last: int | None = None) -> int:
    """Play the story, dying at this step, if there is one; how many steps it took until then."""
    steps = StepWriter.steps = Steps(asyncio.current_task(), last)
    for each in watched.values():
        each.steps = steps
    life = await _born(settings, watched)
    for chapter in (story.begin, story.change, story.end):
        await chapter(life)
        if not await _arrived(life, watched, steps):
            await life.kill()
            await asyncio.gather(*(each.arrived() for each in watched.values()))
            steps.died, steps.last = asyncio.Event(), None
            life = await _born(settings, watched)
            await _arrived(life, watched, steps)
    await life.stop()
    return steps.count


async def _born(settings: Settings, watched: Mapping[str, Watched]) -> Life:
    def build(_: Any, context: Context) -> Any:
        return watched[context.target]

    names = {target.connector: type(target.own) for target in settings.targets.values()}
    plugins = {name: Plugin(name, own, build) for name, own in names.items()}
    return await Life(settings, plugins, SystemClock()).start(lambda error: None)


async def _arrived(life: Life, targets: Iterable[str], steps: Steps) -> bool:
    """Wait until every target has everything; False if we died before."""
    async with asyncio.timeout(PATIENCE):
        while not steps.died.is_set():
            steps.news.clear()
            if all(life.journal.read(lambda db, name=name: standing(db, name)).backlog == 0 for name in targets):
                return True
            await steps.news.wait()
    return False


@contextmanager
def stepping(settings: Settings, watched: Mapping[str, Watched]) -> Iterator[Callable[..., int]]:
    """`play` as a plain function, on a loop on which the connectors stay open; journals are in memory, if may be."""
    with (
        asyncio.Runner() as runner,
        in_memory() as folder,
        alone(random.Random(0)),
        patch.object(journals, "Writer", StepWriter),
        patch.object(InlineWriter, "latency", lambda _: 0.0),
    ):
        for each in watched.values():
            runner.run(each._connector.open())
        try:
            yield lambda story, last=None: runner.run(play(_apart(settings, folder, story), watched, story, last))
        finally:
            for each in watched.values():
                runner.run(each._connector.close())


def _apart(settings: Settings, folder: str, story: Story) -> Settings:
    """With a journal for this story alone."""
    path = Path(folder) / f"{story.prefix}.db"
    return settings.model_copy(update={"journal": settings.journal.model_copy(update={"path": path})})
