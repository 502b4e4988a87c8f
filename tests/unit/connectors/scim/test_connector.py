"""The connector at a service that shows the quirks of real ones; what it sends, and what it makes of the answers."""

from typing import Any

import pytest

from connectors.scim import ScimConnector
from connectors.sdk import (
    Capability,
    Change,
    Conflict,
    Delta,
    Entry,
    Gone,
    Key,
    Missing,
    OutcomeUnknown,
    Query,
    Ref,
    Refused,
    TargetDown,
    TargetMisconfigured,
    Throttled,
    Verb,
)
from tests.unit.connectors.scim.conftest import TOKEN, Connect
from tests.unit.connectors.scim.stub import CONFIG, Answer, Service, error

SHOP = "urn:example:shop:2.0:User"
BJ = Ref("users", "7", "users/userName=bj")
CREW = Ref("groups", "g", "groups/displayName=Crew")
JUST_SCHEMAS = {"Resources": [{"id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": [{"name": "title"}]}]}


def person(name: str, **values: str) -> Entry:
    return Entry("users", {"userName": (name,), **{attribute: (value,) for attribute, value in values.items()}})


def titled(title: str | None) -> Delta:
    return Delta(person("bj"), (Change("title", Verb.REPLACE, () if title is None else (title,)),))


async def searched(connector: ScimConnector, kind: str = "users", members: bool = False) -> tuple[list[Entry], bool]:
    attributes = ("userName", "title") if kind == "users" else ("displayName",)
    pages = [page async for page in connector.search(Query(kind, attributes, members))]
    return [entry for page in pages for entry in page.entries], pages[-1].complete


# what the service can do


async def test_a_service_without_patch_is_written_whole_with_what_we_do_not_know(
    connect: Connect, service: Service
) -> None:
    service.documents[CONFIG] = {"patch": {"supported": False}, "etag": {"supported": True}}
    service.hold("Users", "7", userName="bj", nickName="Babs", meta={"version": "x"})
    await (await connect()).update(BJ, titled("T"))
    (put,) = service.writes()

    assert "PUT" == put.method
    assert {"id": "7", "userName": "bj", "nickName": "Babs", "title": "T"}.items() <= put.body.items()
    assert "meta" not in put.body
    assert 'W/"1"' == put.headers["If-Match"]


@pytest.mark.parametrize("status", [405, 501])
async def test_a_service_that_says_patch_and_has_none_is_written_by_put(
    connect: Connect, service: Service, status: int
) -> None:
    service.hold("Users", "7", userName="bj")
    service.answers.append(Answer("PATCH", status, error(status)))
    connector = await connect()
    await connector.update(BJ, titled("T"))
    await connector.activate(BJ, active=False)

    assert ["PATCH", "PUT", "PUT"] == [sent.method for sent in service.writes()]
    assert "If-Match" not in service.writes()[1].headers


async def test_no_answer_holds_more_than_the_service_gives(connect: Connect, service: Service) -> None:
    service.documents[CONFIG] = {"filter": {"supported": True, "maxResults": 2}}
    service.most = 2
    for number in range(5):
        service.hold("Users", str(number), userName=f"u{number}")
    connector = await connect()
    entries, complete = await searched(connector)

    assert 2 == (await connector.probe()).limits["maxResults"]
    assert (5, True) == (len(entries), complete)
    assert {"2"} == {sent.query["count"] for sent in service.reads("/Users")[:3]}


async def test_a_service_that_offers_cursors_alone_is_read_by_them(connect: Connect, service: Service) -> None:
    service.documents[CONFIG] = {"pagination": {"cursor": True, "index": False}}
    service.cursors = True
    for number in range(5):
        service.hold("Users", str(number), userName=f"u{number}")
    connector = await connect(page_size=2)
    await connector.probe()
    probed = service.reads("/Users")
    service.sent.clear()
    entries, complete = await searched(connector)

    assert (5, True) == (len(entries), complete)
    assert [{"cursor": "", "count": "1"}] == [sent.query for sent in probed]
    assert ["", "2", "4"] == [sent.query["cursor"] for sent in service.reads("/Users")]


async def test_capabilities_are_what_is_offered(connect: Connect, service: Service) -> None:
    service.documents[CONFIG] = {"changePassword": {"supported": False}}
    probe = await (await connect(groups=None)).probe()

    assert {Capability.ACTIVATION} == probe.capabilities
    assert "PATCH" == probe.facts["changes"]


async def test_discovery_may_be_off(connect: Connect, service: Service) -> None:
    service.documents["Schemas"] = JUST_SCHEMAS
    connector = await connect({"users": frozenset({"userName", "nickName"})}, discovery=False)
    await connector.create(person("bj", nickName="B"))

    assert "B" == service.writes("POST")[0].body["nickName"]


async def test_discovery_that_breaks_is_no_answer(connect: Connect, service: Service) -> None:
    service.answers += [Answer("GET", 500, error(500)), Answer("GET", 403, error(403)), Answer("GET", 200, "<html>")]

    assert () == (await (await connect()).probe()).warnings


async def test_a_token_that_is_not_accepted_is_said_at_the_probe(connect: Connect, service: Service) -> None:
    connector = await connect()
    service.answers.append(Answer("GET", 401, error(401, f"{TOKEN} is odd")))

    with pytest.raises(TargetMisconfigured, match="renew the token") as raised:
        await connector.probe()
    assert TOKEN not in raised.value.message


# what is sent


