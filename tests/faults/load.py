"""Clients that change users of their own and remember what was acknowledged, and what may have been.

A client owns its users, so the truth about each is simple: the last acknowledged body, or, where the last request got
no answer because the daemon died, either that one or the one before.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.daemon import PATCH, USER, Daemon

GONE = "gone"


@dataclass
class Fate:
    """What may be true of one user: titles by which it may be found, or `GONE`. One element unless in doubt."""

    login: str
    id: str | None = None
    may_be: set[str] = field(default_factory=set)

    def acknowledged(self, state: str) -> None:
        self.may_be = {state}

    def in_doubt(self, state: str) -> None:
        self.may_be = self.may_be | {state}


@dataclass
class Load:
    """Many clients at once; `fates` is what they know. They live longer than the daemon: `run` again after its death.

    Titles are numbered, for all clients together: of one user a later one is always the larger.
    """

    clients: int
    seed: int
    fates: dict[str, Fate] = field(default_factory=dict)
    acknowledged: int = 0
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: int = 0
    _dice: random.Random = field(init=False)
    _of: dict[int, list[Fate]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    async def run(self, daemon: Daemon) -> None:
        """Send until the daemon is gone."""
        connector = aiohttp.TCPConnector(limit=self.clients)
        headers = {"Authorization": f"Bearer {daemon.token}"}
        async with (
            aiohttp.ClientSession(connector=connector, headers=headers) as session,
            asyncio.TaskGroup() as group,
        ):
            for number in range(self.clients):
                group.create_task(self._client(_Line(session, daemon.url), self._of.setdefault(number, [])))

    async def until_acknowledged(self, more: int) -> None:
        """Come back when so many more requests were acknowledged."""
        count, self.answered = self.acknowledged + more, asyncio.Event()
        while self.acknowledged < count:
            self.answered.clear()
            await self.answered.wait()

    async def _client(self, line: _Line, mine: list[Fate]) -> None:
        try:
            while True:
                await self._step(line, mine)
                self.acknowledged += 1
                self.answered.set()
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            return  # the daemon is gone: what was in hand stays in doubt

    async def _step(self, line: _Line, mine: list[Fate]) -> None:
        self._numbers += 1
        alive = [fate for fate in mine if fate.id is not None and GONE not in fate.may_be]
        dice = self._dice.random()
        if not alive or dice < 0.3:
            await self._create(line, mine)
        elif dice < 0.85:
            await self._retitle(line, self._dice.choice(alive))
        else:
            await self._delete(line, self._dice.choice(alive))

    async def _create(self, line: _Line, mine: list[Fate]) -> None:
        title = f"t{self._numbers}"
        fate = Fate(login=f"u{self.seed}x{self._numbers}", may_be={GONE})
        fate.in_doubt(title)
        self.fates[fate.login] = fate
        body = {"schemas": [USER], "userName": fate.login, "title": title, "name": {"familyName": "Load"}}
        answer = await line.send("POST", "/Users", body)
        fate.id = answer["id"]
        fate.acknowledged(title)
        mine.append(fate)

    async def _retitle(self, line: _Line, fate: Fate) -> None:
        title = f"t{self._numbers}"
        fate.in_doubt(title)
        operation = {"op": "replace", "path": "title", "value": title}
        await line.send("PATCH", f"/Users/{fate.id}", {"schemas": [PATCH], "Operations": [operation]})
        fate.acknowledged(title)

    async def _delete(self, line: _Line, fate: Fate) -> None:
        fate.in_doubt(GONE)
        await line.send("DELETE", f"/Users/{fate.id}")
        fate.acknowledged(GONE)


@dataclass(frozen=True, slots=True)
class _Line:
    """Where the daemon is now."""

    session: aiohttp.ClientSession
    url: str

    async def send(self, method: str, path: str, body: Any = None) -> Any:
        async with self.session.request(method, self.url + path, json=body) as answer:
            raw = await answer.json(content_type=None) if answer.status != 204 else None
            assert answer.status in (200, 201, 204), f"{method} {path}: {answer.status} {raw}"
        return raw
