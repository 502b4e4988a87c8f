"""Bodies: JSON without tricks, and what may be recorded of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bridge.edge import Bounds, Edge, Limits
from bridge.edge.body import parse, without_password
from bridge.scim.errors import InvalidSyntax
from tests.soak.http import Line, request


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"a": [1, 2.5, null, true, "\\ud83d\\ude00"]}', {"a": [1, 2.5, None, True, "\U0001f600"]}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": {"b": 1}, "c": {"b": 2}}', {"a": {"b": 1}, "c": {"b": 2}}),
        (b'{"a": "\\"b\\": 1, \\"b\\": 2"}', {"a": '"b": 1, "b": 2'}),
        (b'{"a": "x : y", "b": ":"}', {"a": "x : y", "b": ":"}),
    ],
)
def test_json_is_read_as_it_is(raw: bytes, expected: Any) -> None:
    assert expected == parse(raw)


def test_a_body_may_be_nested_as_deep_as_any_schema_needs() -> None:
    assert parse(b"[" * 200 + b"]" * 200)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": 1, "\\u0061": 2}',
        b'[{"a": 1}, {"a": 1, "a" : 1}]',
        b'{"a": ":", "a": 1}',
        b"NaN",
        b"1e999",
        b'"\\ud800"',
        b'"\xff"',
        b"[" * 300 + b"]" * 300,
        b"[" * 100_000,
        b'{"a": 1}x',
    ],
)
def test_json_with_tricks_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidSyntax):
        parse(raw)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"userName": "a", "password": "p"}, {"userName": "a"}),
        ({"Password": "p", "urn:x:passWord": "p"}, {}),
        ({"Operations": [{"op": "add", "value": {"password": "p"}}]}, {"Operations": [{"op": "add", "value": {}}]}),
        ({"op": "add", "PATH": "urn:x:password", "Value": "p"}, {"op": "add", "PATH": "urn:x:password"}),
        ({"op": "add", "path": "title", "value": "p"}, {"op": "add", "path": "title", "value": "p"}),
    ],
)
def test_no_password_is_recorded(body: Any, expected: Any) -> None:
    assert expected == without_password(body)


async def test_a_body_that_does_not_come_is_not_waited_for(edge: Edge, door: int) -> None:
    edge.limits = Limits(Bounds(1000, seconds=0.01))
    async with Line(door) as line:
        await line.send(request("POST", "/scim/v2/Users", Authorization="Bearer plain", Content_Length="5") + b"{")
        answer = await line.answer()

    assert (408, "close") == (answer.status, answer.headers["connection"])


async def test_who_asks_whether_to_send_is_told_so_unless_it_is_too_much(door: int) -> None:
    async with Line(door) as line:
        asked = {"Authorization": "Bearer plain", "Expect": "100-continue"}
        await line.send(request("POST", "/scim/v2/Users", **asked, Content_Length="99999999"))
        assert (413, []) == ((await line.answer()).status, line.interim)
    async with Line(door) as line:
        await line.send(request("POST", "/scim/v2/Users", **asked, Content_Length="2"))
        answering = asyncio.ensure_future(line.answer())
        await line.until_interim(100)
        await line.send(b"{}")
        assert 400 == (await answering).status
