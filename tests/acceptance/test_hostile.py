"""Bytes that no honest client sends, over real sockets to the real daemon.

Each is answered by a SCIM error of the 4xx, never by a 5xx, and the daemon goes on as if nothing had been.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.daemon import PATCH, USER, Daemon
from tests.soak.generate import BULK, Sent
from tests.soak.http import Answer, Line, request
from tests.soak.judge import complaints

USERS = "/scim/v2/Users"
JSON = {"Content-Type": "application/scim+json"}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path_factory.mktemp("hostile"))
    daemon.configure("")
    daemon.start()
    yield daemon
    assert daemon.stop() == 0
    assert [] == [line for line in daemon.lines if line.get("level") in ("error", "critical") or "exception" in line]
    assert daemon.stderr() == ""


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Daemon]:
    """One that may have few files."""
    daemon = Daemon(tmp_path, under=("sh", "-c", 'ulimit -n 512; exec "$@"', "-"))
    daemon.configure("")
    yield daemon.start()
    assert daemon.stop() == 0
    assert [] == [each for each in daemon.lines if each.get("level") in ("error", "critical") or "exception" in each]


@pytest.fixture
async def line(daemon: Daemon) -> AsyncIterator[Line]:
    async with Line(daemon.port) as line:
        yield line


@pytest.fixture
def auth(daemon: Daemon) -> dict[str, str]:
    return {"Authorization": f"Bearer {daemon.token}"}


def scim(answer: Answer, method: str = "POST") -> int:
    """The status, of an answer that is a whole SCIM message."""
    assert [] == complaints(Sent(method, "", b""), answer)
    return answer.status


def user(name: bytes) -> bytes:
    return b'{"schemas":["%s"],"userName":%s}' % (USER.encode(), name)


@pytest.mark.parametrize(
    "raw",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40 + b"\r\n\r\n",
        b"FOO /scim/v2/Users HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /scim/v2/Users HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /scim/v2/Users HTTP/1.1\r\n\r\n",
        b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
        b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
        b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 10_000 + b"\r\n\r\n",
        b"GET /scim/v2/Users?" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3\r\n\r\n",
        b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://other.example.com/scim/v2/Users HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /scim/v2/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    ],
)
async def test_what_is_hardly_http_is_refused_in_scim(line: Line, raw: bytes) -> None:
    assert 400 <= scim(await line.ask(raw)) < 500


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic dGVzdDp0ZXN0", "test-token", "Bearer test-token x", "Bearer  \x7f",
     "Bearer " + "x" * 8000, "Bearer t\u00e9st-token", "Bearer \udcff\udcfe", "Digest username=x", "bearer=test-token",
     "Bearer test-toke", "Bearer test-token, Bearer test-token", 'Bearer "test-token"', "Bearer\x0btest-token"],
)  # fmt: skip
async def test_who_has_no_token_is_told_how_to_bring_one(line: Line, authorization: str) -> None:
    for method, target in (("GET", USERS), ("POST", "/nowhere"), ("DELETE", "/scim/v2/Schemas"), ("OPTIONS", USERS)):
        answer = await line.ask(request(method, target, Authorization=authorization), method=method)
        assert 400 <= scim(answer, method) < 500
        assert 401 == answer.status or "\x0b" in authorization or "\x7f" in authorization
        if answer.status == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer realm=")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
async def test_the_scheme_is_read_whatever_its_case(line: Line, daemon: Daemon, scheme: str) -> None:
    assert 200 == scim(await line.ask(request("GET", USERS, Authorization=f"{scheme} {daemon.token}")))


@pytest.mark.parametrize("other", ["Bearer wrong", "Basic dGVzdDp0ZXN0", "Bearer test-token"])
async def test_two_tokens_are_none(line: Line, auth: dict[str, str], other: str) -> None:
    for pair in ({**auth, "authorization": other}, {"authorization": other, **auth}):
        assert 401 == scim(await line.ask(request("GET", USERS, **pair)))


BODIES = {
    "empty": b"",
    "spaces": b" \n ",
    "array": b"[]",
    "text": b'"x"',
    "null": b"null",
    "cut off": b'{"schemas": [',
    "twins": b'{"schemas":["%s"],"userName":"a","userName":"b"}' % USER.encode(),
    "twins by an escape": b'{"schemas":["%s"],"userName":"a","user\\u004eame":"b"}' % USER.encode(),
    "NaN": user(b"NaN"),
    "Infinity": user(b"-Infinity"),
    "too large a number": user(b"1e999"),
    "a long number": user(b"1" * 100_000),
    "half a surrogate": user(b'"\\ud800"'),
    "a surrogate in bytes": user(b'"\xed\xa0\x80"'),
    "no UTF-8": user(b'"\xff"'),
    "NUL": user(b'"\\u0000"'),
    "a raw NUL": user(b'"\x00"'),
    "a control character": user(b'"\x01"'),
    "UTF-16": user(b'"x"').decode().encode("utf-16"),
    "UTF-32": user(b'"x"').decode().encode("utf-32"),
    "arrays in arrays": b"[" * 10_000 + b"]" * 10_000,
    "objects in objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep in an attribute": b'{"schemas":["%s"],"userName":"x","name":%s}' % (USER.encode(), b"[" * 900 + b"]" * 900),
    "single quotes": b"{'userName': 'x'}",
    "a comment": b"{} // x",
    "two values": b"{}{}",
    "an unclosed escape": user(b'"\\u12"'),
    "XML": b"<user/>",
    "a name that is a list": user(b"[]"),
    "a name of spaces": user(b'""'),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_body_that_is_no_user_is_refused(line: Line, auth: dict[str, str], body: bytes) -> None:
    for method, target in (("POST", USERS), ("POST", "/scim/v2/Bulk"), ("POST", "/scim/v2/.search")):
        answer = await line.ask(request(method, target, body, **auth, **JSON))
        assert 400 == scim(answer)


@pytest.mark.parametrize(
    "name", ["\U0001f600", "\u202egnp.exe", "e\u0301", "a" * 1000, "\ufeffx", "' OR 1=1 --", "*)(uid=*"]
)
async def test_odd_text_is_kept_as_it_came(line: Line, auth: dict[str, str], name: str) -> None:
    made = await line.ask(request("POST", USERS, user(json.dumps(name).encode()), **auth, **JSON))
    assert 201 == scim(made)
    made = await line.ask(request("GET", f"{USERS}/{json.loads(made.body)['id']}", **auth))

    assert name == json.loads(made.body)["userName"]


async def test_a_mark_before_the_body_is_no_part_of_it(line: Line, auth: dict[str, str]) -> None:
    assert 201 == scim(await line.ask(request("POST", USERS, b"\xef\xbb\xbf" + user(b'"bom"'), **auth, **JSON)))


async def test_a_long_value_is_taken_and_a_long_name_is_not(line: Line, auth: dict[str, str]) -> None:
    nickname = b'{"schemas":["%s"],"userName":"long","nickName":"%s"}' % (USER.encode(), b"x" * 900_000)

    assert 201 == scim(await line.ask(request("POST", USERS, nickname, **auth, **JSON)))
    assert 400 == scim(await line.ask(request("POST", USERS, user(b'"%s"' % (b"x" * 900_000)), **auth, **JSON)))
    assert 413 == scim(await line.ask(request("POST", USERS, user(b'"%s"' % (b"x" * 2**20)), **auth, **JSON)))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Content-Type": "application/json"}, 201),
        ({"Content-Type": "APPLICATION/SCIM+JSON; charset=UTF-8"}, 201),
        ({"Content-Type": 'application/json;charset="utf-8"'}, 201),
        ({"Content-Type": ""}, 201),
        ({"Content-Type": "application/json; charset=utf-16"}, 415),
        ({"Content-Type": "application/json; charset=iso-8859-1"}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json-patch+json"}, 415),
        ({"Content-Type": ";"}, 415),
        ({**JSON, "Content-Encoding": "identity"}, 201),
        ({**JSON, "Content-Encoding": "gzip"}, 415),
        ({**JSON, "Content-Encoding": "br"}, 415),
        ({**JSON, "Accept": "text/html"}, 201),
        ({**JSON, "Accept": "application/json;q=0"}, 201),
    ],
)
async def test_a_body_is_json_in_utf_8(
    line: Line, auth: dict[str, str], headers: dict[str, str], expected: int, request_name: str
) -> None:
    body = user(b'"%s"' % request_name.encode())
    assert expected == scim(await line.ask(request("POST", USERS, body, **auth, **headers)))


@pytest.fixture
def request_name(request: pytest.FixtureRequest) -> str:
    return f"name-{abs(hash(request.node.name))}"


async def test_what_is_compressed_is_not_opened(line: Line, auth: dict[str, str]) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    answer = await line.ask(request("POST", USERS, bomb, **auth, **JSON, Content_Encoding="gzip"))

    assert 415 == scim(answer)


async def test_requests_in_one_go_are_answered_in_order(line: Line, auth: dict[str, str]) -> None:
    targets = ["/Schemas/x", "/Users?count=0", "/nowhere", "/Bulk", "/ServiceProviderConfig"]
    await line.send(b"".join(request("GET", "/scim/v2" + target, **auth) for target in targets))

    assert [404, 200, 404, 405, 200] == [scim(await line.answer()) for _ in targets]


async def test_a_body_in_chunks_is_read(line: Line, auth: dict[str, str]) -> None:
    head = request("POST", USERS, **auth, **JSON, Transfer_Encoding="chunked")
    body = user(b'"chunked"')
    await line.send(head + b"".join(b"1;ext=1\r\n%c\r\n" % byte for byte in body))
    await line.send(b"0\r\nTrailer: x\r\n\r\n")

    assert 201 == scim(await line.answer())


@pytest.mark.parametrize("chunk", [b"zz\r\n{}\r\n", b"-1\r\n", b"5\r\n{}\r\n0\r\n\r\n", b"FFFFFFFFFFFFFFFFFF\r\n{}"])
async def test_chunks_that_are_none_are_refused(line: Line, auth: dict[str, str], chunk: bytes) -> None:
    await line.send(request("POST", USERS, **auth, **JSON, Transfer_Encoding="chunked") + chunk)

    assert 400 == scim(await line.answer())


async def test_a_body_in_chunks_ends_at_its_limit(line: Line, auth: dict[str, str]) -> None:
    await line.send(request("POST", USERS, **auth, **JSON, Transfer_Encoding="chunked"))
    for _ in range(17):
        await line.send(b"10000\r\n" + b" " * 0x10000 + b"\r\n")

    assert 413 == scim(await line.answer())


async def test_who_waits_to_be_asked_is_asked(line: Line, auth: dict[str, str]) -> None:
    body = user(b'"patient"')
    await line.send(request("POST", USERS, **auth, **JSON, Expect="100-continue", Content_Length=str(len(body))))
    answering = asyncio.ensure_future(line.answer())
    await line.until_interim(100)
    await line.send(body)

    assert 201 == scim(await answering)


@pytest.mark.parametrize(
    ("more", "expected"),
    [({"Content_Length": "99999999"}, 413), ({"Content_Type": "text/plain", "Content_Length": "5"}, 415)],
)
async def test_who_waits_is_refused_before_it_sends(
    line: Line, auth: dict[str, str], more: dict[str, str], expected: int
) -> None:
    await line.send(
        request("POST", USERS, **{**auth, "Content_Type": "application/json", **more}, Expect="100-continue")
    )

    assert expected == scim(await line.answer())
    assert [] == line.interim


async def test_a_body_where_none_belongs_is_passed_over(line: Line, auth: dict[str, str]) -> None:
    for method in ("GET", "DELETE", "HEAD", "OPTIONS"):
        await line.send(request(method, f"{USERS}/x", b'{"a": 1}', **auth, **JSON))
        assert (204 if method == "OPTIONS" else 404) == scim(await line.answer(method), method)
    assert 200 == scim(await line.ask(request("GET", USERS + "?count=0", **auth)))


def test_who_connects_and_says_no_more_keeps_nobody_out(narrow: Daemon) -> None:
    with ExitStack() as stack:
        for _ in range(300):
            half = stack.enter_context(socket.create_connection(("127.0.0.1", narrow.port)))
            half.sendall(b"GET /scim/v2/Users HTTP/1.1\r\n")

        assert 200 == narrow.send("GET", "/Users")[0]

    assert narrow.said("connections.full")


async def test_who_hangs_up_in_the_middle_leaves_nothing(line: Line, auth: dict[str, str], daemon: Daemon) -> None:
    await line.send(request("POST", USERS, **auth, **JSON, Content_Length="100") + b'{"schemas"')
    line.close()

    async with Line(daemon.port) as other:
        assert 200 == scim(await other.ask(request("GET", USERS + "?count=0", **auth)))


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "replace", "path": "x" * 5000, "value": 1}],
        [{"op": "replace", "path": 'emails[type eq "' + "x" * 5000 + '"]', "value": 1}],
        [{"op": "replace", "path": "emails" + "[" * 500, "value": 1}],
        [{"op": "add", "value": {"\u0000": 1}}],
        [{"op": "add"}] * 1001,
        [[]],
        {},
    ],
)
async def test_a_patch_that_is_none_changes_nothing(
    line: Line, auth: dict[str, str], operations: object, request_name: str
) -> None:
    made = await line.ask(request("POST", USERS, user(b'"%s"' % request_name.encode()), **auth, **JSON))
    target = f"{USERS}/{json.loads(made.body)['id']}"
    body = json.dumps({"schemas": [PATCH], "Operations": operations}).encode()
    answer = await line.ask(request("PATCH", target, body, **auth, **JSON), method="PATCH")

    assert scim(answer) in (200, 400)
    assert 'W/"1"' == (await line.ask(request("GET", target, **auth))).headers["etag"]


@pytest.mark.parametrize(
    "filter_",
    ["(" * 3000, "id%20pr%20and%20" * 200 + "id%20pr", "not%20" * 500, "%00", "%22", "a%20eq%20%22%5Cud800%22"],
)
async def test_a_filter_that_is_none_is_refused(line: Line, auth: dict[str, str], filter_: str) -> None:
    assert 400 == scim(await line.ask(request("GET", f"{USERS}?filter={filter_}", **auth)))


async def test_a_bulk_within_a_bulk_is_no_operation(line: Line, auth: dict[str, str]) -> None:
    inner = {"method": "POST", "path": "/Bulk", "bulkId": "x", "data": {"schemas": [BULK], "Operations": []}}
    body = json.dumps({"schemas": [BULK], "Operations": [inner]}).encode()
    answer = await line.ask(request("POST", "/scim/v2/Bulk", body, **auth, **JSON))

    assert 200 == scim(answer)
    assert ["404"] == [each["status"] for each in json.loads(answer.body)["Operations"]]
