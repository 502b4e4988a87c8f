"""An edge on a journal of its own, served in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bridge.clock import SetClock
from bridge.edge import Bounds, Client, Clients, Edge, Limits, make_app, serve
from bridge.journal import Journal, open_journal
from bridge.scim.discovery import Features
from bridge.scim.profiles import PROFILES
from bridge.scim.resource_types import CORE

BASE = "https://scim.example.com/scim/v2"
CLIENTS = {
    "plain": Client("plain", "default"),
    "bound": Client("bound", "default", me="Boss"),
    "entra": Client("entra", "azure", PROFILES["entra"]),
    "strict": Client("strict", "strict", refuses_unknown=True),
}
"""By token."""


@dataclass(frozen=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: Any


Call = Callable[..., Awaitable[Answered]]


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = open_journal(tmp_path / "journal.db", bytes(32), SetClock())
    yield journal
    await journal.close()


@pytest.fixture
async def edge(journal: Journal) -> Edge:
    limits = Limits(Bounds(64 * 1024), Bounds(128 * 1024), Bounds(256 * 1024, name="maxPayloadSize"), 1000)
    features = Features(bulk=True, max_operations=1000, max_payload=256 * 1024)
    return Edge(journal, Clients(CLIENTS), lambda *_: (), CORE, BASE, SetClock(), limits, features)


@pytest.fixture
async def door(edge: Edge) -> AsyncIterator[int]:
    """The port where the edge listens."""
    door = await asyncio.get_running_loop().create_server(serve(make_app(edge)), "127.0.0.1", 0)
    yield door.sockets[0].getsockname()[1]
    door.close()


@pytest.fixture
async def call(door: int) -> AsyncIterator[Call]:
    """Send one request to the edge: method, path below the base, body (JSON, or bytes as they are), headers."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{door}") as session:

        async def send(method: str, path: str, body: object = None, token: str = "plain", **headers: str) -> Answered:
            raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            usual = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
            async with session.request(method, "/scim/v2" + path, data=raw, headers={**usual, **named}) as answer:
                text = await answer.read()
                return Answered(answer.status, answer.headers, json.loads(text) if text else None)

        yield send
