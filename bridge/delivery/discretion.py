"""Keep a password out of what is told of an error, whoever's words they are. Pure."""

from __future__ import annotations

import base64
import html
import traceback
from collections.abc import Iterator
from typing import TypeVar
from urllib.parse import quote, quote_plus

import orjson

from connectors.sdk import ConnectorError

SAFE = "the target's own words are not shown, for they may hold the password"
_SHOWN = ("message", "code", "attribute", "fix")
Error = TypeVar("Error", bound=Exception)


def discreet(error: Error, password: str) -> Error:
    """The error, without its words where they hold the password in any usual spelling."""
    if isinstance(error, ConnectorError):
        told = {name: getattr(error, name, None) for name in _SHOWN}
        if any(isinstance(text, str) and _holds(text, password) for text in told.values()):
            for name in told:
                if told[name] is not None:
                    setattr(error, name, SAFE if name == "message" else None)
            error.args = (SAFE,)
    return error


def frames(error: Exception) -> list[str]:
    """Where it came from: files, lines and functions, without what the error says."""
    return [f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(error.__traceback__)]


def _holds(text: str, password: str) -> bool:
    said = text.casefold()
    return any(spelling.casefold() in said for spelling in _spellings(password))


def _spellings(password: str) -> Iterator[str]:
    raw = password.encode()
    yield password
    yield html.escape(password)
    yield quote(password, safe="")
    yield quote_plus(password)
    yield orjson.dumps(password).decode()[1:-1]
    yield repr(password)[1:-1]
    yield base64.b64encode(raw).decode()
    yield raw.hex()
