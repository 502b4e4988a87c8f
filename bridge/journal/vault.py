"""Seal passwords until they are delivered: AES-GCM under a key that is derived from the journal's. Pure.

A sealed password opens for the target, the resource and the version that it was sealed for, and for no other: who can
write the journal cannot hand one user's password to another, or bring an older one back. Its length is hidden in steps.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
STEP = 64
_END = b"\x01"


class CannotOpen(Exception):
    """Sealed for another place, under another key, or altered."""


def seal(key: bytes, password: str, target: str, resource: str, version: int) -> bytes:
    """The nonce, and the password encrypted and authenticated with its place."""
    plain = password.encode() + _END
    plain += bytes(-len(plain) % STEP)
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, _place(target, resource, version))


def unseal(key: bytes, sealed: bytes, target: str, resource: str, version: int) -> str:
    """The password; `CannotOpen` where it was not sealed for this place, or not under this key."""
    try:
        plain = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], _place(target, resource, version))
    except (InvalidTag, ValueError):
        raise CannotOpen from None
    return plain.rstrip(b"\0").removesuffix(_END).decode()


def _place(target: str, resource: str, version: int) -> bytes:
    return f"{target}\0{resource}\0{version}".encode()
