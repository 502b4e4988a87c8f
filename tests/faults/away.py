"""A directory is away while changes go on at a steady rate: the edge does not notice, nor do the other targets.

Many changes of few users are one delivery each once it is back. What is judged in seconds is for `make soak PART=away`.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from demo.slapd import Slapd
from tests.daemon import PATCH, USER, Daemon
from tests.faults.kills import source
from tests.faults.parts import Parts, standing

OTHERS = ("app", "file")
PATIENCE = 240.0
"""Seconds within which everything has arrived, however busy the machine is."""
LOOK = 0.25
"""Seconds between two looks at how far the other targets are."""


@dataclass
class Times:
    """What a while of steady changes came to: how long each answer took, and how old what others had not became."""

    answers: list[float] = field(default_factory=list)
    refused: int = 0
    lag: float = 0.0

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.answers, n=100)[98]


@dataclass
class Told:
    """`backlog` is the directory's when it came back, after so many `changes`; `drained` is in deliveries a second."""

    normal: Times
    away: Times
    changes: int
    users: int
    backlog: int
    drained: float
    wrong: list[str]


def go_away(folder: Path, slapd: Slapd, *, users: int, rate: int, normal: float, away: float, seed: int) -> Told:
    """Change users at this rate: for some seconds as ever, for some without the directory; then it catches up."""
    with _daemon(folder, slapd) as (daemon, parts):
        ids = asyncio.run(make(daemon, users))
        daemon.until(daemon.settled, seconds=PATIENCE)
        dice, numbers = random.Random(seed), itertools.count()
        before = asyncio.run(Steady(daemon, ids, rate, dice, numbers).go(normal))
        daemon.until(daemon.settled, seconds=PATIENCE)
        slapd.stop()
        during = asyncio.run(Steady(daemon, ids, rate, dice, numbers).go(away))
        backlog = daemon.status()["targets"]["corp"]["backlog"]
        slapd.start()
        drained = _drained(daemon, backlog)
        wrong = list(_different(daemon, parts, len(ids)))
        if daemon.stop() != 0:
            wrong.append("the stop was no clean one")
    return Told(before, during, len(during.answers), users, backlog, drained, wrong)


@contextmanager
def _daemon(folder: Path, slapd: Slapd) -> Iterator[tuple[Daemon, Parts]]:
    with standing(folder, slapd) as parts:
        daemon = parts.daemon().start()
        try:
            yield daemon, parts
        finally:
            daemon.close()


@dataclass
class Steady:
    """So many changes a second, each of a user that chance names, whatever the answers do."""

    daemon: Daemon
    ids: list[str]
    rate: int
    dice: random.Random
    numbers: Iterator[int]
    others: Sequence[str] = OTHERS
    """The targets whose lag is looked at."""
    times: Times = field(default_factory=Times)

    async def go(self, seconds: float) -> Times:
        began = time.monotonic()
        async with _session(self.daemon) as session, asyncio.TaskGroup() as group:
            looking = group.create_task(self._look())
            async with asyncio.TaskGroup() as changes:
                for number in range(round(seconds * self.rate)):
                    await asyncio.sleep(began + number / self.rate - time.monotonic())
                    changes.create_task(self._change(session))
            looking.cancel()
        return self.times

    async def _change(self, session: aiohttp.ClientSession) -> None:
        operation = {"op": "replace", "path": "title", "value": f"t{next(self.numbers)}"}
        body = {"schemas": [PATCH], "Operations": [operation]}
        began = time.monotonic()
        async with session.patch(f"{self.daemon.url}/Users/{self.dice.choice(self.ids)}", json=body) as answer:
            await answer.read()
        self.times.answers.append(time.monotonic() - began)
        self.times.refused += answer.status != 200

    async def _look(self) -> None:
        while True:
            status = (await asyncio.to_thread(self.daemon.status))["targets"]
            ages = [status[target]["oldest_undelivered_seconds"] or 0 for target in self.others]
            self.times.lag = max(self.times.lag, *ages)
            await asyncio.sleep(LOOK)


def _session(daemon: Daemon) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {daemon.token}"})


async def make(daemon: Daemon, count: int) -> list[str]:
    """So many users, all at once; their ids."""

    async def one(number: int) -> str:
        body = {"schemas": [USER], "userName": f"a{number}", "title": "t", "name": {"familyName": "Away"}}
        async with session.post(f"{daemon.url}/Users", json=body) as answer:
            made: dict[str, Any] = await answer.json(content_type=None)
            assert answer.status == 201
            return str(made["id"])

    async with _session(daemon) as session:
        return await asyncio.gather(*map(one, range(count)))


def _drained(daemon: Daemon, backlog: int) -> float:
    """Have the directory looked at, and wait until it has everything; deliveries a second."""
    seen = len(daemon.lines)
    daemon.ask("targets", "probe", "corp")
    began = time.monotonic()
    daemon.wait_for("target.came_up", since=seen, target="corp")
    daemon.until(daemon.settled, seconds=PATIENCE)
    return backlog / (time.monotonic() - began)


def _different(daemon: Daemon, parts: Parts, count: int) -> Iterator[str]:
    """Every target holds what SCIM says of every user, once."""
    said = set(source(daemon).items())
    if len(said) != count:
        yield f"SCIM has {len(said)} of {count} users"
    for target, held in parts.held().items():
        if set(held) != said or any(times > 1 for times in held.values()):
            yield f"{target} holds {sorted(set(held) ^ said)[:10]} otherwise, or some twice"
