"""What is derived from the journal's key, and the proof that a journal belongs to it.

Of the key itself nothing is stored: only an HMAC, under a derived key, that tells whether the right one was handed in.
"""

from __future__ import annotations

import hmac
import sqlite3

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bridge.journal import chain
from bridge.journal.errors import JournalUnusable
from bridge.journal.sql import load

_SQL = load("keys")


def derive(key: bytes, purpose: bytes) -> bytes:
    """32 bytes for one purpose."""
    return HKDF(SHA256(), 32, salt=None, info=b"scim-bridge " + purpose).derive(key)


def chain_key(key: bytes) -> bytes:
    """The key of the hash chain."""
    return derive(key, b"change chain")


def vault_key(key: bytes) -> bytes:
    """The key that passwords are sealed under."""
    return derive(key, b"password vault")


def cursor_key(key: bytes) -> bytes:
    """The key that cursors are sealed under."""
    return derive(key, b"cursors")


def check(db: sqlite3.Connection, key: bytes) -> None:
    """Tie a new journal to the key; refuse a journal that was made with another."""
    if not is_tied(db, key):
        db.execute(_SQL["first_head"], {"proof": _proof(key), "chain": chain.seal(chain_key(key), b"")})


def is_tied(db: sqlite3.Connection, key: bytes) -> bool:
    """Whether the journal was made with the key; False where it was made with none yet."""
    (stored,) = db.execute(_SQL["key_proof"]).fetchone() or (None,)
    if stored is None:
        if db.execute(_SQL["any"]).fetchone() is not None:
            raise JournalUnusable("the journal has a chain and no head: somebody removed it; restore the journal")
        return False
    if not hmac.compare_digest(stored, _proof(key)):
        raise JournalUnusable(
            "the journal was made with another key than [journal] key leads to, and opens with no other: put that key "
            "there, from the copy that is kept with your other keys (a backup of the journal does not hold it). "
            'Nobody has it: docs/operating.md, "The key is lost"'
        )
    return True


def _proof(key: bytes) -> bytes:
    return hmac.digest(derive(key, b"key check"), b"scim-bridge journal", "sha256")
