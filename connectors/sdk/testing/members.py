"""The promises of capability `members`, one test each. Goes beside `ConnectorContract`, and needs `samples.group`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, cast

import pytest
import pytest_asyncio

from connectors.sdk import Capability, Connector, Delta, Entry, Gone, Members, Query, Ref, Value
from connectors.sdk.testing.samples import Samples, by_id, names

MANY = 300


class WithMembers(Connector, Members, Protocol):
    """What these tests are about."""


def value_of(connector: Members, member: Ref) -> str:
    """The text by which groups hold the member."""
    text = connector.member_value(member)
    assert text is not None
    return text


@pytest.mark.asyncio
class MembersContract:
    """For groups whose members are entries of the same target."""

    @pytest_asyncio.fixture
    async def grouping(self, connector: Connector) -> WithMembers:
        assert Capability.MEMBERS in (await connector.probe()).capabilities
        return cast(WithMembers, connector)

    @pytest_asyncio.fixture
    async def group(self, grouping: WithMembers, samples: Samples) -> Ref:
        """`samples.group`, created: without members."""
        assert samples.group is not None
        return await grouping.create(samples.group)

    @pytest_asyncio.fixture
    async def people(self, grouping: WithMembers, samples: Samples) -> tuple[str, str]:
        """The values that stand for two entries as members."""
        one, other = await grouping.create(samples.entry), await grouping.create(samples.other)
        return value_of(grouping, one), value_of(grouping, other)

    async def members(self, connector: Connector, group: Ref) -> set[str]:
        found = await connector.get(group, [], members=True)
        assert found is not None
        assert found.members is not None
        assert len(found.members) == len(set(found.members))
        return set(found.members)

    async def test_a_new_group_has_no_members(self, grouping: WithMembers, group: Ref) -> None:
        assert set() == await self.members(grouping, group)

    async def test_members_come_only_when_they_are_asked_for(self, grouping: WithMembers, group: Ref) -> None:
        found = await grouping.get(group, [])

        assert found is not None
        assert found.members is None

    async def test_a_member_is_added_and_may_be_added_again(
        self, grouping: WithMembers, group: Ref, people: tuple[str, str]
    ) -> None:
        for _ in range(2):
            await grouping.update_members(group, [people[0]], [])

            assert {people[0]} == await self.members(grouping, group)

    async def test_the_last_member_goes_and_may_be_removed_again(
        self, grouping: WithMembers, group: Ref, people: tuple[str, str]
    ) -> None:
        await grouping.update_members(group, people, [])
        for _ in range(2):
            await grouping.update_members(group, [], people)

            assert set() == await self.members(grouping, group)

    async def test_a_group_that_was_emptied_takes_members_again(
        self, grouping: WithMembers, group: Ref, people: tuple[str, str]
    ) -> None:
        await grouping.update_members(group, people, [])
        await grouping.update_members(group, [], people)
        await grouping.update_members(group, people, [])

        assert set(people) == await self.members(grouping, group)

    async def test_members_are_exchanged_in_one_call(
        self, grouping: WithMembers, group: Ref, people: tuple[str, str]
    ) -> None:
        one, other = people
        await grouping.update_members(group, [one], [])
        await grouping.update_members(group, [other], [one])

        assert {other} == await self.members(grouping, group)

    async def test_news_are_applied_among_what_is_old(
        self, grouping: WithMembers, group: Ref, people: tuple[str, str]
    ) -> None:
        """One value of a request that is there already must not cost the others."""
        one, other = people
        await grouping.update_members(group, [one], [])
        await grouping.update_members(group, [one, other], [])

        assert {one, other} == await self.members(grouping, group)

    async def test_other_members_are_left_alone(
        self, grouping: WithMembers, group: Ref, people: tuple[str, str]
    ) -> None:
        one, other = people
        await grouping.update_members(group, [one], [])
        await grouping.update_members(group, [other], [])
        await grouping.update_members(group, [], [other])

        assert {one} == await self.members(grouping, group)

    async def test_no_members_to_change_is_success(self, grouping: WithMembers, group: Ref) -> None:
        await grouping.update_members(group, [], [])

        assert set() == await self.members(grouping, group)

    async def test_many_members_come_and_go(self, grouping: WithMembers, group: Ref, samples: Samples) -> None:
        values = [value_of(grouping, ref) for ref in await self.many(grouping, samples)]
        await grouping.update_members(group, values, [])
        assert self.compared(grouping, group, values) == await self.compared_members(grouping, group)
        await grouping.update_members(group, [], values[1:])

        assert self.compared(grouping, group, values[:1]) == await self.compared_members(grouping, group)

    async def compared_members(self, connector: Connector, group: Ref) -> frozenset[Value]:
        """A target may hold members in a spelling of its own."""
        return self.compared(connector, group, tuple(await self.members(connector, group)))

    def compared(self, connector: Connector, group: Ref, members: Sequence[str]) -> frozenset[Value]:
        return connector.normalise(group.kind, "members", members)

    async def many(self, connector: Connector, samples: Samples) -> Sequence[Ref]:
        """Many members: by default, places that would be free. Override it where members must exist."""
        return [Ref(samples.entry.kind, str(number), await self.place(connector, number)) for number in range(MANY)]

    async def place(self, connector: Connector, number: int) -> str:
        return f"member-{number}"

    async def test_search_reads_members(self, grouping: WithMembers, group: Ref, people: tuple[str, str]) -> None:
        await grouping.update_members(group, people, [])
        found: list[Entry] = []
        async for page in grouping.search(Query(group.kind, (), members=True)):
            found += page.entries

        assert set(people) == set(by_id(found)[group.id].members or ())

    async def test_an_update_of_the_group_leaves_its_members_alone(
        self, grouping: WithMembers, group: Ref, people: tuple[str, str], samples: Samples
    ) -> None:
        assert samples.group is not None
        await grouping.update_members(group, people, [])
        await grouping.update(group, Delta(samples.group))

        assert set(people) == await self.members(grouping, group)
        assert await grouping.get(group, names(samples.group)) is not None

    async def test_members_of_a_group_that_is_not_there_is_gone(
        self, grouping: WithMembers, group: Ref, people: tuple[str, str]
    ) -> None:
        await grouping.delete(group)

        with pytest.raises(Gone):
            await grouping.update_members(group, [people[0]], [])

    async def test_members_are_compared_by_normalise(
        self, grouping: WithMembers, group: Ref, people: tuple[str, str]
    ) -> None:
        await grouping.update_members(group, people, [])
        read = tuple(await self.members(grouping, group))

        assert grouping.normalise(group.kind, "members", people) == grouping.normalise(group.kind, "members", read)
        assert len(grouping.normalise(group.kind, "members", (*people, *read))) == len(people)

    async def test_a_member_value_needs_no_target(self, build: Any, grouping: WithMembers, people: Any) -> None:
        fresh = build()
        ref = Ref("users", "7", people[0])

        assert grouping.member_value(ref) == fresh.member_value(ref)
        await fresh.close()
