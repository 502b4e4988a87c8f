"""The judge of random requests: it sees what is wrong, and the same seed says the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.soak.generate import Conversation, Sent
from tests.soak.http import Answer
from tests.soak.judge import MEDIA, MESSAGES, complaints

GET = Sent("GET", "/Users", b"")
ERROR: dict[str, Any] = {"schemas": [MESSAGES + "Error"], "status": "404", "detail": "gone"}
LIST: dict[str, Any] = {"schemas": [MESSAGES + "ListResponse"], "totalResults": 1, "Resources": [{"schemas": ["x"]}]}


def answer(status: int, body: Any, **headers: str) -> Answer:
    return Answer(status, {"content-type": MEDIA, **headers}, json.dumps(body).encode())


@pytest.mark.parametrize(
    "good",
    [
        answer(404, ERROR),
        answer(200, LIST),
        answer(200, {"schemas": ["x"], "meta": {"version": "1"}}, etag="1"),
        Answer(204, {}, b""),
        answer(405, {**ERROR, "status": "405"}, allow="GET"),
    ],
)
def test_a_valid_message_gives_no_complaint(good: Answer) -> None:
    assert [] == complaints(GET, good)


@pytest.mark.parametrize(
    "bad",
    [
        answer(500, {**ERROR, "status": "500"}),
        answer(503, {**ERROR, "status": "503"}),
        answer(404, {**ERROR, "status": 404}),
        answer(404, {**ERROR, "detail": ""}),
        answer(404, {"detail": "gone"}),
        answer(400, {**ERROR, "status": "400"}),
        answer(401, {**ERROR, "status": "401"}),
        answer(405, {**ERROR, "status": "405"}),
        answer(200, {**LIST, "totalResults": 0}),
        answer(200, {**LIST, "itemsPerPage": 2}),
        answer(200, {**LIST, "Resources": [{"schemas": []}]}),
        answer(200, {"schemas": ["x"], "meta": {"version": "2"}}, etag="1"),
        answer(200, {"schemas": ["x"], "password": "x"}),
        answer(200, {"schemas": ["x"], "title": None}),
        answer(200, {"schemas": [MESSAGES + "BulkResponse"], "Operations": [{"status": 201}]}),
        answer(200, {"schemas": [MESSAGES + "BulkResponse"], "Operations": [{"status": "404"}]}),
        answer(200, []),
        Answer(404, {"content-type": "text/plain"}, b"gone"),
        Answer(200, {"content-type": MEDIA}, b"<html>"),
        Answer(204, {}, b"x"),
    ],
)
def test_what_is_no_valid_message_is_complained_of(bad: Answer) -> None:
    assert complaints(GET, bad)


def test_a_seed_says_the_same_again() -> None:
    first, second = ([each.next() for _ in range(100)] for each in (Conversation(7, "t"), Conversation(7, "t")))

    assert first == second
