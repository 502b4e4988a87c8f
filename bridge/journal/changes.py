"""Changes: what was accepted, in order, in a hash chain.

The chain runs over digests: HMAC(head before, digest of the payload, fields of the row). A payload can be erased and
the chain still verifies; an edited, missing, swapped or added row breaks it. The head stands in a table of its own and
is a HMAC of the last row's link: who cuts off the tail cannot make the head of an earlier row without the key, and a
row appended to a forged head never verifies. (A whole journal put back to an older copy is not seen here.)
"""

from __future__ import annotations

import hmac
import sqlite3
from dataclasses import dataclass
from typing import Any

import orjson

from bridge.journal.sql import load
from bridge.journal.writer import Tx

_SQL = load("changes")


@dataclass(frozen=True, slots=True)
class NewChange:
    """One accepted request, before it has its place in the chain. `payload` is JSON without a password."""

    tenant: str
    client: str
    resource: str
    type: str
    version: int
    operation: str
    payload: Any


def append(tx: Tx, change: NewChange) -> None:
    """Add a change to those that the batch will write: its place in the chain is found once, for all of them."""
    payload = orjson.dumps(change.payload).decode()
    tx.changes.append(
        {
            "at": tx.now,
            "tenant": change.tenant,
            "client": change.client,
            "resource": change.resource,
            "type": change.type,
            "version": change.version,
            "operation": change.operation,
            "payload": payload,
            "digest": _digest(tx.chain_key, payload),
        }
    )


def write(tx: Tx) -> None:
    """Write the batch's changes, in their order, and move the head; the writer's last step before it commits."""
    if not tx.changes:
        return
    seq, head = tx.db.execute(_SQL["head"]).fetchone()
    for row in tx.changes:
        seq += 1
        row["seq"] = seq
        row["chain"] = _chain(tx.chain_key, head, row)
        head = seal(tx.chain_key, row["chain"])
    tx.db.executemany(_SQL["append"], tx.changes)
    tx.db.execute(_SQL["move_head"], {"seq": seq, "chain": head})


def verify(db: sqlite3.Connection, key: bytes) -> str | None:
    """What is wrong with the chain under `key` (of `keys.chain_key`), with the first row it shows at; None: nothing."""
    db.row_factory, before = sqlite3.Row, db.row_factory
    try:
        expected, previous = 1, seal(key, b"")
        for row in db.execute(_SQL["all"]):
            if row["seq"] != expected:
                return f"change {expected} is missing"
            if row["payload"] is not None and not hmac.compare_digest(row["digest"], _digest(key, row["payload"])):
                return f"the payload of change {expected} was altered"
            if not hmac.compare_digest(row["chain"], _chain(key, previous, dict(row))):
                return f"change {expected} was altered, or does not belong there"
            expected, previous = expected + 1, seal(key, row["chain"])
        seq, head = db.execute(_SQL["head"]).fetchone() or (None, b"")
        if seq == expected - 1 and hmac.compare_digest(head, previous):
            return None
        return f"the chain ends at change {expected - 1}, and its head says otherwise: changes are missing at the end"
    finally:
        db.row_factory = before


def seal(key: bytes, link: bytes) -> bytes:
    """The head of a chain whose last link this is; of an empty chain where it is empty."""
    return hmac.digest(key, b"head\0" + link, "sha256")


def _digest(key: bytes, payload: str) -> bytes:
    return hmac.digest(key, b"payload\0" + payload.encode(), "sha256")


def _chain(key: bytes, previous: bytes, row: dict[str, Any]) -> bytes:
    fields = [row[name] for name in ("seq", "at", "tenant", "client", "resource", "type", "version", "operation")]
    return hmac.digest(key, previous + row["digest"] + orjson.dumps(fields), "sha256")
