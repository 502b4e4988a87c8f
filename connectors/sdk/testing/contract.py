"""The promises that hold for every connector, one test each. See the package for how to use it."""

from __future__ import annotations

import pickle
import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from connectors.sdk import (
    EVERYTHING,
    Capability,
    Change,
    Conflict,
    Connector,
    Delta,
    Entry,
    Gone,
    Key,
    Probe,
    Query,
    Ref,
    Verb,
)
from connectors.sdk.testing.samples import Samples, as_compared, by_id, delta, everything, names, without

QUICK_SECONDS = 1.0


@pytest.mark.asyncio
class ConnectorContract:
    """Override `build` and `samples`. Each test must begin on a target that holds none of the samples."""

    @pytest.fixture
    def build(self) -> Callable[[], Connector]:
        raise NotImplementedError("override `build`: it makes a connector to the target under test")

    @pytest.fixture
    def samples(self) -> Samples:
        raise NotImplementedError("override `samples`: the entries to be written")

    @pytest_asyncio.fixture
    async def connector(self, build: Callable[[], Connector]) -> AsyncIterator[Connector]:
        connector = build()
        await connector.open()
        await connector.probe()
        yield connector
        await connector.close()

    @pytest_asyncio.fixture
    async def ref(self, connector: Connector, samples: Samples) -> Ref:
        """`samples.entry`, created."""
        return await connector.create(samples.entry)

    async def read(self, connector: Connector, ref: Ref, entry: Entry) -> Entry:
        """The entry with the attributes of a sample; it must be there."""
        found = await connector.get(ref, names(entry))
        assert found is not None
        return found

    async def holds(self, connector: Connector, ref: Ref, entry: Entry) -> None:
        """Assert that the target holds exactly these values in these attributes."""
        found = await self.read(connector, ref, entry)
        wanted = as_compared(connector, entry.kind, entry.attributes)

        assert wanted == as_compared(connector, entry.kind, found.attributes)

    # what it is

    async def test_probe_says_what_the_target_is(self, connector: Connector) -> None:
        probe = await connector.probe()

        assert isinstance(probe, Probe)
        assert probe.server
        assert all(isinstance(capability, Capability) for capability in probe.capabilities)

    async def test_the_identity_of_the_target_is_stable(
        self, connector: Connector, build: Callable[[], Connector]
    ) -> None:
        first, second = await connector.probe(), build()
        again = await second.probe()
        await second.close()

        assert first.identity == again.identity

    async def test_a_capability_comes_with_its_methods(self, connector: Connector) -> None:
        capabilities = (await connector.probe()).capabilities

        if Capability.MEMBERS in capabilities:
            assert callable(getattr(connector, "member_value", None))
            assert callable(getattr(connector, "update_members", None))
        if Capability.ACTIVATION in capabilities:
            assert callable(getattr(connector, "activate", None))
        if Capability.PASSWORD in capabilities:
            assert callable(getattr(connector, "set_password", None))

    async def test_it_takes_at_least_one_call_at_a_time(self, connector: Connector) -> None:
        assert connector.concurrency >= 1

    async def test_open_does_not_need_the_target(self, build: Callable[[], Connector]) -> None:
        connector = build()
        await connector.open()
        await connector.close()

    async def test_close_is_quick(self, build: Callable[[], Connector], samples: Samples) -> None:
        connector = build()
        await connector.open()
        await connector.probe()
        began = time.monotonic()
        await connector.close()

        assert time.monotonic() - began < QUICK_SECONDS

    # create and get

    async def test_what_was_created_is_read_back(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        await self.holds(connector, ref, samples.entry)

    async def test_a_ref_has_an_id_and_a_locator(self, ref: Ref, samples: Samples) -> None:
        assert samples.entry.kind == ref.kind
        assert ref.id
        assert ref.locator

    async def test_what_is_read_says_where_it_is(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        found = await self.read(connector, ref, samples.entry)

        assert found.ref is not None
        assert (ref.kind, ref.id) == (found.ref.kind, found.ref.id)

    async def test_an_entry_is_found_by_its_locator_alone(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        found = await connector.get(Ref(ref.kind, "", ref.locator), names(samples.entry))

        assert found is not None
        assert found.ref is not None
        assert ref.id == found.ref.id

    async def test_another_connector_finds_it_too(
        self, ref: Ref, build: Callable[[], Connector], samples: Samples
    ) -> None:
        """Nothing is remembered inside a connector."""
        second = build()
        await second.probe()
        try:
            await self.holds(second, ref, samples.entry)
        finally:
            await second.close()

    async def test_everything_is_what_a_create_could_write_again(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        if Capability.EVERYTHING not in (await connector.probe()).capabilities:
            return
        found = await connector.get(ref, [EVERYTHING])
        assert found is not None
        await connector.delete(ref)
        again = await connector.create(Entry(ref.kind, found.attributes))

        assert again.id != ref.id
        await self.holds(connector, again, samples.entry)

    async def test_get_answers_the_attributes_that_were_asked_for(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        found = await connector.get(ref, [samples.unique])

        assert found is not None
        assert {samples.unique} == set(found.attributes)

    async def test_get_of_an_entry_that_is_gone_is_none(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        await connector.delete(ref)

        assert await connector.get(ref, names(samples.entry)) is None
        assert await connector.get(Ref(ref.kind, "", ref.locator), names(samples.entry)) is None

    async def test_creating_twice_is_a_conflict(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        with pytest.raises(Conflict):
            await connector.create(samples.altered)

        await self.holds(connector, ref, samples.entry)

    async def test_an_attribute_without_values_is_not_written(self, connector: Connector, samples: Samples) -> None:
        ref = await connector.create(without(samples.entry, samples.cleared))
        found = await connector.get(ref, [samples.cleared])

        assert found is not None
        assert not found.attributes.get(samples.cleared)

    # update

    async def test_an_update_changes_values_and_keeps_the_id(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        after = await connector.update(ref, delta(samples.entry, samples.altered))

        assert ref.id == after.id
        await self.holds(connector, after, samples.altered)

    async def test_an_update_may_be_repeated(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        change = delta(samples.entry, samples.altered)
        first = await connector.update(ref, change)

        assert first == await connector.update(ref, change)
        await self.holds(connector, ref, samples.altered)

    async def test_an_attribute_is_cleared_and_may_be_cleared_again(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        bare = without(samples.entry, samples.cleared)
        for _ in range(2):
            await connector.update(ref, delta(samples.entry, bare))

        await self.holds(connector, ref, bare)

    async def test_an_update_without_changes_does_nothing(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        after = await connector.update(ref, Delta(samples.entry))

        assert ref.id == after.id
        await self.holds(connector, ref, samples.entry)

    async def test_values_are_added_and_removed_among_others(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        """Repeating it is success: the first answer may have been lost."""
        if samples.several is None:
            pytest.skip("the target has no attribute with several values")
        name, (one, two) = samples.several
        for verb, value, left in (
            (Verb.REPLACE, one, [one]),
            (Verb.ADD, two, [one, two]),
            (Verb.ADD, two, [one, two]),
            (Verb.REMOVE, one, [two]),
            (Verb.REMOVE, one, [two]),
        ):
            await connector.update(ref, Delta(samples.entry, (Change(name, verb, (value,)),)))
            found = await connector.get(ref, [name])

            assert found is not None
            assert connector.normalise(ref.kind, name, left) == connector.normalise(
                ref.kind, name, found.attributes[name]
            )

    async def test_updating_what_is_not_there_is_gone(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        await connector.delete(ref)

        with pytest.raises(Gone):
            await connector.update(ref, delta(samples.entry, samples.altered))

    async def test_an_update_never_reaches_another_entry_at_the_old_place(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        await connector.delete(ref)
        stranger = await connector.create(samples.entry)
        assert ref.id != stranger.id

        with pytest.raises(Gone):
            await connector.update(ref, delta(samples.entry, samples.altered))

        await self.holds(connector, stranger, samples.entry)

    # rename

    async def test_a_rename_moves_the_entry_and_keeps_the_id(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        after = await connector.update(ref, delta(samples.entry, samples.renamed, relocate=True))
        old = await connector.get(Ref(ref.kind, "", ref.locator), names(samples.entry))

        assert ref.id == after.id
        assert ref.locator != after.locator
        assert old is None
        await self.holds(connector, after, samples.renamed)

    async def test_a_rename_may_be_repeated_by_one_who_knows_the_old_place(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        change = delta(samples.entry, samples.renamed, relocate=True)
        first = await connector.update(ref, change)

        assert first == await connector.update(ref, change)

    async def test_a_renamed_entry_is_followed_by_its_id(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        await connector.update(ref, delta(samples.entry, samples.renamed, relocate=True))

        await self.holds(connector, ref, samples.renamed)

    async def test_a_rename_to_a_place_that_is_taken_is_a_conflict(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        stranger = await connector.create(samples.renamed)

        with pytest.raises(Conflict):
            await connector.update(ref, delta(samples.entry, samples.renamed, relocate=True))

        await self.holds(connector, ref, samples.entry)
        await self.holds(connector, stranger, samples.renamed)

    # delete

    async def test_what_was_deleted_is_gone_and_may_be_deleted_again(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        await connector.delete(ref)
        await connector.delete(ref)

        assert await connector.get(ref, names(samples.entry)) is None

    async def test_a_delete_never_reaches_another_entry_at_the_old_place(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        await connector.delete(ref)
        stranger = await connector.create(samples.entry)
        await connector.delete(ref)

        await self.holds(connector, stranger, samples.entry)

    async def test_an_entry_that_was_renamed_by_others_is_deleted(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        after = await connector.update(ref, delta(samples.entry, samples.renamed, relocate=True))
        await connector.delete(ref)

        assert await connector.get(after, names(samples.entry)) is None

    # search and find

    async def test_search_of_an_empty_target_is_complete(self, connector: Connector, samples: Samples) -> None:
        pages = [page async for page in connector.search(Query(samples.entry.kind, (samples.unique,)))]

        assert [entry for page in pages for entry in page.entries] == []
        assert pages[-1].complete

    async def test_search_reads_every_entry_of_its_kind(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        other = await connector.create(samples.other)
        found = by_id(await everything(connector, ref.kind, names(samples.entry)))
        wanted = as_compared(connector, ref.kind, samples.entry.attributes)

        assert {ref.id, other.id} == set(found)
        assert wanted == as_compared(connector, ref.kind, found[ref.id].attributes)

    async def test_only_the_last_page_is_complete(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        pages = [page async for page in connector.search(Query(ref.kind, (samples.unique,)))]

        assert [False] * (len(pages) - 1) + [True] == [page.complete for page in pages]

    async def test_a_search_may_be_left_early(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        pages = connector.search(Query(ref.kind, (samples.unique,)))
        async for _ in pages:
            break

        await self.holds(connector, ref, samples.entry)

    async def test_find_answers_none_one_and_many(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        unique = Key(ref.kind, samples.unique, samples.entry.attributes[samples.unique][0])
        nobody = Key(ref.kind, samples.unique, "nobody-at-all")
        shared = Key(ref.kind, samples.shared, samples.entry.attributes[samples.shared][0])
        other = await connector.create(samples.other)

        assert await connector.find(nobody) == []
        assert [ref.id] == [found.id for found in await connector.find(unique)]
        assert {ref.id, other.id} == {found.id for found in await connector.find(shared)}

    async def test_find_takes_no_wildcard(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        assert await connector.find(Key(ref.kind, samples.unique, "*")) == []

    # places, values, faults

    async def test_locate_is_the_same_for_the_wanted_and_the_read_entry(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        found = await self.read(connector, ref, samples.entry)

        assert connector.locate(samples.entry) == connector.locate(found)
        assert connector.locate(samples.entry) == connector.locate(samples.altered)

    async def test_locate_differs_for_other_places(self, connector: Connector, samples: Samples) -> None:
        places = {connector.locate(entry) for entry in (samples.entry, samples.renamed, samples.other)}

        assert len(places) == 3

    async def test_locate_answers_without_the_target(self, build: Callable[[], Connector], samples: Samples) -> None:
        """A claim on a place outlives the process: it must not depend on what a probe has found."""
        fresh, probed = build(), build()
        before = fresh.locate(samples.entry)
        await probed.probe()
        after = probed.locate(samples.entry)
        for connector in (fresh, probed):
            await connector.close()

        assert before == after

    async def test_normalise_is_the_same_for_what_was_sent_and_what_came_back(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        found = await self.read(connector, ref, samples.entry)
        for name, values in samples.entry.attributes.items():
            sent = connector.normalise(ref.kind, name, values)

            assert sent == connector.normalise(ref.kind, name, found.attributes.get(name, ()))
            assert sent == connector.normalise(ref.kind, name, [*values, *values])

    async def test_check_has_nothing_against_what_the_target_takes(
        self, connector: Connector, samples: Samples
    ) -> None:
        assert connector.check(samples.entry) == []

    async def test_check_names_the_missing_name_and_a_remedy(self, connector: Connector, samples: Samples) -> None:
        faults = connector.check(samples.nameless)

        assert faults
        assert all(fault.problem and fault.remedy for fault in faults)

    async def test_values_can_be_pickled(self, connector: Connector, ref: Ref, samples: Samples) -> None:
        found = await self.read(connector, ref, samples.entry)
        probe = await connector.probe()

        assert (ref, found, probe) == pickle.loads(pickle.dumps((ref, found, probe)))  # noqa: S301  # our own
