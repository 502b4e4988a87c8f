"""Who is there, at services that filter, that do not, and that answer with more than they were asked for."""

import pytest

from connectors.sdk import Conflict, Delta, Entry, Key, Ref, Refused, TargetDown
from tests.unit.connectors.scim.conftest import Connect
from tests.unit.connectors.scim.samples import BJ, CREW, searched
from tests.unit.connectors.scim.stub import CONFIG, Answer, Service, error


async def test_a_user_name_is_found_in_any_case_and_compared_by_us(connect: Connect, service: Service) -> None:
    service.hold("Users", "7", userName="BJensen")
    service.filters = False
    service.hold("Users", "8", userName="jd")
    connector = await connect()

    assert ["7"] == [ref.id for ref in await connector.find(Key("users", "userName", "bjENSEN"))]
    assert 'userName eq "bjENSEN"' == service.reads("/Users")[0].query["filter"]


@pytest.mark.parametrize("status", [400, 403, 501])
async def test_where_nothing_is_filtered_the_whole_list_is_compared(
    connect: Connect, service: Service, status: int
) -> None:
    for number in range(5):
        service.hold("Users", str(number), userName=f"u{number}", emails=[{"type": "work", "value": f"u{number}@x"}])
    connector = await connect(page_size=2)
    service.answers.append(Answer("GET", status, error(status)))
    found = await connector.find(Key("users", 'emails[type eq "work"].value', "U3@x"))

    assert ["3"] == [ref.id for ref in found]
    assert ['emails[type eq "work" and value eq "U3@x"]', *[None] * 4] == [
        sent.query.get("filter") for sent in service.reads("/Users")
    ]


async def test_a_service_that_says_it_does_not_filter_is_not_asked_to(connect: Connect, service: Service) -> None:
    service.documents[CONFIG] = {"filter": {"supported": False}}
    service.hold("Users", "7", userName="bj")
    connector = await connect()

    assert await connector.get(Ref("users", "", BJ.locator), []) is not None
    assert "filter" not in service.reads("/Users")[0].query


async def test_a_filter_that_every_service_has_is_asked_once_where_it_is_refused(
    connect: Connect, service: Service
) -> None:
    service.hold("Users", "7", userName="bj")
    connector = await connect()
    service.answers.append(Answer("GET", 400, error(400, scimType="invalidFilter")))
    found = [await connector.find(Key("users", "userName", "bj")) for _ in range(2)]

    assert ["7", "7"] == [ref.id for refs in found for ref in refs]
    assert ['userName eq "bj"', *[None] * 4] == [sent.query.get("filter") for sent in service.sent]


async def test_nobody_is_absent_from_a_list_that_was_not_read_to_its_end(connect: Connect, service: Service) -> None:
    service.filters, service.pages = False, False
    for number in range(5):
        service.hold("Users", str(number), userName=f"u{number}")
    connector = await connect(page_size=2)

    with pytest.raises(TargetDown, match="could not be read to the end"):
        await connector.get(Ref("users", "", "users/userName=nobody"), [])
    assert not (await searched(connector))[1]


async def test_a_resource_without_an_external_id_is_an_entry(connect: Connect, service: Service) -> None:
    service.hold("Users", "7", userName="bj")
    connector = await connect(users={"key": "externalId"})
    entries, complete = await searched(connector)

    assert complete
    assert [Ref("users", "7", "users/#7")] == [entry.ref for entry in entries]


async def test_of_two_groups_of_one_name_none_is_the_first(connect: Connect, service: Service) -> None:
    service.hold("Groups", "g", displayName="Crew")
    service.hold("Groups", "h", displayName="Crew")
    service.hold("Groups", "i", displayName="crew")

    with pytest.raises(Refused, match="2 resources have this displayName"):
        await (await connect()).get(Ref("groups", "", CREW.locator), [])


async def test_a_group_that_is_renamed_looks_whether_the_name_is_free(connect: Connect, service: Service) -> None:
    service.hold("Groups", "g", displayName="Crew")
    service.hold("Groups", "h", displayName="Staff")
    connector = await connect()
    names = [Delta(Entry("groups", {"displayName": (name,)}), relocate=True) for name in ("Staff", "Crew", "New")]

    with pytest.raises(Conflict, match="another resource has this displayName"):
        await connector.update(CREW, names[0])
    for free in names[1:]:
        await connector.update(CREW, free)
    assert ["Crew", "New"] == [sent.operations[0]["value"] for sent in service.writes()]
