"""Tokens of clients, made by operators: of each the journal holds a digest, a name and its times, never the token.

A token is 256 random bits, so that its SHA-256 tells nothing of it. A name is that of one token; after a rotation the
one before may be taken beside it for a while. What is revoked is no row any more: that it was is in the chain.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.journal.sql import load
from bridge.journal.tx import Tx

_SQL = load("tokens")
PREFIX = "scimbridge_"
"""By this secret scanners know our tokens: `scimbridge_[A-Za-z0-9_-]{43}`."""


class TokenUnknown(LookupError):
    """No token has this name; the text says which there are."""


class NameTaken(ValueError):
    """A token has this name already."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token as it is kept. Times in milliseconds; `expires` None: never; `replaced` None: it has its name still."""

    digest: bytes = field(repr=False)
    name: str
    client: str
    made: int
    expires: int | None
    replaced: int | None = None
    used: int | None = None

    @property
    def lifetime(self) -> int | None:
        """For how long it was made; of one that was replaced, how long it came to."""
        return None if self.expires is None else self.expires - self.made


def generate() -> str:
    """A new token."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def kept(db: sqlite3.Connection) -> list[Token]:
    """All tokens, by client and name; of one name the one that has it first."""
    return [Token(*row) for row in db.execute(_SQL["all"])]


def named(db: sqlite3.Connection, name: str) -> list[Token]:
    """The token of this name, and those that it has replaced and that may be taken still."""
    tokens = kept(db)
    found = [token for token in tokens if token.name == name]
    if not found:
        names = ", ".join(sorted({token.name for token in tokens})) or "none"
        raise TokenUnknown(f"there is no token {name!r}; tokens: {names}")
    return found


def of_digest(db: sqlite3.Connection, digest: bytes) -> Token:
    """The token whose digest this is."""
    for token in kept(db):
        if token.digest == digest:
            return token
    raise TokenUnknown("that token is none of the journal's")


def free_name(db: sqlite3.Connection, client: str) -> str:
    """The client's name, or that with a number: the first that no token has."""
    taken, name, number = {token.name for token in kept(db)}, client, 1
    while name in taken:
        number += 1
        name = f"{client}-{number}"
    return name


def add(tx: Tx, client: str, name: str, digest: bytes, expires: int | None) -> None:
    """Keep a new token; `NameTaken` where another has its name."""
    for token in kept(tx.db):
        if token.name == name:
            raise NameTaken(f"there is a token {name!r} already, of the client {token.client}: take another name")
    _put(tx, client, name, digest, expires)


def rotate(tx: Tx, name: str, digest: bytes, ends: int, expires: int | None) -> list[Token]:
    """Give the name to a new token; the one before is taken until `ends`, and not at all where that is now.

    The tokens that the name had; `TokenUnknown` where it had none.
    """
    before = named(tx.db, name)
    if ends > tx.now:
        tx.db.execute(_SQL["replace"], {"name": name, "now": tx.now, "ends": ends})
    else:
        _end(tx, before)
    _put(tx, before[0].client, name, digest, expires)
    return before


def revoke(tx: Tx, name: str, *, replaced: bool) -> list[Token]:
    """End what has the name, or only what had it before the last rotation; which those were."""
    ended = [token for token in named(tx.db, name) if token.replaced is not None or not replaced]
    _end(tx, ended)
    return ended


def end_all(tx: Tx) -> int:
    """End every token, for the journal may not know which were revoked; how many there were."""
    return tx.db.execute(_SQL["end_all"]).rowcount


def note(tx: Tx, uses: Mapping[bytes, int]) -> None:
    """Keep when tokens were last taken, by digest; what is none of ours is passed over."""
    tx.db.executemany(_SQL["note_use"], [{"digest": digest, "at": at} for digest, at in uses.items()])


def forget_ended(tx: Tx) -> None:
    """Those that were replaced and have ended are of no use to anybody."""
    tx.db.execute(_SQL["forget_ended"], {"now": tx.now})


def _put(tx: Tx, client: str, name: str, digest: bytes, expires: int | None) -> None:
    row = {"digest": digest, "name": name, "client": client, "now": tx.now, "expires": expires}
    tx.db.execute(_SQL["add"], row)


def _end(tx: Tx, tokens: list[Token]) -> None:
    tx.db.executemany(_SQL["end"], [{"digest": token.digest} for token in tokens])
