"""The listener: who may connect, and what it says of bytes that are no HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bridge.edge.listener import Answer, serve, welcome
from tests.soak.generate import Sent
from tests.soak.http import HungUp, Line, request
from tests.soak.judge import complaints


async def hello(_: web.BaseRequest) -> web.Response:
    return web.Response(text="hello")


async def greet(request: web.BaseRequest) -> web.Response:
    if "token" in request.headers:
        welcome(request)
    return web.Response(text="hello")


@asynccontextmanager
async def listening(admits: Callable[[str], bool] | None = None, answer: Answer = hello) -> AsyncIterator[Line]:
    door = await asyncio.get_running_loop().create_server(serve(answer, admits), "127.0.0.1", 0)
    async with Line(door.sockets[0].getsockname()[1]) as line:
        yield line
    door.close()


async def test_who_is_admitted_is_answered() -> None:
    async with listening(lambda host: host == "127.0.0.1") as line:
        answer = await line.ask(request("GET", "/"))

    assert (b"hello", "scim-bridge") == (answer.body, answer.headers["server"])


async def test_who_is_not_admitted_is_not_even_read() -> None:
    with capture_logs() as logs:
        async with listening(lambda _: False) as line:
            with pytest.raises((HungUp, ConnectionError)):
                await line.ask(request("GET", "/"))

    assert ["connection.refused"] == [entry["event"] for entry in logs]


@asynccontextmanager
async def lines(number: int, most: int) -> AsyncIterator[list[Line]]:
    door = await asyncio.get_running_loop().create_server(serve(greet, most=most), "127.0.0.1", 0)
    found = [Line(door.sockets[0].getsockname()[1]) for _ in range(number)]
    yield found
    for line in found:
        line.close()
    door.close()


async def test_one_too_many_takes_the_place_of_the_oldest_without_a_token() -> None:
    with capture_logs() as logs:
        async with lines(5, most=3) as (known, *strangers):
            await known.ask(request("GET", "/", token="x"))
            for each in strangers:
                await each.ask(request("GET", "/"))

            for gone in strangers[:2]:
                with pytest.raises((HungUp, ConnectionError)):
                    await gone.answer()
            for there in (known, *strangers[2:]):
                await there.send(request("GET", "/"))
                assert 200 == (await there.answer()).status

    assert ["connections.full"] == [entry["event"] for entry in logs]


async def test_who_closed_a_connection_left_room() -> None:
    async with lines(4, most=1) as each:
        for line in each:
            assert 200 == (await line.ask(request("GET", "/", token="x", Connection="close"))).status


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"secret-in-garbage\r\n\r\n", 400),
        (b"GET /?secret=" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: secret" + b"x" * 9_000 + b"\r\n\r\n", 431),
    ],
)
async def test_what_is_no_http_is_told_so_and_not_logged(raw: bytes, expected: int) -> None:
    with capture_logs() as logs:
        async with listening() as line:
            answer = await line.ask(raw)

    assert (expected, "scim-bridge") == (answer.status, answer.headers["server"])
    assert [] == complaints(Sent("GET", "/", b""), answer)
    assert [("request.unreadable", expected)] == [(entry["event"], entry["status"]) for entry in logs]
    assert "secret" not in str(logs) + str(answer.body)


async def test_a_bug_of_ours_is_not_laid_to_the_request() -> None:
    async def crashes(_: web.BaseRequest) -> web.Response:
        raise KeyError("secret")

    with capture_logs() as logs:
        async with listening(answer=crashes) as line:
            answer = await line.ask(request("GET", "/x"))

    assert (500, True) == (answer.status, b"internal error" in answer.body)
    assert [("request.crashed", "error")] == [(entry["event"], entry["log_level"]) for entry in logs]
    assert b"secret" not in answer.body
