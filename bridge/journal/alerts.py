"""What each channel was told and is still so: after a restart nothing is told twice."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from bridge.journal.sql import load
from bridge.journal.tx import Tx

_SQL = load("alerts")


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one condition; `at` is since when it was so, in milliseconds."""

    channel: str
    key: str
    text: str
    at: int


def told(db: sqlite3.Connection) -> list[Told]:
    """All that was told, and not yet that it is over."""
    return [Told(*row) for row in db.execute(_SQL["told"])]


def keep(tx: Tx, each: Told) -> None:
    """The channel was told that it is so."""
    row = {"channel": each.channel, "key": each.key, "text": each.text, "at": each.at}
    tx.db.execute(_SQL["raise"], row)


def forget(tx: Tx, each: Told) -> None:
    """The channel was told that it is over."""
    tx.db.execute(_SQL["clear"], {"channel": each.channel, "key": each.key})
