"""What a service can do is found out; what it refuses is taken for what it says."""

import pytest

from connectors.sdk import Capability, Change, Delta, TargetMisconfigured, Verb
from tests.unit.connectors.scim.conftest import TOKEN, Connect
from tests.unit.connectors.scim.samples import BJ, JUST_SCHEMAS, person, searched, titled
from tests.unit.connectors.scim.stub import CONFIG, Answer, Service, error


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
