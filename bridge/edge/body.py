"""Read a request's body: bounded in size and time, of a media type we speak, JSON without tricks."""

from __future__ import annotations

import asyncio
import json
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson
from aiohttp import HttpVersion11, web

from bridge.edge.parts import Bounds
from bridge.scim.errors import InvalidSyntax, TooLarge, TooSlow, UnsupportedMedia

T = TypeVar("T")
Bytes = TypeVar("Bytes", bytes, bytearray)
MEDIA_TYPES = ("application/scim+json", "application/json")
LARGE = 128 * 1024
"""Bytes from which on a body is worked on in a thread, so that one client's large group delays nobody else."""

_CHARSET = re.compile(r'charset\s*=\s*"?([^\s;"]*)')


async def read_json(request: web.BaseRequest, bounds: Bounds) -> tuple[Any, bool]:
    """The body as JSON values, and whether it is large; a `ScimError` says why it is not taken."""
    _check_media(request.headers)
    raw = await _read(request, bounds)
    is_large = len(raw) > LARGE
    return await aside(is_large, lambda: parse(raw)), is_large


def _check_media(headers: Mapping[str, str]) -> None:
    """JSON in UTF-8 as it is. A body of no declared type is taken for that (RFC 7644 §3.8)."""
    declared = headers.get("Content-Type")
    if declared and declared not in MEDIA_TYPES:
        media, _, parameters = declared.lower().partition(";")
        if media.strip() not in MEDIA_TYPES:
            raise UnsupportedMedia(f"the body must be {MEDIA_TYPES[0]} or {MEDIA_TYPES[1]}")
        charset = _CHARSET.search(parameters)
        if charset and charset[1] not in ("utf-8", "utf8", "us-ascii"):
            raise UnsupportedMedia("the body must be in UTF-8")
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMedia("the body must not be compressed: Content-Encoding is not taken")


async def aside(is_large: bool, work: Callable[[], T]) -> T:
    """Do the work here and now, or in a thread if it is large."""
    return await asyncio.to_thread(work) if is_large else work()


async def _read(request: web.BaseRequest, bounds: Bounds) -> bytes:
    """The whole body, unless it is larger than the limit: then no more of it than that."""
    if (length := request.content_length) is not None and length > bounds.size:
        raise _too_large(bounds)
    try:
        if request.content.is_eof():  # the usual case: it came with the head
            return _within(request.content.read_nowait(), bounds)
        await _go_on(request)
        async with asyncio.timeout(bounds.seconds):
            return await _gather(request, bounds)
    except TimeoutError:
        raise TooSlow(f"the body did not come within {bounds.seconds:g} seconds") from None
    except (web.RequestPayloadError, ConnectionError):
        raise InvalidSyntax("the body did not come whole, or not in the encoding that its head names") from None


async def _go_on(request: web.BaseRequest) -> None:
    """Ask for the body that a client holds back until it is asked for (RFC 9110 §10.1.1)."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # what counts there is the answer


async def _gather(request: web.BaseRequest, bounds: Bounds) -> bytes:
    whole = bytearray()
    async for chunk in request.content.iter_any():
        whole += chunk
        _within(whole, bounds)
    return bytes(whole)


def _within(raw: Bytes, bounds: Bounds) -> Bytes:
    if len(raw) > bounds.size:
        raise _too_large(bounds)
    return raw


def _too_large(bounds: Bounds) -> TooLarge:
    return TooLarge(f"the body is larger than {bounds.name} of {bounds.size} bytes")


def parse(raw: bytes) -> Any:
    """JSON values; a name that stands twice in one object is refused, for two readers would see two things."""
    raw = raw.removeprefix(BOM_UTF8)  # RFC 8259 §8.1 lets us
    if not raw.strip():
        raise InvalidSyntax("the body is empty; it must be JSON")
    try:
        value = orjson.loads(raw)
        again = orjson.dumps(value)
    except orjson.JSONDecodeError as error:
        raise InvalidSyntax(f"the body is not JSON: {error}") from None
    except TypeError:
        raise InvalidSyntax("the body is nested too deeply") from None
    if raw.count(b":") != again.count(b":") or b"\\u" in raw:  # a twin is lost, and its colon; \u003a is one too
        _refuse_twins(raw)
    return value


def _refuse_twins(raw: bytes) -> None:
    """Called where a count says that there may be twins: look closely."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise InvalidSyntax("the body names a member twice in one object")
        return result

    try:
        json.loads(raw, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise InvalidSyntax("the body is not JSON") from None


def without_password(value: Any) -> Any:
    """The body as it may be recorded: no value of anything that is named like a password."""
    return _without_password(value) if b"password" in orjson.dumps(value).lower() else value


def _without_password(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_password(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _without_password(each) for name, each in value.items() if "password" not in name.lower()}
    paths = [each for name, each in value.items() if name.lower() == "path" and isinstance(each, str)]
    if any("password" in path.lower() for path in paths):  # any of them: `path` and `PATH` may stand side by side
        kept = {name: each for name, each in kept.items() if name.lower() != "value"}
    return kept
