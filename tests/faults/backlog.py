"""A user is disabled while a long backlog of creates waits at a directory: who may not log in overtakes them all."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from demo.slapd import Slapd
from tests.daemon import PATCH, USER, Daemon
from tests.faults.parts import standing

CLIENTS = 64


@dataclass
class Told:
    """`seconds` from the request until the directory had it; `behind` is what still waited then."""

    seconds: float
    behind: int
    locked: bool


def disable_behind(folder: Path, slapd: Slapd, count: int) -> Told:
    """Let a backlog of so many creates wait, let it go, and disable somebody who is there already."""
    with standing(folder, slapd) as parts:
        daemon = parts.daemon(only=("corp",))
        try:
            daemon.start()
            [leaver] = asyncio.run(_make(daemon, ["leaver"]))
            daemon.until(daemon.settled)
            daemon.command("targets", "pause", "corp")
            asyncio.run(_make(daemon, [f"b{number}" for number in range(count)]))
            daemon.lines.clear()
            daemon.command("targets", "resume", "corp")
            daemon.wait_for("delivery.applied")  # the backlog is under way
            began, seen = time.monotonic(), len(daemon.lines)
            operation = {"op": "replace", "path": "active", "value": False}
            daemon.send("PATCH", f"/Users/{leaver}", {"schemas": [PATCH], "Operations": [operation]})
            daemon.wait_for("delivery.applied", since=seen, resource=leaver, seconds=60)
            took, behind = time.monotonic() - began, daemon.status()["targets"]["corp"]["backlog"]
            return Told(took, behind, parts.locked() == {"leaver"})
        finally:
            daemon.close()


async def _make(daemon: Daemon, logins: list[str]) -> list[str]:
    """Create them, by some clients at once; their ids."""
    left = iter(logins)

    async def client() -> list[str]:
        return [await make(login) for login in left]

    async def make(login: str) -> str:
        body = {"schemas": [USER], "userName": login, "active": True, "name": {"familyName": "Backlog"}}
        async with session.post(f"{daemon.url}/Users", json=body) as answer:
            made = await answer.json(content_type=None)
            assert answer.status == 201
            return str(made["id"])

    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {daemon.token}"}) as session:
        return [id_ for ids in await asyncio.gather(*(client() for _ in range(CLIENTS))) for id_ in ids]
