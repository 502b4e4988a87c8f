"""The kit on a configured target: what `scim-bridge connectors certify` lets pytest run. No file of tests by itself.

Only the target itself can tell whether a lock holds, or a password opens: those promises are skipped here, and are
tried by the tests of a connector's author.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import pytest
import pytest_asyncio

from connectors.sdk import Connector, Entry, Ref
from connectors.sdk.testing.activation import ActivationContract, WithActivation
from connectors.sdk.testing.contract import ConnectorContract
from connectors.sdk.testing.marks import MarksContract
from connectors.sdk.testing.members import MembersContract
from connectors.sdk.testing.moves import MovesContract
from connectors.sdk.testing.passwords import PasswordContract, WithPasswords
from connectors.sdk.testing.samples import Samples


class Made(Protocol):
    samples: Mapping[str, Any]
    """The fields of `Samples`."""
    more: Sequence[Entry]
    """Others of the kind of `samples`."""


class Ground(Protocol):
    made: Made
    elsewhere: str | None

    async def sweep(self, connector: Connector) -> None:
        """Remove what an earlier test wrote."""


class Subject(Protocol):
    """What is certified: a fixture of the pytest plugin that runs this."""

    build: Callable[[], Connector]
    ground: Ground


class TestInstalled(
    ConnectorContract, MembersContract, ActivationContract, PasswordContract, MovesContract, MarksContract
):
    @pytest_asyncio.fixture(autouse=True)
    async def swept(self, connector: Connector, subject: Subject) -> None:
        self.more = subject.ground.made.more
        await subject.ground.sweep(connector)

    @pytest.fixture
    def build(self, subject: Subject) -> Callable[[], Connector]:
        return subject.build

    @pytest.fixture
    def samples(self, subject: Subject) -> Samples:
        return Samples(**subject.ground.made.samples)

    @pytest.fixture
    def elsewhere(self, subject: Subject) -> str:
        assert subject.ground.elsewhere is not None
        return subject.ground.elsewhere

    async def many(self, connector: Connector, samples: Samples) -> Sequence[Ref]:
        return [await connector.create(entry) for entry in self.more]

    async def is_active(self, connector: WithActivation, ref: Ref) -> bool:
        pytest.skip("only the target can tell whether a lock holds")

    async def opens(self, connector: WithPasswords, ref: Ref, password: str) -> bool:
        pytest.skip("only the target can tell whether a password opens")
