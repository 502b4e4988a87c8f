"""Members of groups: in parts, only those that change, and of services that do not show them."""

from typing import Any

import pytest

from connectors.sdk import Conflict, Delta, Entry, Gone, Missing, Refused
from tests.unit.connectors.scim.conftest import Connect
from tests.unit.connectors.scim.samples import CREW, searched
from tests.unit.connectors.scim.stub import Answer, Sent, Service, error


async def test_members_go_in_parts_of_a_hundred(connect: Connect, service: Service) -> None:
    service.hold("Groups", "g", displayName="Crew")
    await (await connect()).update_members(CREW, [str(n) for n in range(250)], [])

    assert [100, 100, 50] == [len(sent.operations[0]["value"]) for sent in service.writes("PATCH")]


async def test_one_member_more_sends_one_member_and_reads_none(connect: Connect, service: Service) -> None:
    service.hold("Groups", "g", displayName="Crew", members=[{"value": str(n)} for n in range(5000)])
    await (await connect()).update_members(CREW, ["new"], [])

    assert ["PATCH"] == [sent.method for sent in service.sent]
    assert [{"op": "add", "path": "members", "value": [{"value": "new"}]}] == service.writes()[0].operations


async def test_a_member_that_is_not_there_costs_the_others_nothing(connect: Connect, service: Service) -> None:
    service.hold("Groups", "g", displayName="Crew")
    service.answers += [Answer("PATCH", 404, error(404)), Answer("PATCH", 204), Answer("PATCH", 404, error(404))]
    connector = await connect()

    with pytest.raises(Missing) as raised:
        await connector.update_members(CREW, ["here", "away"], [])
    assert "away" == raised.value.reference
    assert [["here", "away"], ["here"], ["away"]] == [
        [each["value"] for each in sent.operations[0]["value"]] for sent in service.writes()
    ]


async def test_one_of_many_who_is_not_there_is_found_by_halves(connect: Connect, service: Service) -> None:
    service.hold("Groups", "g", displayName="Crew")
    service.absent = {"m5"}
    everybody = [f"m{number}" for number in range(64)]

    with pytest.raises(Missing) as raised:
        await (await connect()).update_members(CREW, everybody, ["x"])
    arrived = {each["value"] for sent in service.writes() if sent not in service.refused for each in members(sent)}
    assert "m5" == raised.value.reference
    assert set(everybody) - {"m5"} == arrived
    assert 20 > len(service.sent)


def members(sent: Sent) -> list[dict[str, str]]:
    """Who is added."""
    return [member for operation in sent.operations if operation["op"] == "add" for member in operation["value"]]


async def test_a_member_that_is_gone_already_is_gone(connect: Connect, service: Service) -> None:
    service.hold("Groups", "g", displayName="Crew")
    service.answers.append(Answer("PATCH", 400, error(400, scimType="noTarget")))
    await (await connect()).update_members(CREW, [], ["x"])

    assert 1 == len(service.writes())


async def test_members_of_a_group_that_is_gone_are_no_members(connect: Connect, service: Service) -> None:
    service.answers.append(Answer("PATCH", 404, error(404)))

    with pytest.raises(Gone):
        await (await connect()).update_members(CREW, ["x"], [])


async def test_a_version_that_changed_meanwhile_is_told(connect: Connect, service: Service) -> None:
    service.answers.append(Answer("PATCH", 412, error(412)))

    with pytest.raises(Conflict):
        await (await connect()).update_members(CREW, ["x"], [])


@pytest.mark.parametrize(("shown", "expected"), [(True, ("1", "2")), (False, None)])
async def test_a_service_that_shows_no_members_has_none_missing(
    connect: Connect, service: Service, shown: bool, expected: Any
) -> None:
    service.hold("Groups", "g", displayName="Crew", members=[{"value": "1"}, "2"])
    connector = await connect(groups={"members_shown": shown})
    entries, _ = await searched(connector, "groups", members=True)

    assert [expected] == [entry.members for entry in entries]


GROUP_SCHEMA = {
    "id": "urn:ietf:params:scim:schemas:core:2.0:Group",
    "attributes": [
        {"name": "displayName"},
        {"name": "members", "type": "complex", "multiValued": True, "returned": "request"},
    ],
}


@pytest.mark.parametrize("written", [{"members_shown": False}, {}])
async def test_a_group_that_shows_no_members_is_never_written_whole(
    connect: Connect, service: Service, written: dict[str, Any]
) -> None:
    """Its members would be gone."""
    service.documents["Schemas"] = None if written else [GROUP_SCHEMA]
    service.hold("Groups", "g", displayName="Crew")
    connector = await connect(groups=written, patch=False)
    renamed = Delta(Entry("groups", {"displayName": ("Staff",)}), relocate=True)

    for call in (connector.update(CREW, renamed), connector.update_members(CREW, ["x"], [])):
        with pytest.raises(Refused, match="would lose them"):
            await call
    assert [] == service.writes()
    assert [None] == [entry.members for entry in (await searched(connector, "groups", members=True))[0]]


async def test_members_are_not_asked_for_in_vain(connect: Connect, service: Service) -> None:
    service.hold("Groups", "g", displayName="Crew")
    connector = await connect()
    await connector.get(CREW, ["displayName"])
    await connector.get(CREW, ["displayName"], members=True)

    assert ["members", None] == [sent.query.get("excludedAttributes") for sent in service.sent]
