"""A resource as it is shown: complete `meta`, members and groups with their type, `$ref` and name."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.edge import Edge
from bridge.scim.resource_types import CORE, USER, ResourceType
from tests.daemon import GROUP, PATCH
from tests.unit.edge.conftest import BASE, Call
from tests.unit.scim.things import CORE as THING_URN
from tests.unit.scim.things import MORE, THING, thing

PROFESSOR = ResourceType("Professor", "Professors", USER.schema)


@pytest.fixture(autouse=True)
def _types(edge: Edge) -> None:
    edge.serve({**CORE, "Thing": THING, "Professor": PROFESSOR})


async def user(call: Call, name: str, endpoint: str = "Users") -> str:
    made = await call("POST", f"/{endpoint}", {"schemas": [USER.schema.id], "userName": name})
    assert 201 == made.status
    return str(made.body["id"])


async def group(call: Call, name: str, *members: dict[str, Any]) -> str:
    made = await call("POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": list(members)})
    assert 201 == made.status
    return str(made.body["id"])


async def groups_of(call: Call, id_: str, endpoint: str = "Users") -> dict[str, str]:
    got = await call("GET", f"/{endpoint}/{id_}")
    for each in got.body.get("groups", ()):
        assert f"{BASE}/Groups/{each['value']}" == each["$ref"]
    return {each["display"]: each["type"] for each in got.body.get("groups", ())}


async def test_meta_is_complete_and_is_no_clients_to_say(call: Call) -> None:
    body = {"schemas": [USER.schema.id], "userName": "kim", "id": "mine", "meta": {"version": "x", "resourceType": "Y"}}
    made = await call("POST", "/Users", body)
    id_, meta = made.body["id"], made.body["meta"]

    assert "mine" != id_
    assert {"resourceType", "created", "lastModified", "location", "version"} == set(meta)
    assert ("User", f"{BASE}/Users/{id_}") == (meta["resourceType"], meta["location"])
    assert (meta["location"], meta["version"]) == (made.headers["Location"], made.headers["ETag"])
    again = await call("PUT", f"/Users/{id_}", {**body, "title": "x"})
    assert (id_, meta["created"]) == (again.body["id"], again.body["meta"]["created"])
    assert meta["version"] != again.body["meta"]["version"]


async def test_a_user_shows_its_groups_and_those_that_they_are_in(call: Call) -> None:
    kim = await user(call, "kim")
    inner = await group(call, "inner", {"value": kim})
    middle = await group(call, "middle", {"value": inner, "type": "Group"})
    await group(call, "outer", {"value": middle})
    await group(call, "both", {"value": kim}, {"value": inner})

    assert {"inner": "direct", "middle": "indirect", "outer": "indirect", "both": "direct"} == await groups_of(
        call, kim
    )


async def test_a_circle_of_groups_ends_where_it_began(call: Call) -> None:
    kim = await user(call, "kim")
    first = await group(call, "first", {"value": kim})
    second = await group(call, "second", {"value": first})
    closing = {"op": "add", "path": "members", "value": [{"value": second}, {"value": first}]}
    patched = await call("PATCH", f"/Groups/{first}", {"schemas": [PATCH], "Operations": [closing]})

    assert 200 == patched.status
    assert {"first": "direct", "second": "indirect"} == await groups_of(call, kim)


async def test_a_user_that_is_deleted_is_a_member_no_more(call: Call) -> None:
    kim, lee = await user(call, "kim"), await user(call, "lee")
    team = await group(call, "team", {"value": kim}, {"value": lee})
    before = await call("GET", f"/Groups/{team}")

    assert 204 == (await call("DELETE", f"/Users/{kim}")).status

    after = await call("GET", f"/Groups/{team}")
    assert [lee] == [each["value"] for each in after.body["members"]]
    assert before.body["meta"]["version"] != after.body["meta"]["version"]


async def test_a_group_that_is_deleted_is_no_users_group(call: Call) -> None:
    kim = await user(call, "kim")
    inner = await group(call, "inner", {"value": kim})
    await group(call, "outer", {"value": inner})

    await call("DELETE", f"/Groups/{inner}")

    assert {} == await groups_of(call, kim)


async def test_groups_are_not_a_clients_to_say(call: Call) -> None:
    body = {"schemas": [USER.schema.id], "userName": "kim", "groups": [{"value": "x"}]}

    assert "groups" not in (await call("POST", "/Users", body)).body


async def test_a_member_is_shown_by_its_own_type(call: Call) -> None:
    kim, ada = await user(call, "kim"), await user(call, "ada", "Professors")
    inner = await group(call, "inner")
    team = await group(call, "team", *({"value": each} for each in (kim, ada, inner)))

    got = await call("GET", f"/Groups/{team}")

    assert {
        kim: ("User", f"{BASE}/Users/{kim}"),
        ada: ("Professor", f"{BASE}/Professors/{ada}"),
        inner: ("Group", f"{BASE}/Groups/{inner}"),
    } == {each["value"]: (each["type"], each["$ref"]) for each in got.body["members"]}
    assert {"team": "direct"} == await groups_of(call, ada, "Professors")


async def test_a_member_of_a_type_that_is_served_no_more_is_shown_without_a_place(edge: Edge, call: Call) -> None:
    ada = await user(call, "ada", "Professors")
    team = await group(call, "team", {"value": ada})
    edge.serve(CORE)

    assert [{"value": ada, "type": "Professor"}] == (await call("GET", f"/Groups/{team}")).body["members"]
    assert 404 == (await call("GET", f"/Professors/{ada}")).status


async def test_what_is_returned_on_request_comes_with_the_answer_to_who_wrote_it(call: Call) -> None:
    """RFC 7643 §7: a write that names it is answered with it; a read shows it where `attributes` names it."""
    parts = {"request": "r", "string": "s", "never": "n"}
    made = await call("POST", "/Things", thing(**parts, complex=parts, more=parts))
    path = f"/Things/{made.body['id']}"
    shown = {"request": "r", "string": "s"}

    assert shown == made.body["complex"] == made.body[MORE]
    assert shown == {name: made.body.get(name) for name in shown}
    assert "never" not in made.body
    got = await call("GET", path)
    assert {"string": "s"} == got.body["complex"] == got.body[MORE]
    assert "request" not in got.body
    put = await call("PUT", path, thing(string="t", more={"request": "q"}))
    assert {"request": "q"} == put.body[MORE]
    assert "request" not in put.body


@pytest.mark.parametrize(
    ("operation", "shown"),
    [
        ({"path": "request", "value": "q"}, {"request"}),
        ({"path": "string", "value": "q"}, set()),
        ({"value": {"request": "q", "string": "q"}}, {"request"}),
        ({"path": "complex.request", "value": "q"}, {"complex.request"}),
        ({"path": "complex", "value": {"request": "q"}}, {"complex.request"}),
        ({"path": f"{MORE}:request", "value": "q"}, {"more.request"}),
        ({"path": MORE, "value": {"request": "q"}}, {"more.request"}),
        ({"value": {MORE: {"REQUEST": "q"}}}, {"more.request"}),
    ],
)
async def test_a_patch_is_answered_with_what_it_names(call: Call, operation: dict[str, Any], shown: set[str]) -> None:
    parts = {"request": "r", "string": "s"}
    made = await call("POST", "/Things", thing(**parts, complex=parts, more=parts))
    body = {"schemas": [PATCH], "Operations": [{"op": "replace", **operation}]}

    patched = (await call("PATCH", f"/Things/{made.body['id']}", body)).body

    found = {"": patched, "complex.": patched["complex"], "more.": patched[MORE]}
    assert shown == {f"{place}request" for place, holder in found.items() if "request" in holder}


async def test_a_write_that_says_what_it_wants_to_see_is_shown_that(call: Call) -> None:
    made = await call("POST", "/Things?attributes=string", thing(request="r", string="s"))

    assert {"schemas": [THING_URN], "id": made.body["id"], "string": "s"} == made.body
