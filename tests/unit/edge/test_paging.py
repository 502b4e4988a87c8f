"""Pages by a cursor (RFC 9865): whole, in order, whoever writes meanwhile; and good for one search of one client."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import urlencode

import pytest

from bridge.clock import SetClock
from bridge.edge import Edge, stretches
from bridge.scim.messages import CURSOR_SECONDS, SEARCH_REQUEST
from tests.daemon import GROUP, USER
from tests.unit.edge.conftest import Answered, Call

NAMES = ["dora", "carl", "bea", "abe", "eve"]
TITLES = {"dora": "b", "carl": "a", "bea": "b", "eve": "c"}


@pytest.fixture
async def ids(call: Call) -> dict[str, str]:
    """By userName."""
    return {name: await made(call, name) for name in NAMES}


async def made(call: Call, name: str, **more: Any) -> str:
    title = {"title": TITLES[name]} if name in TITLES else {}
    body = {"schemas": [USER], "userName": name, "displayName": name[::-1], **title, **more}
    id_: str = (await call("POST", "/Users", body)).body["id"]
    return id_


async def ask(call: Call, cursor: str = "", path: str = "/Users", token: str = "plain", **query: Any) -> Answered:
    return await call("GET", f"{path}?{urlencode({'cursor': cursor, **query})}", None, token)


async def pages(call: Call, **query: Any) -> list[dict[str, Any]]:
    """All pages, from the first to the last."""
    found, cursor = [], ""
    for _ in range(20):
        answered = await ask(call, cursor, **query)
        assert 200 == answered.status, answered.body
        found.append(answered.body)
        cursor = answered.body.get("nextCursor")
        if cursor is None:
            return found
    raise AssertionError("there is no end of it")


def names(found: list[dict[str, Any]]) -> list[str]:
    return [each.get("userName") or each["displayName"] for page in found for each in page["Resources"]]


async def wrong(call: Call, cursor: str, **query: Any) -> str:
    answered = await ask(call, cursor, **query)
    assert 400 == answered.status
    type_: str = answered.body["scimType"]
    return type_


SEARCHES: list[tuple[dict[str, str], list[str]]] = [
    ({}, NAMES),
    ({"filter": 'userName ne "carl"'}, ["dora", "bea", "abe", "eve"]),
    ({"filter": 'title eq "b"'}, ["dora", "bea"]),
    ({"filter": 'userName eq "bea"'}, ["bea"]),
    ({"filter": 'userName eq "nobody"'}, []),
    ({"sortBy": "userName"}, ["abe", "bea", "carl", "dora", "eve"]),
    ({"sortBy": "displayName", "sortOrder": "descending"}, ["carl", "eve", "abe", "dora", "bea"]),
    ({"sortBy": "externalId"}, NAMES),
    ({"sortBy": "title"}, ["carl", "dora", "bea", "eve", "abe"]),
    ({"sortBy": "title", "sortOrder": "descending"}, ["abe", "eve", "bea", "dora", "carl"]),
    ({"sortBy": "title", "filter": 'title eq "b"'}, ["dora", "bea"]),
]


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize(("search", "expected"), SEARCHES)
@pytest.mark.parametrize("count", [1, 2, 5, 100])
async def test_the_pages_are_the_list(call: Call, search: dict[str, str], expected: list[str], count: int) -> None:
    found = await pages(call, **search, count=count)

    assert expected == names(found)
    assert max(1, -(-len(expected) // count)) == len(found)
    for page in found:
        assert len(expected) == page["totalResults"]
        assert len(page["Resources"]) == page["itemsPerPage"]
        assert not {"startIndex", "previousCursor"} & page.keys()


@pytest.mark.usefixtures("ids")
async def test_types_follow_each_other_and_are_sorted_together(call: Call) -> None:
    for name in ("crew", "admirals"):
        await call("POST", "/Groups", {"schemas": [GROUP], "displayName": name})

    assert [*NAMES, "crew", "admirals"] == names(await pages(call, path="/", count=3))
    everybody = names(await pages(call, path="/", count=2, sortBy="displayName"))
    assert ["admirals", "bea", "dora", "crew", "abe", "eve", "carl"] == everybody


@pytest.mark.usefixtures("ids")
async def test_a_search_that_is_posted_is_paged_too(call: Call) -> None:
    search = {"schemas": [SEARCH_REQUEST], "filter": 'userName ne "x"', "count": 3}
    first = (await call("POST", "/Users/.search", {**search, "cursor": ""})).body
    second = (await call("POST", "/Users/.search", {**search, "cursor": first["nextCursor"]})).body

    assert NAMES == names([first, second])
    assert second == (await ask(call, first["nextCursor"], filter='userName ne "x"', count=3)).body


@pytest.mark.parametrize("sort", [{}, {"sortBy": "userName"}, {"sortBy": "title"}])
async def test_what_is_written_between_two_pages_moves_none(
    call: Call, ids: dict[str, str], sort: dict[str, str]
) -> None:
    """Who is there all the time is seen once; who leaves behind us leaves no gap, who comes before us moves nobody."""
    whole = names(await pages(call, **sort))
    seen: list[str] = []
    cursor: str | None = ""
    for number in itertools.count():
        page = (await ask(call, cursor or "", **sort, count=1)).body
        seen += names([page])
        cursor = page.get("nextCursor")
        if cursor is None:
            break
        if number < 3:
            await made(call, f"aa{number}", title="0")
        if number == 1:
            await call("DELETE", f"/Users/{ids[whole[0]]}")
            await call("DELETE", f"/Users/{ids[whole[3]]}")

    stayed = [name for name in whole if name != whole[3]]
    assert stayed == [name for name in seen if name in NAMES]
    assert len(seen) == len(set(seen))


@pytest.mark.usefixtures("ids")
async def test_a_cursor_belongs_to_one_search_of_one_client(call: Call, edge: Edge) -> None:
    cursor = (await ask(call, count=2, sortBy="userName")).body["nextCursor"]

    assert "invalidCursor" == await wrong(call, cursor, count=2)
    assert "invalidCursor" == await wrong(call, cursor, count=2, sortBy="displayName")
    assert "invalidCursor" == await wrong(call, cursor, count=2, sortBy="userName", sortOrder="descending")
    assert "invalidCursor" == await wrong(call, cursor, count=2, sortBy="userName", filter="id pr")
    assert "invalidCursor" == await wrong(call, cursor, count=2, sortBy="userName", path="/")
    assert "invalidCursor" == await wrong(call, cursor, count=2, sortBy="userName", token="bound")
    assert "invalidCursor" == await wrong(call, cursor, count=2, sortBy="userName", token="entra")
    assert "invalidCount" == await wrong(call, cursor, count=3, sortBy="userName")
    assert "invalidCount" == await wrong(call, cursor, sortBy="userName")
    assert 200 == (await ask(call, cursor, count=2, sortBy="userName", attributes="userName")).status


@pytest.mark.usefixtures("ids")
async def test_a_cursor_ends_after_its_time(call: Call, edge: Edge) -> None:
    assert isinstance(edge.clock, SetClock)
    cursor = (await ask(call, count=2)).body["nextCursor"]
    edge.clock.advance(CURSOR_SECONDS)
    assert 200 == (await ask(call, cursor, count=2)).status
    edge.clock.advance(0.001)

    assert "expiredCursor" == await wrong(call, cursor, count=2)


@pytest.mark.usefixtures("ids")
async def test_a_cursor_that_is_none_is_refused(call: Call) -> None:
    cursor = (await ask(call, count=2)).body["nextCursor"]
    altered = [cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :] for at in range(len(cursor) - 1)]

    for each in ("x", "AAAA", cursor[:-4], cursor + "AAAA", "a=b", "é", *altered):
        assert "invalidCursor" == await wrong(call, each, count=2), each
    assert "invalidCursor" == await wrong(call, "", startIndex=1)
    body = {"schemas": [SEARCH_REQUEST], "cursor": 1}
    assert "invalidCursor" == (await call("POST", "/Users/.search", body)).body["scimType"]


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize(("count", "expected"), [("x", "invalidCount"), ("1001", "invalidCount")])
async def test_a_count_that_cannot_be_met_is_refused(call: Call, count: str, expected: str) -> None:
    assert expected == await wrong(call, "", count=count)
    assert 200 == (await ask(call, "", count=1000)).status


@pytest.mark.usefixtures("ids")
async def test_a_page_of_nothing_counts(call: Call) -> None:
    for count in (0, -1):
        page = (await ask(call, count=count)).body
        assert (5, [], False) == (page["totalResults"], page["Resources"], "nextCursor" in page)


@pytest.mark.usefixtures("ids")
async def test_a_null_cursor_is_none(call: Call) -> None:
    answered = await call("POST", "/Users/.search", {"schemas": [SEARCH_REQUEST], "cursor": None, "startIndex": 2})

    assert (2, 4) == (answered.body["startIndex"], answered.body["itemsPerPage"])


@pytest.mark.usefixtures("ids")
async def test_what_is_looked_at_one_by_one_comes_in_shorter_pages(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that index pagination refuses can be paged through, and is not counted."""
    monkeypatch.setattr(stretches, "MOST_SCANNED", 2)
    monkeypatch.setattr(stretches, "TOGETHER", 1)

    found = await pages(call, filter='title eq "c"', count=2)
    assert ["eve"] == names(found)
    assert [0, 0, 1] == [page["itemsPerPage"] for page in found]
    assert not any("totalResults" in page for page in found)
    assert "tooMany" == await wrong(call, "", sortBy="title")
    assert 5 == (await pages(call, sortBy="userName", count=2))[0]["totalResults"]
