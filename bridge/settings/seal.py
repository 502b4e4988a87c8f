"""The journal's key: 32 random bytes, written as text in a credential file."""

from __future__ import annotations

import base64
import binascii
import secrets

from bridge.settings.faults import Wrong

LENGTH = 32
_REMEDY = "make one with: head -c 32 /dev/urandom | base64"


def generate_key() -> str:
    """A fresh key as the text to put into a credential file."""
    return base64.b64encode(secrets.token_bytes(LENGTH)).decode()


def parse_key(text: str) -> bytes:
    """The 32 bytes that the text (base64, or 64 hexadecimal digits) holds. An error never shows the text."""
    written = text.strip()
    key = _hexadecimal(written) or _base64(written)
    if key is None:
        raise Wrong("holds neither base64 nor hexadecimal text", _REMEDY)
    if len(key) != LENGTH:
        raise Wrong(f"holds {len(key)} bytes; the journal's key has {LENGTH}", _REMEDY)
    return key


def _hexadecimal(written: str) -> bytes | None:
    if len(written) != 2 * LENGTH:
        return None
    try:
        return bytes.fromhex(written)
    except ValueError:
        return None


def _base64(written: str) -> bytes | None:
    plain = written.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
