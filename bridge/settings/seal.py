"""The journal's key: 32 random bytes, written as text in a credential file.

A journal opens with the key that it was made with, and with no other. So nobody may be told to make one where a journal
is there already.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from bridge.settings.faults import Fault, Wrong

LENGTH = 32
PLACE = "journal.key"
_WRITE = 'write key = "file:credentials/journal-key", where `scim-bridge init` puts the key'
_FORM = "write 32 bytes as base64 (44 characters), or as 64 hexadecimal digits, alone in the file"


def with_remedies(faults: Iterable[Fault], journal: Path) -> Iterator[Fault]:
    """The faults; those of the key say what to do about it, whether the journal exists already or not."""
    for fault in faults:
        if fault.place == PLACE:
            mend = _WRITE if fault.problem == "is missing" else fault.remedy
            fault = replace(fault, remedy=f"{mend}. {_which(journal)}")
        yield fault


def _which(journal: Path) -> str:
    if not journal.exists():
        return f"There is no journal at {journal} yet: a new one gets a new key, head -c 32 /dev/urandom | base64"
    return (
        f"{journal} was made with a key, and opens with no other: make no new one, take the copy that is kept with "
        "your other keys (a backup of the journal does not hold it). "
        'Nobody has it: docs/operating.md, "The key is lost"'
    )


def generate_key() -> str:
    """A fresh key as the text to put into a credential file."""
    return base64.b64encode(secrets.token_bytes(LENGTH)).decode()


def parse_key(text: str) -> bytes:
    """The 32 bytes that the text (base64, or 64 hexadecimal digits) holds. An error never shows the text."""
    written = text.strip()
    key = _hexadecimal(written) or _base64(written)
    if key is None:
        raise Wrong("holds neither base64 nor hexadecimal text", _FORM)
    if len(key) != LENGTH:
        raise Wrong(f"holds {len(key)} bytes; the journal's key has {LENGTH}", _FORM)
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
