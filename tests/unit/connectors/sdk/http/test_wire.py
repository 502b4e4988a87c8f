"""The wire, against servers that do what servers do."""

import asyncio
import gzip
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from pydantic import SecretStr

from connectors.sdk import OutcomeUnknown, Refused, TargetDown, TargetMisconfigured
from connectors.sdk.http import Call, Doing, Http, HttpSettings, wire

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[..., Awaitable[Http]]
READ, CREATE = Call("GET", "/x"), Call("POST", "/x", {"a": 1})


def http(url: str, folder: Path, **written: Any) -> Http:
    raw = {"base_url": url, **({} if "user" in written else {"token": SecretStr("sesame")}), **written}
    return Http(HttpSettings.model_validate(raw), folder)


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """A server of one handler, and the wire to it."""
    async with AsyncExitStack() as stack:

        async def made(handler: Handler, tls: ssl.SSLContext | None = None, **written: Any) -> Http:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", handler)
            server = TestServer(app, scheme="https" if tls else "http")
            await server.start_server(ssl=tls)
            stack.push_async_callback(server.close)
            made = http(str(server.make_url("/")), tmp_path, **written)
            stack.push_async_callback(made.close)
            return made

        yield made


def answers(**written: Any) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(**written)

    return handler


async def hang_up(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize(
    ("written", "header", "value"),
    [
        ({}, "Authorization", "Bearer sesame"),
        ({"user": "bridge", "user_password": SecretStr("päss")}, "Authorization", "Basic YnJpZGdlOnDDpHNz"),
    ],
)
async def test_we_say_who_we_are(serve: Serve, written: dict[str, Any], header: str, value: str) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get(header))
        return web.Response()

    await (await serve(handler, **written)).ask(READ, Doing.READ)

    assert [value] == seen


async def test_paths_arrive_as_they_were_encoded(serve: Serve) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.Response()

    await (await serve(handler)).ask(Call("GET", "/users/a%2Fb%25?q=%2B"), Doing.READ)

    assert ["/users/a%2Fb%25?q=%2B"] == seen


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(serve: Serve, status: int) -> None:
    elsewhere = []

    async def other(request: web.Request) -> web.Response:
        elsewhere.append(request.headers)
        return web.Response()

    target = await serve(other)
    there = await serve(answers(status=status, headers={"Location": target._settings.base_url}))
    for call, doing in ((READ, Doing.READ), (CREATE, Doing.CREATE)):
        with pytest.raises(TargetMisconfigured, match="to go elsewhere"):
            await there.ask(call, doing)

    assert [] == elsewhere


@pytest.mark.parametrize(("call", "doing"), [(READ, Doing.READ), (CREATE, Doing.CREATE)])
async def test_nobody_there_is_a_target_that_is_down(tmp_path: Path, call: Call, doing: Doing) -> None:
    nobody = http(f"http://127.0.0.1:{unused_port()}", tmp_path)

    with pytest.raises(TargetDown, match="cannot be reached"):
        await nobody.ask(call, doing)
    await nobody.close()


async def test_a_connection_lost_after_sending_leaves_a_write_unknown(serve: Serve) -> None:
    there = await serve(hang_up)

    with pytest.raises(TargetDown):
        await there.ask(READ, Doing.READ)
    with pytest.raises(OutcomeUnknown):
        await there.ask(CREATE, Doing.CREATE)


async def test_a_create_is_sent_once(serve: Serve) -> None:
    calls = []

    async def handler(request: web.Request) -> web.Response:
        calls.append(request.method)
        return await hang_up(request) if len(calls) > 1 else web.Response()

    there = await serve(handler)
    await there.ask(CREATE, Doing.CREATE)
    with pytest.raises(OutcomeUnknown):  # on a connection kept from before
        await there.ask(CREATE, Doing.CREATE)

    assert 2 == len(calls)


