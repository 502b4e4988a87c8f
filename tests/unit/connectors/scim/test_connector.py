"""What is sent to a service that shows the quirks of real ones, and what the answers mean."""

from typing import Any

import pytest

from connectors.sdk import Change, Conflict, Delta, Gone, Key, OutcomeUnknown, Ref, Refused, Throttled, Verb
from tests.unit.connectors.scim.conftest import Connect
from tests.unit.connectors.scim.samples import BJ, JUST_SCHEMAS, SHOP, person, titled
from tests.unit.connectors.scim.stub import Answer, Service, error


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


async def test_what_the_service_keeps_for_itself_is_neither_sent_nor_read(connect: Connect, service: Service) -> None:
    kept = {"name": "tag", "mutability": "readOnly"}
    service.documents["Schemas"] = [{"id": SHOP, "attributes": [kept]}]
    service.hold("Users", "7", userName="bj", **{SHOP: {"tag": "theirs"}})
    tag = f"{SHOP}:tag"
    connector = await connect({"users": frozenset({"userName", tag})})
    await connector.update(BJ, Delta(person("bj"), (Change(tag, Verb.REPLACE, ("ours",)),)))
    found = await connector.get(BJ, ["userName", tag])

    assert [] == service.writes()
    assert found is not None
    assert {"userName": ("bj",)} == found.attributes


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
