"""A list, and whether it was whole."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from connectors.scim.listing import Listing, resources_of
from connectors.sdk import Refused, TargetMisconfigured
from connectors.sdk.http import Answer, Part


async def read(answers: list[Any], size: int = 2, by_cursor: bool = False) -> tuple[list[str], list[bool], list[str]]:
    """The ids, what each part says, and where was asked: the first parameter of each request."""
    asked: list[str] = []

    async def fetch(path: str) -> Answer:
        asked.append(urlsplit(path).query.partition("&")[0])
        assert parse_qs(urlsplit(path).query)["count"] == [str(size)]
        found = answers[len(asked) - 1]
        if isinstance(found, Exception):
            raise found
        return Answer(200, {}, orjson.dumps(found))

    parts: list[Part] = [part async for part in Listing(size, by_cursor).read("/Users", {}, fetch)]
    return [each["id"] for part in parts for each in part.items], [part.complete for part in parts], asked


def page(total: Any, *ids: str, **more: Any) -> dict[str, Any]:
    return {"totalResults": total, "Resources": [{"id": id_} for id_ in ids], **more}


async def test_a_list_is_read_from_one_on_by_what_has_come() -> None:
    """`itemsPerPage` of 0 is told by some; fewer than were asked for come from others."""
    found = await read([page(4, "a", itemsPerPage=0), page(4, "b", "c", itemsPerPage=9), page(4, "d"), page(4)])

    assert (["a", "b", "c", "d"], [False, False, False, True]) == found[:2]
    assert ["startIndex=1", "startIndex=2", "startIndex=4", "startIndex=5"] == found[2]


@pytest.mark.parametrize("empty", [{"totalResults": 0}, page(0), {"totalResults": 0, "Resources": []}])
async def test_a_list_of_nobody_is_complete(empty: Any) -> None:
    assert ([], [True], ["startIndex=1"]) == await read([empty])


async def test_a_total_is_not_believed_to_be_the_end() -> None:
    """Some give the size of the answer as the total, and in it fewer than they were asked for."""
    found = await read([page(1, "a"), page(1, "b"), page(1)])
    same = await read([page(1, "a")] * 2)

    assert (["a", "b"], [False, False, False]) == found[:2]
    assert (["a"], [False, False]) == same[:2]


async def test_the_total_of_an_answer_behind_the_last_says_nothing() -> None:
    assert (["a"], [False, True]) == (await read([page(1, "a"), page(0)]))[:2]


async def test_who_refuses_to_begin_behind_the_last_has_no_more() -> None:
    refused = Refused("startIndex is too large", code="400")

    assert (["a", "b"], [False, False, True]) == (await read([page(2, "a"), page(2, "b"), refused]))[:2]
    assert (["a"], [False, False]) == (await read([page(2, "a"), refused]))[:2]
    with pytest.raises(Refused):
        await read([refused])


@pytest.mark.parametrize(
    "answers",
    [
        [page(5, "a"), page(5, "b"), page(5)],
        [page(3, "a", "b"), page(4, "c", "d"), page(4)],
        [page(None, "a"), page(None)],
        [page("2", "a"), page("2")],
        [page(3, "a", "b"), page(3, "b")],
    ],
)
async def test_a_total_that_is_not_what_came_makes_no_whole_list(answers: list[Any]) -> None:
    _, complete, _ = await read(answers)

    assert True not in complete


async def test_a_service_that_begins_anew_each_time_is_not_read_for_ever() -> None:
    ids, complete, asked = await read([page(4, "a", "b")] * 9)

    assert ["a", "b"] == ids
    assert True not in complete
    assert 2 == len(asked)


async def test_cursors_are_followed_to_the_last() -> None:
    answers = [page(3, "a", "b", nextCursor="x/1"), page(3, "c")]
    found = await read(answers, by_cursor=True)

    assert (["a", "b", "c"], [False, True]) == found[:2]
    assert ["cursor=", "cursor=x%2F1"] == found[2]


async def test_with_cursors_the_total_may_be_left_out() -> None:
    first, last = ({"Resources": [{"id": id_}]} for id_ in "ab")

    assert (["a", "b"], [False, True]) == (await read([{**first, "nextCursor": "x"}, last], by_cursor=True))[:2]


async def test_a_cursor_that_nobody_asked_for_is_followed() -> None:
    found = await read([page(3, "a", "b", nextCursor="x"), page(3, "c")])

    assert (["a", "b", "c"], [False, True], ["startIndex=1", "cursor=x"]) == found


async def test_a_cursor_that_leads_back_ends() -> None:
    _, complete, asked = await read([page(9, "a", nextCursor="x"), page(9, "b", nextCursor="x")] * 5, by_cursor=True)

    assert True not in complete
    assert 2 == len(asked)


@pytest.mark.parametrize("found", [[], "x", {"Resources": {}}, {"detail": "no"}, {"Resources": ["x"]}])
def test_what_is_no_list_is_said(found: Any) -> None:
    with pytest.raises(TargetMisconfigured, match="without a list of Resources"):
        resources_of(found)
