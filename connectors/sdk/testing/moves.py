"""The promises of a connector whose plugin has `check_place`, one test each. Goes beside `ConnectorContract`."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import pytest_asyncio

from connectors.sdk import Conflict, Connector, Delta, Entry, Ref
from connectors.sdk.testing.samples import Samples, names


@pytest.mark.asyncio
class MovesContract:
    """Override `elsewhere`: a place, as a step `move:PLACE` names it, that entries can be moved to.

    The connectors that `build` makes are told of it as `Context.places` tells them.
    """

    @pytest.fixture
    def elsewhere(self) -> str:
        raise NotImplementedError("override `elsewhere`: a place that is there, and empty")

    @pytest.fixture
    def away(self, samples: Samples, elsewhere: str) -> Entry:
        """`samples.entry` as it stands elsewhere."""
        return replace(samples.entry, under=elsewhere)

    @pytest_asyncio.fixture
    async def moved(self, connector: Connector, ref: Ref, away: Entry) -> Ref:
        return await connector.update(ref, Delta(away, relocate=True))

    async def test_a_place_elsewhere_is_another_place(
        self, connector: Connector, samples: Samples, away: Entry
    ) -> None:
        assert connector.locate(away) != connector.locate(samples.entry)

    async def test_a_moved_entry_is_the_same_entry_elsewhere(
        self, connector: Connector, ref: Ref, moved: Ref, away: Entry
    ) -> None:
        found = await connector.get(ref, names(away))  # by the reference from before

        assert ref.id == moved.id
        assert found is not None
        assert found.ref is not None
        assert (ref.id, connector.locate(away)) == (found.ref.id, connector.locate(found))

    async def test_its_old_place_is_free(self, connector: Connector, ref: Ref, moved: Ref, samples: Samples) -> None:
        newcomer = await connector.create(samples.entry)

        assert newcomer.id != moved.id
        assert connector.locate(samples.entry) != connector.locate(replace(samples.entry, ref=moved))

    async def test_here_and_there_are_looked_at_side_by_side(
        self, connector: Connector, moved: Ref, samples: Samples
    ) -> None:
        here = await connector.create(samples.entry)
        looks = [connector.get(Ref(ref.kind, "", ref.locator), names(samples.entry)) for ref in (here, moved)]
        found = await asyncio.gather(*looks)

        assert [here.id, moved.id] == [entry.ref.id if entry and entry.ref else None for entry in found]

    async def test_it_moves_back(self, connector: Connector, ref: Ref, moved: Ref, samples: Samples) -> None:
        back = await connector.update(moved, Delta(samples.entry, relocate=True))
        found = await connector.get(Ref(ref.kind, "", ref.locator), names(samples.entry))

        assert found is not None
        assert found.ref is not None
        assert (ref.id, ref.id) == (back.id, found.ref.id)

    async def test_moving_twice_is_moving_once(self, connector: Connector, moved: Ref, away: Entry) -> None:
        again = await connector.update(moved, Delta(away, relocate=True))

        assert moved == again

    async def test_it_is_deleted_where_it_is(
        self, connector: Connector, ref: Ref, moved: Ref, samples: Samples
    ) -> None:
        newcomer = await connector.create(samples.entry)
        await connector.delete(ref)

        assert await connector.get(moved, names(samples.entry)) is None
        assert await connector.get(newcomer, names(samples.entry)) is not None

    async def test_a_place_that_is_taken_is_a_conflict_and_moves_nothing(
        self, connector: Connector, moved: Ref, samples: Samples, away: Entry
    ) -> None:
        newcomer = await connector.create(samples.entry)

        with pytest.raises(Conflict):
            await connector.update(newcomer, Delta(away, relocate=True))
        assert await connector.get(Ref(newcomer.kind, "", newcomer.locator), names(away)) is not None
