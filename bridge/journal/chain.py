"""The hash chain: changes and actions in one order, each tied to all before it.

The chain runs over digests: HMAC(head before, digest of the payload, fields of the row). A payload can be erased and
the chain still verifies; an edited, missing, swapped or added row breaks it. The head stands in a table of its own and
is a HMAC of the last row's link: who cuts off the tail cannot make the head of an earlier row without the key, and a
row appended to a forged head never verifies. An erased payload carries a mark, and pruned rows leave a checkpoint: both
are HMACs too. (A whole journal put back to an older copy is seen by an anchor kept outside it: `verify.py`.)
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from bridge.journal.sql import load, write_rows
from bridge.journal.tx import Tx

_SQL = load("chain")
FIELDS = {
    "change": ("seq", "at", "tenant", "client", "resource", "type", "version", "operation"),
    "action": ("seq", "at", "actor", "uid", "operation", "subject"),
}
"""The tables of the chain, and what of a row the chain holds beside its payload's digest."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the chain: the number of a row, and the head as it was right after it."""

    seq: int
    chain: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.chain.hex()}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """What `str` made; `ValueError` where the text is no place."""
        seq, _, chain = text.strip().partition(":")
        place = cls(int(seq), bytes.fromhex(chain))
        if place.seq < 0 or len(place.chain) != hmac.new(b"", digestmod="sha256").digest_size:
            raise ValueError("not a place in the chain")
        return place


def prepare(tx: Tx, table: str, payload: Any, **fields: object) -> None:
    """Add a row to those that the batch will write: its place in the chain is found once, for all of them."""
    text = orjson.dumps(payload).decode()
    tx.changes.append({"table": table, "at": tx.now, "payload": text, "digest": digest(tx.chain_key, text), **fields})


def write(tx: Tx) -> None:
    """Write the batch's rows, in their order, and move the head; the writer's last step before it commits."""
    if not tx.changes:
        return
    end = head(tx.db)
    assert end is not None
    seq, chain = end.seq, end.chain
    for row in tx.changes:
        seq += 1
        row["seq"] = seq
        row["chain"] = link(tx.chain_key, chain, row)
        chain = seal(tx.chain_key, row["chain"])
    for table in FIELDS:
        if rows := [row for row in tx.changes if row["table"] == table]:
            write_rows(tx.db, _SQL[f"append_{table}"], rows)
    tx.db.execute(_SQL["move_head"], {"seq": seq, "chain": chain})


def head(db: sqlite3.Connection) -> Place | None:
    """Where the chain ends now."""
    row = db.execute(_SQL["head"]).fetchone()
    return None if row is None else Place(*row)


def pruned_to(db: sqlite3.Connection) -> int:
    """The last row that was pruned; 0: none was."""
    row = db.execute(_SQL["checkpoint"]).fetchone()
    return 0 if row is None else int(row[0])


def place(tx: Tx, seq: int) -> Place:
    """The place of a row that is there."""
    (chain,) = tx.db.execute(_SQL["link_at"], {"seq": seq}).fetchone()
    return Place(seq, seal(tx.chain_key, chain))


def has_passed(db: sqlite3.Connection, key: bytes, place: Place) -> bool:
    """Whether the chain was at this place once; True also where that was pruned and cannot be said."""
    end = head(db)
    if end is None or place.seq > end.seq:
        return False
    if place.seq == end.seq:
        return hmac.compare_digest(place.chain, end.chain)
    row = db.execute(_SQL["link_at"], {"seq": place.seq}).fetchone()
    return row is None or hmac.compare_digest(place.chain, seal(key, row[0]))


def link(key: bytes, previous: bytes, row: Mapping[str, Any]) -> bytes:
    """What ties the row to the head before it."""
    fields = [row[name] for name in FIELDS[row["table"]]]
    return _mac(key, previous + row["digest"] + orjson.dumps(fields))


def seal(key: bytes, last: bytes) -> bytes:
    """The head of a chain whose last link this is; of an empty chain where it is empty."""
    return _mac(key, b"head\0" + last)


def digest(key: bytes, payload: str) -> bytes:
    """What stands for a payload in the chain."""
    return _mac(key, b"payload\0" + payload.encode())


def erasure(key: bytes, row: Mapping[str, Any]) -> bytes:
    """The mark of a row whose payload was erased by us."""
    return _mac(key, b"erased\0%d\0" % row["seq"] + row["digest"])


def checkpoint_seal(key: bytes, cut: Place) -> bytes:
    """What makes a checkpoint ours."""
    return _mac(key, b"checkpoint\0%d\0" % cut.seq + cut.chain)


def _mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256; a key that was taken in once is copied, for that is half of a short one."""
    mac = _keyed(key).copy()
    mac.update(message)
    return mac.digest()


@lru_cache(4)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")
