"""The demo's app in this process, and a connector to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from connectors.rest import RestConnector, plugin
from connectors.sdk import Context
from demo.app import make_app
from demo.app_state import App

USERS: dict[str, Any] = {
    "key": "login",
    "create": "POST /users",
    "read": "GET /users/{id}",
    "update": "PATCH /users/{id}",
    "delete": "DELETE /users/{id}",
    "list": "GET /users",
    "find": "GET /users?login={value}",
    "items": "users",
    "lists": ["phones"],
    "enable": "POST /users/{id}/enable",
    "disable": "POST /users/{id}/disable",
    "set_password": {"call": "PUT /users/{id}/password", "body": {"password": "{password}"}},
}
GROUPS: dict[str, Any] = {
    "key": "name",
    "create": "POST /teams",
    "read": "GET /teams/{id}",
    "update": "PATCH /teams/{id}",
    "delete": "DELETE /teams/{id}",
    "list": "GET /teams",
    "find": "GET /teams?name={value}",
    "items": "teams",
    "members": {
        "add": {"call": "POST /teams/{id}/members", "body": {"user": "{member}"}},
        "remove": "DELETE /teams/{id}/members/{member}",
    },
}
TOKEN = "open sesame"
Connect = Callable[..., Awaitable[RestConnector]]


@pytest.fixture
def app() -> App:
    return App(TOKEN)


@pytest.fixture
async def server(app: App) -> AsyncIterator[TestServer]:
    async with TestServer(make_app(app)) as running:
        yield running


@pytest.fixture
async def connect(server: TestServer, tmp_path: Path) -> AsyncIterator[Connect]:
    """Make a connector to the app; keys may be written otherwise."""
    async with AsyncExitStack() as stack:

        async def made(**written: Any) -> RestConnector:
            raw = {"base_url": str(server.make_url("/")), "token": SecretStr(TOKEN), "users": USERS, "groups": GROUPS}
            settings = plugin.settings.model_validate({**raw, **written})
            connector = plugin.build(settings, Context("app", tmp_path))
            assert isinstance(connector, RestConnector)
            await connector.open()
            stack.push_async_callback(connector.close)
            return connector

        yield made
