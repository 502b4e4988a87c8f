"""The promises of capability `activation`, one test each. Goes beside `ConnectorContract`."""

from __future__ import annotations

from typing import Protocol, cast

import pytest
import pytest_asyncio

from connectors.sdk import Activation, Capability, Connector, Gone, Ref
from connectors.sdk.testing.samples import Samples, as_compared, names


class WithActivation(Connector, Activation, Protocol):
    """What these tests are about."""


@pytest.mark.asyncio
class ActivationContract:
    """Override `is_active`: only the target itself can tell whether a lock holds."""

    async def is_active(self, connector: WithActivation, ref: Ref) -> bool:
        raise NotImplementedError("override `is_active`: ask the target whether the account is unlocked")

    @pytest_asyncio.fixture
    async def locking(self, connector: Connector) -> WithActivation:
        assert Capability.ACTIVATION in (await connector.probe()).capabilities
        return cast(WithActivation, connector)

    async def test_a_new_account_is_active_unless_the_probe_says_otherwise(
        self, locking: WithActivation, samples: Samples
    ) -> None:
        begins_locked = samples.entry.kind in (await locking.probe()).creates_locked
        ref = await self.new_account(locking, samples)

        assert begins_locked is not await self.is_active(locking, ref)

    async def new_account(self, connector: Connector, samples: Samples) -> Ref:
        """Override it where an account needs more than its entry before anybody can tell (a password)."""
        return await connector.create(samples.entry)

    async def test_an_account_is_locked_and_may_be_locked_again(self, locking: WithActivation, ref: Ref) -> None:
        for _ in range(3):
            await locking.activate(ref, active=False)

            assert not await self.is_active(locking, ref)

    async def test_an_account_is_unlocked_and_may_be_unlocked_again(self, locking: WithActivation, ref: Ref) -> None:
        await locking.activate(ref, active=False)
        for _ in range(2):
            await locking.activate(ref, active=True)

            assert await self.is_active(locking, ref)

    async def test_unlocking_what_is_not_locked_is_success(self, locking: WithActivation, ref: Ref) -> None:
        await locking.activate(ref, active=True)

        assert await self.is_active(locking, ref)

    async def test_a_lock_changes_nothing_else(self, locking: WithActivation, ref: Ref, samples: Samples) -> None:
        await locking.activate(ref, active=False)
        found = await locking.get(ref, names(samples.entry))
        wanted = as_compared(locking, ref.kind, samples.entry.attributes)

        assert found is not None
        assert wanted == as_compared(locking, ref.kind, found.attributes)

    async def test_locking_what_is_not_there_is_gone(self, locking: WithActivation, ref: Ref) -> None:
        await locking.delete(ref)

        with pytest.raises(Gone):
            await locking.activate(ref, active=False)
