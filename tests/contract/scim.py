"""Real SCIM services for the contract: the bridge's own edge, and scim2-server, both over HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.testserver.application import BearerTokenApplication
from scim2_server.utils import load_default_provider

from bridge.clock import SystemClock
from bridge.edge import Bounds, Client, Clients, Edge, Limits, make_app, serve
from bridge.journal import Journal, open_journal
from bridge.scim.discovery import Features
from bridge.scim.resource_types import CORE

TOKEN = "open sesame"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """What it was asked is no news."""


@cache
def _provider() -> ScimProvider:
    """Its schemas as models: half a second of work, and nobody changes them."""
    return load_default_provider()


@contextmanager
def scim2_server() -> Iterator[tuple[str, BearerTokenApplication]]:
    """scim2-server on a free port: its base URL, and itself."""
    app = BearerTokenApplication(InMemoryStorage(), _provider(), bearer_tokens=[TOKEN])
    with _Server(("127.0.0.1", 0), _Quiet) as server:
        server.set_app(app)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v2", app
        finally:
            server.shutdown()
            thread.join()


@asynccontextmanager
async def other_bridge(folder: Path) -> AsyncIterator[tuple[str, Journal]]:
    """The edge of a second bridge, on a journal of its own: its base URL, and the journal."""
    journal = open_journal(folder / "other.db", bytes(32), SystemClock())
    bounds = Bounds(2**20)
    limits = Limits(bounds, bounds, bounds, 1000)
    client = Clients({TOKEN: Client("bridge", "default")})
    features = Features(change_password=True)
    edge = Edge(journal, client, lambda *_: (), CORE, "http://127.0.0.1/scim/v2", SystemClock(), limits, features)
    door = await asyncio.get_running_loop().create_server(serve(make_app(edge)), "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{door.sockets[0].getsockname()[1]}/scim/v2", journal
    finally:
        door.close()
        await journal.close()
