"""Actions: what operators and the daemon itself did, in one hash chain with the changes (`chain.py`).

An action is recorded in the transaction of what it describes: both are there, or neither. It names things and counts
them, and holds no attribute's value.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from bridge.journal import chain
from bridge.journal.sql import load
from bridge.journal.tx import Tx

_SQL = load("actions")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an operator by the user id that the kernel named, or the daemon by itself."""

    name: str
    uid: int | None = None


DAEMON = Actor("daemon")


def operator(uid: int) -> Actor:
    """Who asked over the control socket, or ran the command."""
    return Actor("operator", uid)


@dataclass(frozen=True, slots=True)
class Action:
    """One action; of those that were recorded, with its number and time in milliseconds."""

    by: Actor
    operation: str
    subject: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0
    at: int = 0


def record(tx: Tx, action: Action) -> None:
    """Add the action to what the batch will write."""
    by = action.by
    chain.prepare(
        tx, "action", action.detail, actor=by.name, uid=by.uid, operation=action.operation, subject=action.subject
    )


def latest(db: sqlite3.Connection, limit: int = 100) -> list[Action]:
    """The newest actions, newest first."""
    return [
        Action(Actor(actor, uid), operation, subject, orjson.loads(payload or "{}"), seq, at)
        for seq, at, actor, uid, operation, subject, payload in db.execute(_SQL["latest"], {"limit": limit})
    ]
