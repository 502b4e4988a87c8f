"""The promises of a connector whose pages have marks, one test each. Goes beside `ConnectorContract`."""

from __future__ import annotations

import pytest

from connectors.sdk import Connector, Query, Ref
from connectors.sdk.testing.samples import Samples, delta, names


@pytest.mark.asyncio
class MarksContract:
    async def test_a_mark_is_the_same_until_something_of_the_entry_changes(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        before = await _marks(connector, samples)
        again, salted = await _marks(connector, samples), await _marks(connector, samples, salt="other")
        await connector.update(ref, delta(samples.entry, samples.altered))
        altered = await _marks(connector, samples)
        await connector.update(ref, delta(samples.altered, samples.entry))
        await connector.update(ref, delta(samples.entry, samples.renamed, relocate=True))
        renamed = await _marks(connector, samples)

        assert {ref.id} == before.keys() == renamed.keys()
        assert before == again
        assert len({each[ref.id] for each in (before, salted, altered, renamed)}) == 4

    async def test_marks_are_in_the_order_of_the_entries(
        self, connector: Connector, ref: Ref, samples: Samples
    ) -> None:
        await connector.create(samples.other)
        query = Query(ref.kind, tuple(names(samples.entry)), salt="salt")
        pages = [page async for page in connector.search(query) if page.entries]

        assert pages
        for page in pages:
            assert list(page.marks) == [entry.ref.id for entry in page.entries if entry.ref]

    async def test_nobody_gets_marks_who_did_not_ask_for_them(self, connector: Connector, ref: Ref) -> None:
        assert [dict(page.marks) async for page in connector.search(Query(ref.kind, ())) if page.entries] == [{}]


async def _marks(connector: Connector, samples: Samples, salt: str = "salt") -> dict[str, str]:
    """The marks of all entries of the sample's kind, of all its attributes: id → digest."""
    query = Query(samples.entry.kind, tuple(names(samples.entry)), salt=salt)
    return {id_: mark async for page in connector.search(query) for id_, mark in page.marks.items()}
