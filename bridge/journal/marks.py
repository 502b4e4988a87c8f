"""Marks: what an entry looked like, to the byte, when it was last found as it had been applied.

A read of a target that meets the same mark again has nothing to compare. A trigger takes a mark away with whatever it
was compared with: what was applied, where the entry is, by which rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bridge.journal.sql import load
from bridge.journal.tx import Tx

_SQL = load("marks")


class Alike(NamedTuple):
    """A link, by its resource and the wish it had, whose entry is as applied; and the entry's mark."""

    resource: str
    wish: int
    mark: str


def keep(tx: Tx, target: str, alike: Sequence[Alike]) -> None:
    """Keep the marks of links that have not changed since."""
    tx.db.executemany(_SQL["keep"], ({"target": target, **each._asdict()} for each in alike))
