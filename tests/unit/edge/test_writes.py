"""Writes: what a request makes of a resource, and what it leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.edge import Edge
from bridge.edge.parts import Asked, Client
from bridge.edge.writes import is_members_patch
from bridge.journal import Journal
from bridge.journal.accept import Taker
from bridge.scim.messages import Search
from bridge.scim.patch import PATCH_OP
from bridge.scim.resource_types import GROUP, USER
from tests.unit.edge.conftest import Answered, Call

CORE, ENTERPRISE = USER.schema.id, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
WORK = {"value": "b@x.example", "type": "work"}
BABS = {"schemas": [CORE], "userName": "bjensen", "title": "Guide", "emails": [WORK]}


async def made(call: Call, body: dict[str, Any] = BABS, path: str = "/Users", token: str = "plain") -> dict[str, Any]:
    created = await call("POST", path, body, token)
    assert 201 == created.status, created.body
    resource: dict[str, Any] = created.body
    return resource


async def group(call: Call, *members: str, token: str = "plain") -> dict[str, Any]:
    body = {"schemas": [GROUP.schema.id], "displayName": "Guides", "members": [{"value": each} for each in members]}
    return await made(call, body, "/Groups", token)


def message(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def recorded(journal: Journal) -> list[tuple[str, int]]:
    """Operation and version of every change."""
    return journal.read(lambda db: db.execute("SELECT operation, version FROM change ORDER BY seq").fetchall())


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("PUT", BABS),
        ("PUT", {**BABS, "id": "other", "meta": {"version": "x"}, "groups": []}),
        ("PATCH", message({"op": "replace", "path": "title", "value": "Guide"})),
        ("PATCH", message({"op": "add", "value": {"emails": [WORK]}})),
        ("PATCH", message({"op": "remove", "path": "nickName"})),
        (
            "PATCH",
            message(
                {"op": "replace", "path": "title", "value": "x"}, {"op": "replace", "path": "title", "value": "Guide"}
            ),
        ),
    ],
)
async def test_a_write_that_changes_nothing_makes_no_version_and_no_change(
    call: Call, edge: Edge, journal: Journal, method: str, body: dict[str, Any]
) -> None:
    woken: list[set[str]] = []
    edge.targets_for = lambda *_: [Taker("corp", "users")]
    user = await made(call)
    journal.on_dirty(woken.append)

    answered = await call(method, f"/Users/{user['id']}", body)

    assert (200, user) == (answered.status, answered.body)
    assert [("create", 1)] == recorded(journal)
    assert [] == woken


@pytest.mark.parametrize(
    ("operations", "scim_type"),
    [
        ([{"op": "replace", "path": "nothing", "value": "x"}], "invalidPath"),
        ([{"op": "replace", "path": "active", "value": "maybe"}], "invalidValue"),
        ([{"op": "replace", "path": 'emails[type eq "home"].value', "value": "x"}], "noTarget"),
        ([{"op": "replace", "path": "emails[type eq].value", "value": "x"}], "invalidFilter"),
        ([{"op": "remove"}], "noTarget"),
        ([{"op": "remove", "path": "userName"}], "mutability"),
        ([{"op": "move", "path": "title"}], "invalidSyntax"),
        ([], "invalidSyntax"),
    ],
)
async def test_a_patch_that_is_refused_leaves_no_trace(
    call: Call, journal: Journal, operations: list[dict[str, Any]], scim_type: str
) -> None:
    user = await made(call)
    first = [{"op": "replace", "path": "title", "value": "changed"}] if operations else []

    answered = await call("PATCH", f"/Users/{user['id']}", message(*first, *operations))

    assert (400, scim_type) == (answered.status, answered.body["scimType"])
    assert user == (await call("GET", f"/Users/{user['id']}")).body
    assert [("create", 1)] == recorded(journal)


async def test_members_that_are_refused_take_the_rest_of_the_patch_with_them(call: Call, journal: Journal) -> None:
    user = await made(call)
    guides = await group(call, user["id"])

    answered = await call(
        "PATCH",
        f"/Groups/{guides['id']}",
        message(
            {"op": "replace", "path": "displayName", "value": "Tour Guides"},
            {"op": "remove", "path": "members"},
            {"op": "remove", "path": f'members[value eq "{user["id"]}"]'},
        ),
    )

    assert (400, "noTarget") == (answered.status, answered.body["scimType"])
    assert guides == (await call("GET", f"/Groups/{guides['id']}")).body
    assert [("create", 1), ("create", 1)] == recorded(journal)


async def test_a_put_clears_what_it_leaves_out(call: Call) -> None:
    user = await made(call, {**BABS, ENTERPRISE: {"department": "D"}, "password": "s3cret"})

    answered = await call("PUT", f"/Users/{user['id']}", {"schemas": [CORE], "userName": "bjensen"})

    assert {"schemas": [CORE], "id": user["id"], "userName": "bjensen"} == {
        name: value for name, value in answered.body.items() if name != "meta"
    }
    assert user["meta"]["created"] == answered.body["meta"]["created"]
    assert 'W/"2"' == answered.body["meta"]["version"]


async def test_a_put_of_a_group_sets_its_members_by_what_differs(call: Call, edge: Edge, journal: Journal) -> None:
    edge.targets_for = lambda _, type_: [Taker("corp", "groups")] if type_ == "Group" else []
    ids = [(await made(call, {"schemas": [CORE], "userName": name}))["id"] for name in ("a", "b", "c")]
    guides = await group(call, ids[0], ids[1])
    await journal.submit(lambda tx: tx.db.execute("UPDATE target_membership SET dirty = 0"))
    body = {"schemas": [GROUP.schema.id], "displayName": "Guides", "members": [{"value": id_} for id_ in ids[1:]]}

    answered = await call("PUT", f"/Groups/{guides['id']}", body)

    assert sorted(ids[1:]) == sorted(each["value"] for each in answered.body["members"])
    dirty = journal.read(lambda db: db.execute("SELECT member FROM target_membership WHERE dirty").fetchall())
    assert sorted([(ids[0],), (ids[2],)]) == sorted(dirty)


async def test_a_put_of_a_group_without_members_has_none(call: Call) -> None:
    guides = await group(call, (await made(call))["id"])

    answered = await call("PUT", f"/Groups/{guides['id']}", {"schemas": [GROUP.schema.id], "displayName": "Guides"})

    assert "members" not in answered.body


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "password", "value": "s3cret-word"},
        {"op": "add", "path": f"{CORE}:password", "value": "s3cret-word"},
        {"op": "replace", "value": {"password": "s3cret-word", "nickName": "B"}},
        {"op": "replace", "value": {f"{CORE}:PassWord": "s3cret-word", "nickName": "B"}},
        {"op": "replace", "value": {CORE: {"password": "s3cret-word"}, "nickName": "B"}},
    ],
)
async def test_a_password_is_taken_and_never_recorded(call: Call, journal: Journal, operation: dict[str, Any]) -> None:
    user = await made(call)

    answered = await call("PATCH", f"/Users/{user['id']}", message(operation))

    assert 200 == answered.status
    assert "password" not in answered.body
    written = b"".join(path.read_bytes() for path in journal.path.parent.iterdir())
    assert b"s3cret-word" not in written


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_user_name_that_is_taken_stays_with_who_has_it(call: Call, method: str) -> None:
    await made(call)
    other = await made(call, {"schemas": [CORE], "userName": "kim"})
    bodies = {
        "PUT": {"schemas": [CORE], "userName": "BJensen"},
        "PATCH": message({"op": "replace", "path": "userName", "value": "BJensen"}),
    }

    answered = await call(method, f"/Users/{other['id']}", bodies[method])

    assert (409, "uniqueness") == (answered.status, answered.body["scimType"])


async def test_members_of_a_large_group_are_patched_without_an_answer_of_them_all(call: Call) -> None:
    guides = await group(call, *map(str, range(1001)))
    path, one_more = f"/Groups/{guides['id']}", message({"op": "add", "path": "members", "value": [{"value": "x"}]})

    first = await call("PATCH", path, one_more)
    asked = await call("PATCH", f"{path}?attributes=displayName", one_more)
    renamed = await call("PATCH", path, message({"op": "replace", "path": "displayName", "value": "G"}))

    assert (204, None, 'W/"2"') == (first.status, first.body, first.headers["ETag"])
    assert (200, "Guides", 'W/"2"') == (asked.status, asked.body["displayName"], asked.headers["ETag"])
    assert (200, 1002) == (renamed.status, len(renamed.body["members"]))


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "add", "path": "members", "value": []}], True),
        ([{"op": "add", "value": {"Members": []}}], True),
        ([{"op": "remove", "path": 'members[value eq "x"]'}], True),
        ([{"op": "add", "path": "members", "value": []}, {"op": "remove", "path": "externalId"}], False),
        ([{"op": "add", "value": {"members": [], "displayName": "x"}}], False),
    ],
)
def test_a_patch_is_about_members_alone_or_not(operations: list[dict[str, Any]], expected: bool) -> None:
    asked = Asked(Client("c", "t"), GROUP, Search(), "g", message(*operations))

    assert expected is is_members_patch(asked)


async def test_members_are_selected_by_their_reference(call: Call) -> None:
    """As the group shows it: with the reference, which is kept nowhere."""
    user, other = await made(call), await made(call, {**BABS, "userName": "mandy"})
    path = f"/Groups/{(await group(call, user['id'], other['id']))['id']}"
    shown = next(each for each in (await call("GET", path)).body["members"] if each["value"] == user["id"])

    patched = await call("PATCH", path, message({"op": "remove", "path": f'members[$ref eq "{shown["$ref"]}"]'}))
    again = await call("PATCH", path, message({"op": "remove", "path": f'members[$ref eq "{shown["$ref"]}"]'}))

    assert [other["id"]] == [each["value"] for each in patched.body["members"]]
    assert (400, "noTarget") == (again.status, again.body["scimType"])


async def test_unknown_attributes_are_left_out_or_refused_as_the_client_is_set(call: Call) -> None:
    body = {**BABS, "customAttribute1": "x"}
    patched = message({"op": "add", "value": {"customAttribute1": "x", "title": "T"}})

    lenient, strict = await made(call, body), await made(call, BABS, token="strict")
    answers: list[Answered] = [
        await call("POST", "/Users", {**body, "userName": "other"}, "strict"),
        await call("PUT", f"/Users/{strict['id']}", body, "strict"),
        await call("PATCH", f"/Users/{strict['id']}", patched, "strict"),
    ]

    assert "customAttribute1" not in lenient
    assert [(400, "invalidSyntax")] * 3 == [(each.status, each.body["scimType"]) for each in answers]
    assert 200 == (await call("PATCH", f"/Users/{lenient['id']}", patched)).status


async def test_a_profile_reads_its_senders_requests(call: Call) -> None:
    plain, entra = await made(call), await made(call, token="entra")
    twice = message({"op": "remove", "path": 'emails[type eq "home"]'})

    assert 400 == (await call("PATCH", f"/Users/{plain['id']}", twice)).status
    assert 200 == (await call("PATCH", f"/Users/{entra['id']}", twice, "entra")).status


CANARY = "Kanarienvogel-7391"


def keep_passwords(edge: Edge) -> None:
    edge.targets_for = lambda *_: [Taker("corp", "users", 1000)]


def waiting(journal: Journal) -> list[int]:
    """The versions of the passwords that wait."""
    return [version for (version,) in journal.read(lambda db: db.execute("SELECT version FROM password").fetchall())]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("PUT", {**BABS, "password": CANARY}),
        ("PUT", {**BABS, "PassWord": CANARY}),
        ("PATCH", message({"op": "replace", "path": "password", "value": CANARY})),
        ("PATCH", message({"op": "add", "path": f"{CORE}:password", "value": CANARY})),
        ("PATCH", message({"op": "replace", "value": {"password": CANARY}})),
    ],
)
async def test_a_password_is_taken_from_every_shape_and_is_nowhere_to_be_read(
    call: Call, edge: Edge, journal: Journal, method: str, body: dict[str, Any]
) -> None:
    keep_passwords(edge)
    user = await made(call)
    answered = await call(method, f"/Users/{user['id']}", body)
    read = await call("GET", f"/Users/{user['id']}?attributes=password")

    assert 200 == answered.status
    assert [2] == waiting(journal)
    assert CANARY not in repr(answered) + repr(read)
    assert CANARY.encode() not in journal.read(lambda db: db.serialize())
    assert user["meta"]["version"] != answered.body["meta"]["version"]


@pytest.mark.parametrize("nothing", ["", None])
async def test_an_empty_password_is_none(call: Call, edge: Edge, journal: Journal, nothing: str | None) -> None:
    keep_passwords(edge)
    user = await made(call)
    await call("PUT", f"/Users/{user['id']}", {**BABS, "password": nothing})

    assert [] == waiting(journal)
    assert [("create", 1)] == recorded(journal)


@pytest.mark.parametrize("wrong", [CANARY * 100, 7391, [CANARY], {"value": CANARY}])
async def test_a_password_that_cannot_be_one_is_refused_without_a_word_of_it(
    call: Call, edge: Edge, journal: Journal, wrong: Any
) -> None:
    keep_passwords(edge)
    answered = await call("POST", "/Users", {**BABS, "password": wrong})

    assert (400, "invalidValue") == (answered.status, answered.body["scimType"])
    assert CANARY not in repr(answered)
    assert [] == waiting(journal)


async def test_a_password_comes_with_a_new_user_and_in_bulk(call: Call, edge: Edge, journal: Journal) -> None:
    keep_passwords(edge)
    await made(call, {**BABS, "password": CANARY})
    bulk = {"method": "POST", "path": "/Users", "bulkId": "a", "data": {**BABS, "userName": "kim", "password": CANARY}}
    urn = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
    answered = await call("POST", "/Bulk", {"schemas": [urn], "Operations": [bulk]})

    assert ["201"] == [each["status"] for each in answered.body["Operations"]]
    assert [1, 1] == waiting(journal)