async def test_what_the_service_does_not_know_is_neither_sent_nor_missed(connect: Connect, service: Service) -> None:
    service.documents["Schemas"] = JUST_SCHEMAS
    tag = f"{SHOP}:tag"
    connector = await connect({"users": frozenset({"userName", "title", tag})})
    entry = person("bj", title="T", **{tag: "x"})
    await connector.create(entry)
    await connector.update(Ref("users", "n0", ""), Delta(entry, (Change(tag, Verb.REPLACE, ("y",)),)))
    (post,) = service.writes()

    assert {"schemas", "userName", "title", "active", "id"} == set(post.body) | {"id"}
    assert [] == connector.check(entry)
    assert frozenset() == connector.normalise("users", tag, ["x"])
    assert [tag in warning for warning in (await connector.probe()).warnings] == [True]


async def test_whether_an_account_may_be_used_is_always_said(connect: Connect, service: Service) -> None:
    connector = await connect()
    ref = await connector.create(person("bj"))
    await connector.activate(ref, active=False)
    await connector.activate(ref, active=True)
    post, *patches = service.writes()

    assert post.body["active"] is True
    assert [[{"op": "replace", "path": "active", "value": value}] for value in (False, True)] == [
        patch.operations for patch in patches
    ]


async def test_a_password_stands_in_no_error(connect: Connect, service: Service) -> None:
    connector = await connect()
    service.answers.append(Answer("PATCH", 400, error(400, "s3cret is too short", scimType="invalidValue")))

    with pytest.raises(Refused) as raised:
        await connector.set_password(BJ, "s3cret")
    assert "s3cret" not in raised.value.message
    assert "s3cret" == service.writes()[0].operations[0]["value"]


async def test_plain_json_is_sent_to_who_takes_nothing_else(connect: Connect, service: Service) -> None:
    connector = await connect()
    service.answers.append(Answer("POST", 415, error(415)))
    await connector.create(person("bj"))
    await connector.create(person("jd"))

    assert ["application/scim+json", "application/json", "application/json"] == [
        sent.headers["Content-Type"] for sent in service.writes()
    ]


async def test_a_change_with_a_version_is_made_of_that_version(connect: Connect, service: Service) -> None:
    service.documents[CONFIG] = {"etag": {"supported": True}}
    service.hold("Users", "7", userName="bj", emails=[{"type": "home", "value": "h"}], version="3")
    await (await connect()).update(BJ, Delta(person("bj"), (Change("emails", Verb.ADD, ("w",)),)))
    (patch,) = service.writes()

    assert 'W/"3"' == patch.headers["If-Match"]
    assert [{"type": "home", "value": "h"}, {"value": "w"}] == patch.operations[0]["value"]


# what the answers mean


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (201, {"id": "7"}, {}),
        (200, {"id": "7"}, {}),
        (201, None, {"Location": "https://x/scim/v2/Users/7"}),
        (201, {"userName": "bj"}, {}),
        (204, None, {}),
    ],
)
async def test_a_new_id_is_found_however_it_is_told(
    connect: Connect, service: Service, status: int, body: Any, headers: dict[str, str]
) -> None:
    service.hold("Users", "7", userName="BJ")
    service.answers.append(Answer("POST", status, body, headers))

    assert BJ == await (await connect()).create(person("bj"))


async def test_a_resource_that_was_made_and_is_not_found_is_looked_for_again(
    connect: Connect, service: Service
) -> None:
    service.answers.append(Answer("POST", 201))

    with pytest.raises(OutcomeUnknown):
        await (await connect()).create(person("bj"))


@pytest.mark.parametrize("status", [400, 409])
async def test_a_name_that_is_taken_is_a_conflict(connect: Connect, service: Service, status: int) -> None:
    taken = error(status, "bj is taken", scimType="uniqueness")
    service.answers += [Answer("POST", status, taken), Answer("PATCH", status, taken)]
    connector = await connect()

    with pytest.raises(Conflict):
        await connector.create(person("bj"))
    with pytest.raises(Conflict):
        await connector.update(BJ, Delta(person("jd"), relocate=True))


async def test_a_throttled_create_is_not_refused(connect: Connect, service: Service) -> None:
    service.answers.append(Answer("POST", 400, {"__type": "ThrottlingException"}))

    with pytest.raises(Throttled):
        await (await connect()).create(person("bj"))


async def test_an_answer_without_active_says_nothing_about_it(connect: Connect, service: Service) -> None:
    service.hold("Users", "7", userName="bj", title="T")
    found = await (await connect()).get(BJ, ["userName", "title"])

    assert found is not None
    assert {"userName": ("bj",), "title": ("T",)} == found.attributes


async def test_a_softly_deleted_account_comes_back_under_its_id(connect: Connect, service: Service) -> None:
    """The service keeps who was deleted, and revives them when they are made again."""
    service.hold("Users", "7", userName="bj", active=False)
    service.answers += [Answer("DELETE", 204), Answer("POST", 201, {"id": "7", "userName": "bj"})]
    connector = await connect()
    await connector.delete(BJ)
    await connector.delete(BJ)

    assert BJ == await connector.create(person("bj"))
    assert service.writes("POST")[0].body["active"] is True


async def test_who_came_back_under_another_id_is_gone_by_the_old_one_and_found_by_name(
    connect: Connect, service: Service
) -> None:
    """A service that was restored from a backup gives new ids."""
    service.hold("Users", "8", userName="bj")
    connector = await connect()

    assert await connector.get(BJ, ["userName"]) is None
    assert [Ref("users", "8", BJ.locator)] == await connector.find(Key("users", "userName", "bj"))
    service.answers.append(Answer("PATCH", 404, error(404)))
    with pytest.raises(Gone):
        await connector.update(BJ, titled("T"))


# who is there


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


# members


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
