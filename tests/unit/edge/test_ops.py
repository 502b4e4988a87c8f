"""The ops listener: what it says while the journal cannot be read."""

from __future__ import annotations

import asyncio
from typing import Any

from bridge.edge.listener import serve
from bridge.edge.metrics import Metrics
from bridge.edge.ops import make_ops_app
from bridge.journal import JournalBusy
from tests.soak.http import Line, request


async def busy() -> dict[str, Any]:
    raise JournalBusy(problem="the read took too long")


async def test_what_cannot_be_read_now_is_to_be_asked_again() -> None:
    door = await asyncio.get_running_loop().create_server(serve(make_ops_app(Metrics(), busy)), "127.0.0.1", 0)
    async with Line(door.sockets[0].getsockname()[1]) as line:
        answers = [await line.ask(request("GET", path)) for path in ("/status", "/metrics")]
    door.close()

    assert [(503, b"not now: the read took too long\n")] * 2 == [(each.status, each.body) for each in answers]
