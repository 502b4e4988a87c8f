"""The reference: what the fake in all other tests promises, the real connectors promise too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.sdk import Connector, Entry, Ref
from connectors.sdk.memory import MemoryConnector
from connectors.sdk.testing import (
    ActivationContract,
    ConnectorContract,
    MarksContract,
    MembersContract,
    MovesContract,
    PasswordContract,
    Samples,
)
from connectors.sdk.testing.activation import WithActivation
from connectors.sdk.testing.passwords import WithPasswords


class TestMemory(
    ConnectorContract, MarksContract, MembersContract, ActivationContract, PasswordContract, MovesContract
):
    @pytest.fixture
    def elsewhere(self) -> str:
        return "left"

    @pytest.fixture
    def build(self) -> Callable[[], Connector]:
        target = MemoryConnector()

        def another() -> Connector:
            return MemoryConnector(entries=target.entries, _ids=target._ids)

        return another

    @pytest.fixture
    def samples(self) -> Samples:
        return Samples(
            entry=Entry("users", {"uid": ("bj",), "cn": ("B J",), "sn": ("J",), "mail": ("bj@example.com",)}),
            altered=Entry("users", {"uid": ("bj",), "cn": ("Babs",), "sn": ("J",), "mail": ("babs@example.com",)}),
            cleared="mail",
            renamed=Entry("users", {"uid": ("babs",), "cn": ("B J",), "sn": ("J",), "mail": ("bj@example.com",)}),
            other=Entry("users", {"uid": ("jd",), "cn": ("J D",), "sn": ("J",)}),
            shared="sn",
            unique="uid",
            nameless=Entry("users", {"uid": (), "cn": ("B J",), "sn": ("J",)}),
            several=("mail", ("one@example.com", "two@example.com")),
            group=Entry("groups", {"cn": ("crew",)}),
        )

    async def is_active(self, connector: WithActivation, ref: Ref) -> bool:
        assert isinstance(connector, MemoryConnector)
        return connector.entries[ref.id].active

    async def opens(self, connector: WithPasswords, ref: Ref, password: str) -> bool:
        assert isinstance(connector, MemoryConnector)
        entry = connector.entries[ref.id]
        return entry.active and entry.password == password
