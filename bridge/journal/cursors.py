"""Cursors: where a client is in a list, as text that it carries for us (RFC 9865).

Sealed by AES-GCM under a key that is derived from the journal's, so that nobody else can read or make one, and together
with what it belongs to: for another client or another search it does not open. Nothing of it is kept here, and a
restart ends none.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bridge.journal.lists import Place

NONCE = 12


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next page begins in this stretch of the list, behind `place` (None: with its first).

    `count`: of a page; `total`: of the whole list, as it was on its first page, None where that was not counted; `at`:
    when it was made, in milliseconds.
    """

    stretch: int
    place: Place | None
    count: int
    total: int | None
    at: int


class Cursors:
    """Seals and opens them. `search` is what they belong to, as JSON values."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, cursor: Cursor, search: Any) -> str:
        """Of letters, digits, `-` and `_` alone."""
        place = None if cursor.place is None else tuple(cursor.place)
        plain = orjson.dumps((cursor.stretch, place, cursor.count, cursor.total, cursor.at))
        nonce = os.urandom(NONCE)
        sealed = self._cipher.encrypt(nonce, plain, orjson.dumps(search))
        return urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def open(self, text: str, search: Any) -> Cursor | None:
        """None where it is none of ours, or belongs to another search."""
        try:
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            plain = self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], orjson.dumps(search))
        except (ValueError, InvalidTag):
            return None
        stretch, place, count, total, at = orjson.loads(plain)
        return Cursor(stretch, None if place is None else Place(*place), count, total, at)
