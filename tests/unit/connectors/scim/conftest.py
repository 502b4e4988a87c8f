"""A service of our own making, and a connector to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from connectors.scim import ScimConnector, plugin
from connectors.sdk import Context
from tests.unit.connectors.scim.stub import Service

TOKEN = "open sesame"
Connect = Callable[..., Awaitable[ScimConnector]]


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def server(service: Service) -> AsyncIterator[TestServer]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.answer)
    async with TestServer(app) as running:
        yield running


@pytest.fixture
async def connect(server: TestServer, service: Service, tmp_path: Path) -> AsyncIterator[Connect]:
    """Make a probed connector; keys may be written otherwise, `mapped` are the attributes of each kind."""
    async with AsyncExitStack() as stack:

        async def made(mapped: dict[str, frozenset[str]] | None = None, **written: Any) -> ScimConnector:
            raw = {"base_url": str(server.make_url("/")), "token": SecretStr(TOKEN), "users": {}, "groups": {}}
            settings = plugin.settings.model_validate({**raw, **written}, context={"attributes": mapped or {}})
            connector = plugin.build(settings, Context("app", tmp_path))
            assert isinstance(connector, ScimConnector)
            stack.push_async_callback(connector.close)
            await connector.probe()
            service.sent.clear()
            return connector

        yield made
