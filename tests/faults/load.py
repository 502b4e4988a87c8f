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

from tests.daemon import PATCH, USER

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
    """Many clients at once; `fates` is what they know. `on_answer` is called after each acknowledged request."""

    url: str
    token: str
    seed: int
    fates: dict[str, Fate] = field(default_factory=dict)
    acknowledged: int = 0
    stopping: bool = False
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: int = 0

    async def run(self, clients: int) -> None:
        """Send until the daemon is gone or `stopping` is set."""
        connector = aiohttp.TCPConnector(limit=clients)
        headers = {"Authorization": f"Bearer {self.token}"}
        async with (
            aiohttp.ClientSession(connector=connector, headers=headers) as session,
            asyncio.TaskGroup() as group,
        ):
            for number in range(clients):
                group.create_task(self._client(session, random.Random(self.seed * 1000 + number)))

    async def _client(self, session: aiohttp.ClientSession, dice: random.Random) -> None:
        mine: list[Fate] = []
        try:
            while not self.stopping:
                await self._step(session, dice, mine)
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            return  # the daemon is gone: what was in hand stays in doubt

    async def _step(self, session: aiohttp.ClientSession, dice: random.Random, mine: list[Fate]) -> None:
        self._numbers += 1
        alive = [fate for fate in mine if fate.may_be != {GONE}]
        if not alive or dice.random() < 0.4:
            await self._create(session, mine)
        elif dice.random() < 0.8:
            await self._retitle(session, dice.choice(alive))
        else:
            await self._delete(session, dice.choice(alive))

    async def _create(self, session: aiohttp.ClientSession, mine: list[Fate]) -> None:
        title = f"t{self._numbers}"
        fate = Fate(login=f"u{self.seed}x{self._numbers}", may_be={GONE})
        fate.in_doubt(title)
        self.fates[fate.login] = fate
        body = {"schemas": [USER], "userName": fate.login, "title": title, "name": {"familyName": "Load"}}
        answer = await self._send(session, "POST", "/Users", body)
        fate.id = answer["id"]
        fate.acknowledged(title)
        mine.append(fate)

    async def _retitle(self, session: aiohttp.ClientSession, fate: Fate) -> None:
        title = f"t{self._numbers}"
        fate.in_doubt(title)
        operation = {"op": "replace", "path": "title", "value": title}
        await self._send(session, "PATCH", f"/Users/{fate.id}", {"schemas": [PATCH], "Operations": [operation]})
        fate.acknowledged(title)

    async def _delete(self, session: aiohttp.ClientSession, fate: Fate) -> None:
        fate.in_doubt(GONE)
        await self._send(session, "DELETE", f"/Users/{fate.id}", None)
        fate.acknowledged(GONE)

    async def _send(self, session: aiohttp.ClientSession, method: str, path: str, body: Any) -> Any:
        async with session.request(method, self.url + path, json=body) as answer:
            raw = await answer.json(content_type=None) if answer.status != 204 else None
            assert answer.status in (200, 201, 204), f"{method} {path}: {answer.status} {raw}"
        self.acknowledged += 1
        self.answered.set()
        return raw

    async def until_acknowledged(self, count: int) -> None:
        """Come back when so many requests were acknowledged."""
        while self.acknowledged < count:
            self.answered.clear()
            await self.answered.wait()
