"""The REST connector keeps the protocol's promises on the demo's app, over real HTTP.

The app refuses two entries of one key here, as a good API does; what the bridge does with one that does not is
tested where it looks before it creates.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from connectors.rest import plugin
from connectors.sdk import Connector, Context, Entry, Ref
from connectors.sdk.testing import ActivationContract, ConnectorContract, MembersContract, PasswordContract, Samples
from connectors.sdk.testing.activation import WithActivation
from connectors.sdk.testing.members import MANY
from connectors.sdk.testing.passwords import WithPasswords
from demo.app import make_app
from demo.app_state import App

TOKEN = "open sesame"
USERS = {
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
GROUPS = {
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


def person(login: str, **attributes: str) -> Entry:
    return Entry("users", {"login": (login,), **{name: (value,) for name, value in attributes.items()}})


@pytest.fixture
def app() -> App:
    return App(TOKEN, unique=True)


@pytest.fixture
async def server(app: App) -> AsyncIterator[TestServer]:
    async with TestServer(make_app(app)) as running:
        yield running


class TestRest(ConnectorContract, MembersContract, ActivationContract, PasswordContract):
    update = "PATCH"
    paging: object = "none"

    @pytest.fixture
    def build(self, server: TestServer, app: App, tmp_path: Path) -> Callable[[], Connector]:
        self.app = app
        written = {
            "base_url": str(server.make_url("/")),
            "token": SecretStr(TOKEN),
            "paging": self.paging,
            "users": {**USERS, "update": f"{self.update} /users/{{id}}"},
            "groups": {**GROUPS, "update": f"{self.update} /teams/{{id}}"},
        }
        settings = plugin.settings.model_validate(written)
        return lambda: plugin.build(settings, Context("app", tmp_path))

    @pytest.fixture
    def samples(self) -> Samples:
        entry = person("b/j%20+#", name="B J", team="A", title="Engineer")
        return Samples(
            entry=entry,
            altered=person("b/j%20+#", name="Babs", team="A", title="Principal"),
            cleared="title",
            renamed=Entry("users", {**entry.attributes, "login": ("babs",)}),
            other=person("jd", name="J D", team="A"),
            shared="team",
            unique="login",
            nameless=Entry("users", {"login": (), "name": ("B J",)}),
            several=("phones", ("1", "2")),
            group=Entry("groups", {"name": ("crew",), "note": ("all of us",)}),
        )

    async def many(self, connector: Connector, samples: Samples) -> Sequence[Ref]:
        """The app takes members that it knows."""
        return [await connector.create(person(f"member{number}")) for number in range(MANY)]

    async def is_active(self, connector: WithActivation, ref: Ref) -> bool:
        return bool(self.app.users[ref.id]["active"])

    async def opens(self, connector: WithPasswords, ref: Ref, password: str) -> bool:
        return bool(self.app.users[ref.id]["active"]) and self.app.passwords.get(ref.id) == password


class TestRestWithPutAndPages(TestRest):
    update = "PUT"
    paging: object = {"style": "page", "size_parameter": "per_page", "size": 1, "total": "total"}
