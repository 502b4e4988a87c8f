"""The promises of capability `password`, one test each. Goes beside `ConnectorContract`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Protocol, cast

import pytest
import pytest_asyncio

from connectors.sdk import Capability, Connector, Gone, Passwords, Ref, Refused
from connectors.sdk.testing.samples import Samples, as_compared, delta, names

FIRST, SECOND = "Correct horse, battery staple 1", "Zwölf Boxkämpfer jagen {id} €\"'\\ 2"


class WithPasswords(Connector, Passwords, Protocol):
    """What these tests are about."""


@pytest.mark.asyncio
class PasswordContract:
    """Override `opens`: only the target itself can tell whether a password is an account's."""

    async def opens(self, connector: WithPasswords, ref: Ref, password: str) -> bool:
        raise NotImplementedError("override `opens`: try at the target whether the password is the account's")

    @pytest_asyncio.fixture
    async def setting(self, connector: Connector) -> WithPasswords:
        assert Capability.PASSWORD in (await connector.probe()).capabilities
        return cast(WithPasswords, connector)

    async def test_a_password_that_was_not_set_opens_nothing(self, setting: WithPasswords, ref: Ref) -> None:
        assert not await self.opens(setting, ref, FIRST)

    async def test_a_password_is_set_and_may_be_set_again(self, setting: WithPasswords, ref: Ref) -> None:
        for _ in range(2):
            await setting.set_password(ref, FIRST)

            assert await self.opens(setting, ref, FIRST)

    async def test_the_last_password_is_the_one(self, setting: WithPasswords, ref: Ref) -> None:
        await setting.set_password(ref, FIRST)
        await setting.set_password(ref, SECOND)

        assert await self.opens(setting, ref, SECOND)
        assert not await self.opens(setting, ref, FIRST)

    async def test_a_password_changes_nothing_else(self, setting: WithPasswords, ref: Ref, samples: Samples) -> None:
        await setting.set_password(ref, FIRST)
        found = await setting.get(ref, names(samples.entry))
        wanted = as_compared(setting, ref.kind, samples.entry.attributes)

        assert found is not None
        assert wanted == as_compared(setting, ref.kind, found.attributes)

    async def test_a_password_follows_its_entry_and_reaches_no_other(
        self, setting: WithPasswords, ref: Ref, samples: Samples
    ) -> None:
        """`ref` says where the entry was; by now another one stands there."""
        moved = await setting.update(ref, delta(samples.entry, samples.renamed, relocate=True))
        other = await setting.create(samples.entry)
        await setting.set_password(ref, FIRST)

        assert await self.opens(setting, moved, FIRST)
        assert not await self.opens(setting, other, FIRST)

    async def test_a_password_unlocks_nobody(self, setting: WithPasswords, ref: Ref) -> None:
        """Where the target can lock: meanwhile a password is refused, or opens nothing."""
        if Capability.ACTIVATION not in (await setting.probe()).capabilities:
            return
        locking = cast(Any, setting)
        await locking.activate(ref, active=False)
        with suppress(Refused):
            await setting.set_password(ref, FIRST)
        assert not await self.opens(setting, ref, FIRST)
        await locking.activate(ref, active=True)
        await setting.set_password(ref, FIRST)

        assert await self.opens(setting, ref, FIRST)

    async def test_a_password_for_what_is_not_there_is_gone(self, setting: WithPasswords, ref: Ref) -> None:
        await setting.delete(ref)

        with pytest.raises(Gone):
            await setting.set_password(ref, FIRST)
