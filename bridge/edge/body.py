"""Read a request's body: bounded, of a media type we speak, JSON without tricks."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson
from aiohttp import web

from bridge.scim.errors import InvalidSyntax, TooLarge, UnsupportedMedia

MEDIA_TYPES = ("application/scim+json", "application/json")

_KEY = re.compile(rb'(?<!\\)"\s*:')


async def read_json(request: web.Request, limit: int) -> Any:
    """The body as JSON values; `TooLarge`, `UnsupportedMedia` or `InvalidSyntax`."""
    declared = request.headers.get("Content-Type")
    if declared and declared.partition(";")[0].strip().lower() not in MEDIA_TYPES:
        raise UnsupportedMedia(f"the body must be {MEDIA_TYPES[0]} or {MEDIA_TYPES[1]}")
    return parse(await _read(request, limit))


async def _read(request: web.Request, limit: int) -> bytes:
    """The whole body, unless it is larger than the limit: then no more of it than that."""
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge(f"the body is larger than {limit} bytes")
    if not request.body_exists:
        return b""
    chunks, size = [], 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"the body is larger than {limit} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


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
    if len(_KEY.findall(raw)) != len(_KEY.findall(again)):
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
    if isinstance(value, list):
        return [without_password(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {name: without_password(each) for name, each in value.items() if "password" not in name.lower()}
    path = next((each for name, each in value.items() if name.lower() == "path"), None)
    if isinstance(path, str) and "password" in path.lower():
        kept = {name: each for name, each in kept.items() if name.lower() != "value"}
    return kept
