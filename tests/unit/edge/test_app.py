"""What each path and method means."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.scim.errors import ERROR
from bridge.scim.messages import SEARCH_REQUEST
from tests.daemon import USER
from tests.unit.edge.conftest import BASE, Answered, Call

LIST, RESOURCE, READ, POST = "GET, HEAD, POST", "GET, HEAD, PUT, PATCH, DELETE", "GET, HEAD", "POST"
ALLOWED = {
    "/": READ,
    "/.search": POST,
    "/Users": LIST,
    "/Groups/": LIST,
    "/users": LIST,
    "//Users": LIST,
    "/Users/1": RESOURCE,
    "/Users//1": RESOURCE,
    "/Users/a%2Fb": RESOURCE,
    "/Users/.search": POST,
    "/Bulk": POST,
    "/ServiceProviderConfig": READ,
    "/ResourceTypes": READ,
    "/ResourceTypes/User": READ,
    "/Schemas": READ,
    f"/Schemas/{USER}": READ,
}


@pytest.mark.parametrize(("path", "allowed"), ALLOWED.items())
async def test_a_path_says_what_it_answers(call: Call, path: str, allowed: str) -> None:
    options = await call("OPTIONS", path)

    assert (204, f"{allowed}, OPTIONS") == (options.status, options.headers["Allow"])
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        if method not in allowed:
            refused = await call(method, path)
            assert (405, f"{allowed}, OPTIONS") == (refused.status, refused.headers["Allow"])
            assert is_error(refused)


@pytest.mark.parametrize("path", ["/Cats", "/Users/1/2", "/Me/1", "/Bulk/1", "/ServiceProviderConfig/1", "/%2FUsers"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
async def test_where_nothing_is_every_method_says_so(call: Call, method: str, path: str) -> None:
    answered = await call(method, path)

    assert 404 == answered.status
    assert is_error(answered)


@pytest.mark.parametrize("path", ["/Users", "/Users/{id}", "/Schemas", "/ServiceProviderConfig", "/"])
async def test_head_is_get_without_a_body(call: Call, path: str) -> None:
    user = await made(call)
    got, head = [await call(method, path.format(id=user["id"])) for method in ("GET", "HEAD")]

    assert (200, None) == (head.status, head.body)
    assert without_date(got) == without_date(head)


async def test_what_is_created_says_where_and_which_version(call: Call) -> None:
    created = await call("POST", "/Users", {"schemas": [USER], "userName": "grace"})

    assert f"{BASE}/Users/{created.body['id']}" == created.headers["Location"] == created.body["meta"]["location"]
    assert 'W/"1"' == created.headers["ETag"] == created.body["meta"]["version"]


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", {"If_None_Match": 'W/"1"'}, 304),
        ("GET", {"If_None_Match": "*"}, 304),
        ("GET", {"If_None_Match": 'W/"7", "1"'}, 304),
        ("GET", {"If_None_Match": 'W/"2"'}, 200),
        ("GET", {"If_Match": 'W/"2"'}, 412),
        ("HEAD", {"If_None_Match": 'W/"1"'}, 304),
        ("PUT", {"If_Match": 'W/"1"'}, 200),
        ("PUT", {"If_Match": "*"}, 200),
        ("PUT", {"If_Match": 'W/"3", W/"1"'}, 200),
        ("PUT", {"If_Match": 'W/"2"'}, 412),
        ("PUT", {"If_Match": 'W/"'}, 412),
        ("PUT", {"If_None_Match": "*"}, 412),
        ("PUT", {"If_None_Match": 'W/"2"'}, 200),
        ("DELETE", {"If_Match": 'W/"2"'}, 412),
        ("DELETE", {"If_None_Match": 'W/"1"'}, 412),
        ("DELETE", {"If_Match": 'W/"1"'}, 204),
    ],
)
async def test_conditions_hold_or_nothing_happens(
    call: Call, method: str, headers: dict[str, str], expected: int
) -> None:
    user = await made(call)
    body = {"schemas": [USER], "userName": "grace", "title": "Admiral"} if method == "PUT" else None

    assert expected == (await call(method, f"/Users/{user['id']}", body, **headers)).status


async def test_a_search_is_posted_to_the_root_and_to_a_type(call: Call) -> None:
    user = await made(call)
    body = {"schemas": [SEARCH_REQUEST], "filter": 'userName eq "grace"', "attributes": ["userName"]}

    for path in ("/.search", "/Users/.search"):
        answered = await call("POST", path, body)
        assert [user["id"]] == [each["id"] for each in answered.body["Resources"]]
        assert 400 == (await call("POST", path, {"filter": "id pr"})).status
    assert 0 == (await call("POST", "/Groups/.search", {"schemas": [SEARCH_REQUEST]})).body["totalResults"]


@pytest.mark.parametrize(
    "path", ["/Users/%ff", "/Users/%00", "/Users/%ed%a0%80", "/Users/" + "x" * 20_000, "/Users/a%2Fb", "/Users/%zz"]
)
async def test_an_id_that_is_none_is_not_found(call: Call, path: str) -> None:
    assert 404 == (await call("GET", path)).status


async def made(call: Call) -> dict[str, Any]:
    user: dict[str, Any] = (await call("POST", "/Users", {"schemas": [USER], "userName": "grace"})).body
    return user


def is_error(answered: Answered) -> bool:
    body = answered.body
    return (
        answered.headers["Content-Type"] == "application/scim+json"
        and body["schemas"] == [ERROR]
        and body["status"] == str(answered.status)
        and bool(body["detail"])
    )


def without_date(answered: Answered) -> dict[str, str]:
    return {name: value for name, value in answered.headers.items() if name != "Date"}
