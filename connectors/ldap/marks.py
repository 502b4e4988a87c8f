"""The mark of an entry as it was read: equal marks, and not a byte of it is another one. Pure."""

from __future__ import annotations

import marshal
from hashlib import sha256

from connectors.ldap.driver import Found

_FORMAT = 2
"""Of marshal, the quickest way to bytes: this one writes equal values alike, later ones do not."""
_SIZE = 32
"""Hexadecimal digits."""


def key_of(salt: str) -> bytes:
    """What a mark of this salt begins with."""
    return sha256(salt.encode()).digest()


def mark(key: bytes, found: Found) -> str:
    """The digest of its place and of all attributes as the directory wrote them. Another order gives another one."""
    return sha256(key + marshal.dumps((found.dn, found.attributes), _FORMAT)).hexdigest()[:_SIZE]
