"""/Me: the client's own user."""

from __future__ import annotations

from typing import Any

import pytest

from tests.daemon import PATCH, USER
from tests.unit.edge.conftest import BASE, Call


@pytest.fixture
async def boss(call: Call) -> dict[str, Any]:
    user: dict[str, Any] = (await call("POST", "/Users", {"schemas": [USER], "userName": "boss"})).body
    return user


async def test_me_is_the_user_that_the_settings_name(call: Call, boss: dict[str, Any]) -> None:
    answered = await call("GET", "/Me", token="bound")

    assert boss == answered.body
    assert f"{BASE}/Users/{boss['id']}" == answered.headers["Location"]


async def test_what_is_done_to_me_is_done_to_that_user(call: Call, boss: dict[str, Any]) -> None:
    operation = {"op": "add", "path": "title", "value": "Boss"}
    patched = await call("PATCH", "/Me", {"schemas": [PATCH], "Operations": [operation]}, "bound")
    put = await call("PUT", "/Me", {"schemas": [USER], "userName": "boss", "title": "CEO"}, "bound")
    gone = await call("DELETE", "/Me", token="bound")

    assert [(200, "Boss"), (200, "CEO")] == [(each.status, each.body["title"]) for each in (patched, put)]
    assert (204, 404) == (gone.status, (await call("GET", f"/Users/{boss['id']}")).status)


async def test_me_cannot_be_created(call: Call, boss: dict[str, Any]) -> None:
    answered = await call("POST", "/Me", {"schemas": [USER], "userName": "x"}, "bound")

    assert (405, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS") == (answered.status, answered.headers["Allow"])


async def test_me_is_not_found_as_long_as_there_is_no_such_user(call: Call) -> None:
    assert 404 == (await call("GET", "/Me", token="bound")).status


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_a_client_without_a_user_has_no_me(call: Call, method: str) -> None:
    assert 501 == (await call(method, "/Me")).status
