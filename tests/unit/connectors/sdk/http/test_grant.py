"""Tokens that are fetched, over real HTTP: one server gives them, and takes the calls that show them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from pydantic import SecretStr

from connectors.sdk import ConnectorError, TargetDown, TargetMisconfigured, Throttled
from connectors.sdk.http import Call, Doing, Http, HttpSettings
from connectors.sdk.http.grant import Grant

CREATE = Call("POST", "/x", {"a": 1})


class Login:
    """Gives `token-1`, `token-2`, …; the calls take those in `accepted`, or any."""

    def __init__(self) -> None:
        self.asked: list[tuple[str | None, dict[str, str]]] = []
        self.shown: list[str] = []
        self.accepted: set[str] | None = None
        self.answer: tuple[int, Any] | None = None
        self.lifetime: object = 100

    async def give(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append((request.headers.get("Authorization"), form))
        given = {"access_token": f"token-{len(self.asked)}", "expires_in": self.lifetime}
        status, body = self.answer or (200, given)
        return web.json_response(body, status=status)

    async def take(self, request: web.Request) -> web.Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self.shown.append(token)
        taken = self.accepted is None or token in self.accepted
        return web.Response() if taken else web.json_response({"detail": f"{token} has ended"}, status=401)


class Now:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def login() -> Login:
    return Login()


@pytest.fixture
async def http(login: Login, tmp_path: Path) -> AsyncIterator[Http]:
    app = web.Application()
    app.router.add_post("/token", login.give)
    app.router.add_post("/x", login.take)
    async with TestServer(app) as server:
        made = http_to(str(server.make_url("/")), str(server.make_url("/token")), tmp_path)
        yield made
        await made.close()


def http_to(url: str, token_url: str, folder: Path) -> Http:
    oauth = {"token_url": token_url, "client_id": "bridge", "client_secret": SecretStr("s3cret"), "scope": "scim"}
    return Http(HttpSettings.model_validate({"base_url": url, "oauth": oauth}), folder)


async def test_one_token_is_fetched_for_all_calls(http: Http, login: Login) -> None:
    await asyncio.gather(*(http.ask(CREATE, Doing.CREATE) for _ in range(5)))

    assert [("Basic YnJpZGdlOnMzY3JldA==", {"grant_type": "client_credentials", "scope": "scim"})] == login.asked
    assert ["token-1"] * 5 == login.shown


@pytest.mark.parametrize(("lifetime", "used"), [(100, 90), ("100", 90), (None, 270), (0, 270), ("soon", 270)])
async def test_a_token_is_fetched_anew_before_it_ends(http: Http, login: Login, lifetime: object, used: float) -> None:
    login.lifetime, now = lifetime, Now()
    assert http._settings.oauth is not None
    grant = Grant(http._settings.oauth, http._post, now)
    found = []
    for now.seconds in (0, used - 1, used + 1):
        found.append(await grant.header())

    assert [f"Bearer token-{number}" for number in (1, 1, 2)] == [each["Authorization"] for each in found]


async def test_a_token_that_was_refused_is_fetched_anew_and_the_call_made_again(http: Http, login: Login) -> None:
    await http.ask(CREATE, Doing.CREATE)
    login.accepted = {"token-2"}
    await http.ask(CREATE, Doing.CREATE)

    assert ["token-1", "token-1", "token-2"] == login.shown


async def test_a_new_token_that_is_refused_too_is_a_fault_of_ours(http: Http, login: Login) -> None:
    login.accepted = set()

    with pytest.raises(TargetMisconfigured, match="answered 401: … has ended") as raised:
        await http.ask(CREATE, Doing.CREATE)
    assert ["token-1", "token-2"] == login.shown
    assert "token-2" not in raised.value.message


@pytest.mark.parametrize(
    ("status", "body", "expected", "said"),
    [
        (400, {"error": "invalid_scope"}, TargetMisconfigured, "answered 400: invalid_scope; correct oauth.client_id"),
        (401, {"error": "s3cret is wrong"}, TargetMisconfigured, "answered 401: … is wrong; correct"),
        (429, {}, Throttled, "answered 429"),
        (503, {}, TargetDown, "answered 503"),
        (200, {}, TargetMisconfigured, "answered without a token; correct oauth.token_url"),
        (200, {"access_token": "two\nlines"}, TargetMisconfigured, "answered without a token"),
        (302, {}, TargetMisconfigured, "answered 302"),
    ],
)
async def test_who_gets_no_token_sends_nothing(
    http: Http, login: Login, status: int, body: Any, expected: type[ConnectorError], said: str
) -> None:
    login.answer = (status, body)

    with pytest.raises(expected, match=f"the token endpoint {said}"):
        await http.ask(CREATE, Doing.CREATE)
    assert [] == login.shown


async def test_a_token_endpoint_that_is_away_is_a_target_that_is_down(tmp_path: Path) -> None:
    away = http_to("https://example.com", f"http://127.0.0.1:{unused_port()}/token", tmp_path)

    with pytest.raises(TargetDown, match="the token endpoint: cannot be reached"):
        await away.ask(CREATE, Doing.CREATE)
    await away.close()
