"""The SCIM connector keeps the protocol's promises at services that know nothing of it: our own edge, and scim2-server.

At the edge also by PUT alone, without filters, and in answers of one resource each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import aiohttp
import pytest
from pydantic import SecretStr
from scim2_server.testserver.application import BearerTokenApplication

from connectors.scim import plugin
from connectors.scim.client import Client
from connectors.sdk import Connector, Context, Entry, Ref
from connectors.sdk.testing import ActivationContract, ConnectorContract, MembersContract, PasswordContract, Samples
from connectors.sdk.testing.activation import WithActivation
from connectors.sdk.testing.passwords import WithPasswords
from tests.contract.scim import TOKEN, other_bridge, scim2_server

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MAIL = 'emails[type eq "work"].value'
PHONES = "phoneNumbers"
FEW = 30


def person(name: str, **attributes: str) -> Entry:
    values = {"userName": (name,), "name.familyName": ("Jensen",), MAIL: (f"{name}@example.com",)}
    return Entry("users", {**values, **{attribute: (value,) for attribute, value in attributes.items()}})


class ScimContract(ConnectorContract, MembersContract, ActivationContract):
    keys: ClassVar[dict[str, Any]] = {}

    @pytest.fixture
    def build(self, url: str, tmp_path: Path) -> Callable[[], Connector]:
        self.url = url
        written = {"base_url": url, "token": SecretStr(TOKEN), "users": {}, "groups": {}, **self.keys}
        settings = plugin.settings.model_validate(written)
        return lambda: plugin.build(settings, Context("app", tmp_path))

    @pytest.fixture
    def samples(self) -> Samples:
        department = f"{ENTERPRISE}:department"
        entry = person("b/j%20+#", title="Engineer", **{department: "A"})
        return Samples(
            entry=entry,
            altered=Entry("users", {**entry.attributes, "title": ("Principal",), MAIL: ("babs@example.com",)}),
            cleared="title",
            renamed=Entry("users", {**entry.attributes, "userName": ("babs",)}),
            other=person("jd", **{department: "A"}),
            shared=department,
            unique="userName",
            nameless=Entry("users", {"userName": (), "title": ("Engineer",)}),
            several=(PHONES, ("tel:+1-201-555-0123", "tel:+1-201-555-0124")),
            group=Entry("groups", {"displayName": ("Crew",)}),
        )

    async def many(self, connector: Connector, samples: Samples) -> Sequence[Ref]:
        """Members are resources of the service."""
        return [await connector.create(person(f"member{number}")) for number in range(FEW)]

    async def is_active(self, connector: WithActivation, ref: Ref) -> bool:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.url}/Users/{ref.id}", headers=headers) as answer,
        ):
            return bool((await answer.json(content_type=None))["active"])


class TestAnotherBridge(ScimContract):
    @pytest.fixture
    async def url(self, tmp_path: Path) -> AsyncIterator[str]:
        async with other_bridge(tmp_path) as (url, _):
            yield url


class TestAnotherBridgeByPut(TestAnotherBridge):
    keys: ClassVar[dict[str, Any]] = {"patch": False, "filter": False, "page_size": 1}


class TestScim2Server(ScimContract, PasswordContract):
    @pytest.fixture
    def service(self) -> Iterator[tuple[str, BearerTokenApplication]]:
        with scim2_server() as service:
            yield service

    @pytest.fixture
    def url(self, service: tuple[str, BearerTokenApplication]) -> str:
        self.storage: Any = service[1].storage
        return service[0]

    async def opens(self, connector: WithPasswords, ref: Ref, password: str) -> bool:
        """It keeps passwords as they came."""
        (found,) = [each.model_dump() for each in self.storage.resources if each.id == ref.id]
        return bool(found["active"]) and found.get("password") == password


async def test_another_bridge_is_read_by_cursor(tmp_path: Path) -> None:
    """Our edge offers both ways; a service that offers cursors alone is read like this."""
    async with other_bridge(tmp_path) as (url, _):
        settings = plugin.settings.model_validate({"base_url": url, "token": SecretStr(TOKEN), "users": {}})
        connector = plugin.build(settings, Context("app", tmp_path))
        refs = [await connector.create(person(f"p{number}")) for number in range(5)]
        client = Client(settings, tmp_path)
        client.service = replace(client.service, cursor=True, most=2)
        parts = [part async for part in client.list("/Users", {})]
        await client.close()
        await connector.close()

    assert {ref.id for ref in refs} == {found["id"] for part in parts for found in part.items}
    assert [False, False, True] == [part.complete for part in parts]
