"""Lists cut in every usual way, and the ways in which they go wrong."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from connectors.rest.paging import Pager, next_link
from connectors.rest.settings import Paging
from connectors.sdk import TargetMisconfigured
from connectors.sdk.http import Answer, Part

BASE = "https://api.example.com/v1"
Serve = Callable[[dict[str, str]], Any]


def pager(items: str | None = "users", **paging: Any) -> Pager:
    return Pager(Paging.model_validate(paging), items, lambda item: str(item["id"]), BASE)


async def read(made: Pager, serve: Serve, path: str = "/users") -> tuple[list[int], bool, list[str]]:
    """The ids in the order in which they came, whether the read was complete, and what was asked."""
    asked: list[str] = []

    async def fetch(place: str) -> Answer:
        asked.append(place)
        query = {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}
        answer = serve(query)
        return answer if isinstance(answer, Answer) else Answer(200, body=orjson.dumps(answer))

    parts: list[Part] = [part async for part in made.read(path, fetch)]
    assert not any(part.complete for part in parts[:-1])
    return [item["id"] for part in parts for item in part.items], parts[-1].complete, asked


def users(*ids: int, **more: Any) -> dict[str, Any]:
    return {"users": [{"id": each} for each in ids], **more}


async def test_one_answer_is_the_whole_list() -> None:
    assert ([1, 2], True, ["/users"]) == await read(pager(), lambda _: users(1, 2))


async def test_the_answer_itself_may_be_the_list() -> None:
    assert ([7], True, ["/users"]) == await read(pager(None), lambda _: [{"id": 7}])


async def test_one_answer_that_links_to_more_is_not_complete() -> None:
    headers = {"Link": '</users?page=2>; rel="next"'}

    assert not (await read(pager(), lambda _: Answer(200, headers, orjson.dumps(users(1)))))[1]


async def test_pages_end_with_an_empty_one_not_with_a_short_one() -> None:
    pages = {"1": users(1, 2, 3), "2": users(4), "3": users(5, 6)}
    made = pager(style="page", size_parameter="per_page", size=3)
    ids, complete, asked = await read(made, lambda query: pages.get(query["page"], users()))

    assert ([1, 2, 3, 4, 5, 6], True) == (ids, complete)
    assert "/users?per_page=3&page=1" == asked[0]
    assert "/users?per_page=3&page=4" == asked[-1]


async def test_offsets_step_by_what_came() -> None:
    everybody = [1, 2, 3, 4, 5]
    made = pager(style="offset", parameter="skip")
    found = await read(made, lambda query: users(*everybody[int(query["skip"]) :][:2]), "/users?x=1")

    assert (everybody, True) == found[:2]
    assert [f"/users?x=1&skip={skip}" for skip in (0, 2, 4, 5)] == found[2]


async def test_cursors_lead_to_the_end() -> None:
    answers = {None: users(1, meta={"next": "a/b"}), "a/b": users(2, meta={"next": None})}
    made = pager(style="cursor", next="meta.next", parameter="after")
    found = await read(made, lambda query: answers[query.get("after")])

    assert ([1, 2], True, ["/users", "/users?after=a%2Fb"]) == found


async def test_a_cursor_that_comes_again_ends_the_read_incomplete() -> None:
    made = pager(style="cursor", next="next")
    ids, complete, asked = await read(made, lambda query: users(len(query), next="same"))

    assert not complete
    assert 2 == len(asked)
    assert [0, 1] == ids


async def test_an_empty_page_with_a_next_cursor_is_not_the_end() -> None:
    answers = {None: users(next="a"), "a": users(1)}
    found = await read(pager(style="cursor", next="next"), lambda query: answers[query.get("cursor")])

    assert ([1], True) == found[:2]


@pytest.mark.parametrize("link", ["https://api.example.com/v1/users?p=2", "/v1/users?p=2", "?p=2"])
async def test_links_are_followed_below_the_base(link: str) -> None:
    def serve(query: dict[str, str]) -> Answer:
        headers = {} if query else {"Link": f'<x>; rel="prev", <{link}>; rel="next"'}
        return Answer(200, headers, orjson.dumps(users(2 if query else 1)))

    assert ([1, 2], True, ["/users", "/users?p=2"]) == await read(pager(style="link"), serve)


@pytest.mark.parametrize(
    "link", ["https://evil.example.com/v1/users", "http://api.example.com/v1/users", "//evil.example.com/v1/x", "/v2/x"]
)
async def test_links_that_lead_elsewhere_are_not_followed(link: str) -> None:
    headers = {"Link": f'<{link}>; rel="next"'}

    with pytest.raises(TargetMisconfigured, match="is not below base_url"):
        await read(pager(style="link"), lambda _: Answer(200, headers, orjson.dumps(users(1))))


async def test_a_target_that_takes_no_notice_of_the_page_is_not_read_for_ever() -> None:
    _, complete, asked = await read(pager(style="page"), lambda _: users(1, 2))

    assert not complete
    assert 2 == len(asked)


async def test_entries_that_come_twice_have_moved_under_us() -> None:
    pages = {"1": users(1, 2), "2": users(2, 3)}
    found = await read(pager(style="page"), lambda query: pages.get(query["page"], users()))

    assert not found[1]


@pytest.mark.parametrize(("totals", "complete"), [((2, 2, 2), True), ((2, 3, 3), False), ((9, 9, 9), False)])
async def test_another_total_than_what_came_is_not_complete(totals: tuple[int, ...], complete: bool) -> None:
    pages = {"1": users(1, total=totals[0]), "2": users(2, total=totals[1])}
    made = pager(style="page", total="total")
    found = await read(made, lambda query: pages.get(query["page"], users(total=totals[2])))

    assert complete is found[1]


@pytest.mark.parametrize("answer", [{}, {"users": None}, {"users": {"1": {}}}, [], "x"])
async def test_an_answer_without_the_list_is_an_api_that_changed(answer: Any) -> None:
    with pytest.raises(TargetMisconfigured, match="without a list at users"):
        await read(pager(), lambda _: answer)


async def test_an_empty_list_is_complete() -> None:
    for style in ("none", "page", "offset", "link"):
        assert ([], True) == (await read(pager(style=style), lambda _: users()))[:2]


def test_the_next_link_is_told_from_the_others() -> None:
    assert None is next_link(Answer(200))
    assert None is next_link(Answer(200, {"Link": '<a>; rel="prev"'}))
    assert "b" == next_link(Answer(200, {"Link": '<a>; rel="prev", <b>; title="x"; rel=next'}))
