"""What work in the writer thread may use."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Tx:
    """The connection, the batch's time, the keys of chain and vault; and what is written once for the whole batch."""

    db: sqlite3.Connection
    now: int
    chain_key: bytes
    vault_key: bytes = field(default=b"", repr=False)
    changes: list[dict[str, Any]] = field(default_factory=list)
    wishes: list[dict[str, Any]] = field(default_factory=list)
    emails: list[tuple[str, int, bool]] = field(default_factory=list)
    dirtied: set[str] = field(default_factory=set)
    callbacks: list[Callable[[], None]] = field(default_factory=list)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call it on the event loop once this batch is on disk."""
        self.callbacks.append(callback)

    def mark(self) -> tuple[int, int, int, int, set[str]]:
        """Where things stand, for `back_to`."""
        return len(self.changes), len(self.wishes), len(self.emails), len(self.callbacks), self.dirtied.copy()

    def back_to(self, mark: tuple[int, int, int, int, set[str]]) -> None:
        """Forget what was kept here since then, for its request failed."""
        changes, wishes, emails, callbacks, self.dirtied = mark
        del self.changes[changes:], self.wishes[wishes:], self.emails[emails:], self.callbacks[callbacks:]
