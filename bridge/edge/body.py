"""Read a request's body: bounded in size and time, of a media type we speak, JSON without tricks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from aiohttp import web

from bridge.scim.errors import InvalidSyntax, TooLarge, TooSlow, UnsupportedMedia

T = TypeVar("T")
Bytes = TypeVar("Bytes", bytes, bytearray)
MEDIA_TYPES = ("application/scim+json", "application/json")
LARGE = 128 * 1024
"""Bytes from which on a body is worked on in a thread, so that one client's large group delays nobody else."""


async def read_json(request: web.BaseRequest, limit: int, seconds: float) -> tuple[Any, bool]:
    """The body as JSON values, and whether it is large; a `ScimError` says why it is not taken."""
    declared = request.headers.get("Content-Type")
    if declared and declared.partition(";")[0].strip().lower() not in MEDIA_TYPES:
        raise UnsupportedMedia(f"the body must be {MEDIA_TYPES[0]} or {MEDIA_TYPES[1]}")
    raw = await _read(request, limit, seconds)
    is_large = len(raw) > LARGE
    return await aside(is_large, lambda: parse(raw)), is_large


async def aside(is_large: bool, work: Callable[[], T]) -> T:
    """Do the work here and now, or in a thread if it is large."""
    return await asyncio.to_thread(work) if is_large else work()


async def _read(request: web.BaseRequest, limit: int, seconds: float) -> bytes:
    """The whole body, unless it is larger than the limit: then no more of it than that."""
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge(f"the body is larger than {limit} bytes")
    try:
        if request.content.is_eof():  # the usual case: it came with the head
            return _within(request.content.read_nowait(), limit)
        async with asyncio.timeout(seconds):
            return await _gather(request, limit)
    except TimeoutError:
        raise TooSlow(f"the body did not come within {seconds:g} seconds") from None
    except (web.RequestPayloadError, ConnectionError):
        raise InvalidSyntax("the body did not come whole, or not in the encoding that its head names") from None


async def _gather(request: web.BaseRequest, limit: int) -> bytes:
    whole = bytearray()
    async for chunk in request.content.iter_any():
        whole += chunk
        _within(whole, limit)
    return bytes(whole)


def _within(raw: Bytes, limit: int) -> Bytes:
    if len(raw) > limit:
        raise TooLarge(f"the body is larger than {limit} bytes")
    return raw


def parse(raw: bytes) -> Any:
    """JSON values; a name that stands twice in one object is refused, for two readers would see two things."""
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