async def test_an_answer_that_ends_early_is_none(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": "100"})
        await answer.prepare(request)
        await answer.write(b'{"id":')
        assert request.transport is not None
        request.transport.close()
        return answer

    there = await serve(handler)

    with pytest.raises(TargetDown):
        await there.ask(READ, Doing.READ)
    with pytest.raises(OutcomeUnknown):
        await there.ask(CREATE, Doing.CREATE)


async def test_an_answer_that_never_comes_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "TIMEOUT", wire.aiohttp.ClientTimeout(total=0.05))

    async def handler(request: web.Request) -> web.Response:
        never: asyncio.Future[web.Response] = asyncio.get_running_loop().create_future()
        return await never

    there = await serve(handler)

    with pytest.raises(OutcomeUnknown):
        await there.ask(CREATE, Doing.CREATE)


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_without_end_is_not_read(serve: Serve, monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    monkeypatch.setattr(wire, "LARGEST", 2**20)
    body = b" " * 2**24
    headers = {"Content-Encoding": "gzip"} if packed else {}
    there = await serve(answers(body=gzip.compress(body) if packed else body, headers=headers))

    with pytest.raises(TargetMisconfigured, match="more than 1 MiB"):
        await there.ask(READ, Doing.LIST)
    with pytest.raises(OutcomeUnknown, match="more than 1 MiB"):
        await there.ask(CREATE, Doing.CREATE)


@pytest.mark.parametrize("doing", [Doing.READ, Doing.CREATE])
async def test_a_web_page_is_no_answer(serve: Serve, doing: Doing) -> None:
    there = await serve(answers(text="<!doctype html><title>Log in</title>", content_type="text/html"))

    with pytest.raises(TargetMisconfigured, match="with a web page"):
        await there.ask(CREATE if doing.writes else READ, doing)


async def test_what_has_no_form_in_json_is_not_sent(serve: Serve) -> None:
    there = await serve(answers())

    with pytest.raises(Refused, match="no form in JSON"):
        await there.ask(Call("POST", "/x", {"a": "\ud800"}), Doing.CREATE)


async def test_the_entity_tag_goes_along(serve: Serve) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get("If-Match"))
        return web.Response()

    there = await serve(handler)
    await there.ask(Call("PUT", "/x", {}, '"7"'), Doing.UPDATE)
    await there.ask(Call("PUT", "/x", {}), Doing.UPDATE)

    assert ['"7"', None] == seen


async def test_a_media_type_of_ones_own_goes_along_and_plain_json_is_taken(serve: Serve) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append([request.headers.get(name) for name in ("Accept", "Content-Type")])
        return web.Response()

    there = await serve(handler)
    await there.ask(CREATE, Doing.CREATE)
    there.media = "application/scim+json"
    await there.close()
    await there.ask(CREATE, Doing.CREATE)

    assert [["application/json"] * 2, ["application/scim+json, application/json", "application/scim+json"]] == seen


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, signed by itself, with its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    key, made = folder / "key.pem", folder / "made.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run([*new, *subject, "-keyout", key, "-out", made], check=True, capture_output=True)
    made.write_text(made.read_text() + key.read_text())
    return made


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def test_a_certificate_that_nobody_signed_is_not_trusted(serve: Serve, tls: ssl.SSLContext) -> None:
    there = await serve(answers(), tls)

    with pytest.raises(TargetMisconfigured, match="its certificate is not trusted"):
        await there.ask(READ, Doing.READ)


async def test_a_ca_of_ones_own_is_trusted(serve: Serve, tls: ssl.SSLContext, certificate: Path) -> None:
    there = await serve(answers(), tls, ca_certificate=certificate)

    assert 200 == (await there.ask(READ, Doing.READ)).status


async def test_a_ca_that_cannot_be_read_is_said(serve: Serve) -> None:
    there = await serve(answers(), ca_certificate="nowhere.pem")

    with pytest.raises(TargetMisconfigured, match="ca_certificate cannot be read"):
        await there.ask(READ, Doing.READ)
