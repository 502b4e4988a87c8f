"""Verify the hash chain of a journal: which change or action was edited, removed, swapped, added, or cut off.

It reads in short steps, each a snapshot of its own, so that it may run beside the daemon for as long as it takes: rows
that are written meanwhile are verified too, and where old ones are pruned it goes on from the new checkpoint.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.journal import chain, keys
from bridge.journal.chain import FIELDS, Place
from bridge.journal.errors import JournalUnusable
from bridge.journal.sql import load

_SQL = load("chain")
STEP = 1000
"""Rows of each table that are read at once."""


@dataclass(slots=True)
class Verdict:
    """What was found; nothing: the chain is whole from `begin` to `end`."""

    begin: int = 0
    end: Place = field(default_factory=lambda: Place(0, b""))
    rows: int = 0
    found: list[str] = field(default_factory=list)


def verify(db: sqlite3.Connection, key: bytes, anchors: Iterable[Place] = ()) -> Verdict:
    """Verify the whole chain under `key` (of `keys.chain_key`), and that it once ended at each of the anchors."""
    before = db.row_factory, db.text_factory
    db.row_factory = sqlite3.Row
    db.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")  # an edit may be no text at all
    try:
        return _Walk(db, key, anchors).walk()
    finally:
        db.row_factory, db.text_factory = before


def verify_file(path: Path, key: bytes, anchors: Iterable[Place] = ()) -> Verdict:
    """Verify a journal in its file, while a daemon uses it or not; `JournalUnusable` where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as db:
            db.execute("PRAGMA busy_timeout = 5000")
            db.execute("PRAGMA wal_autocheckpoint = 0")  # the writer alone checkpoints
            keys.is_tied(db, key)
            return verify(db, keys.chain_key(key), anchors)
    except sqlite3.Error as error:
        raise JournalUnusable(f"{path}: cannot be read as a journal ({error})") from error


class _Walk:
    """One way along the chain. `_at` is where it is; its `chain` is None where what was before is not known."""

    def __init__(self, db: sqlite3.Connection, key: bytes, anchors: Iterable[Place]) -> None:
        self._db = db
        self._key = key
        self._anchors = {anchor.seq: anchor for anchor in anchors}
        self._verdict = Verdict()
        self._seq = 0
        self._chain: bytes | None = chain.seal(key, b"")

    def walk(self) -> Verdict:
        rows = self._step()
        self._verdict.begin = self._seq + 1
        self._nothing_before()
        self._reached()
        while rows or not self._is_at_end():
            for row in rows:
                self._look(row)
            rows = self._step()
        for anchor in self._anchors.values():
            self._say(f"row {anchor.seq} that the anchor names is not there: the journal is older than its anchor")
        self._verdict.end = Place(self._seq, self._chain or b"")
        return self._verdict

    def _say(self, problem: str) -> None:
        self._verdict.found.append(problem)

    def _step(self) -> list[dict[str, Any]]:
        """The next rows of both tables in order, all as they were at one moment."""
        self._db.execute("SAVEPOINT step")
        try:
            self._skip_pruned()
            return self._rows()
        finally:
            self._db.execute("RELEASE step")

    def _rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        horizons = []
        for table in FIELDS:
            rows = self._db.execute(_SQL[f"{table}_after"], {"seq": self._seq, "limit": STEP}).fetchall()
            if len(rows) == STEP:
                horizons.append(rows[-1]["seq"])
            found += map(dict, rows)
        horizon = min(horizons, default=None)
        return sorted((row for row in found if horizon is None or row["seq"] <= horizon), key=lambda row: row["seq"])

    def _skip_pruned(self) -> None:
        """Go on after what was pruned, before we began or since."""
        row = self._db.execute(_SQL["checkpoint"]).fetchone()
        if row is None or row["seq"] <= self._seq:
            return
        cut = Place(row["seq"], row["chain"])
        if not hmac.compare_digest(row["seal"], chain.checkpoint_seal(self._key, cut)):
            self._say(f"the checkpoint at row {cut.seq} was altered: what was before it is not known")
        self._seq, self._chain = cut.seq, cut.chain
        for seq in [seq for seq in self._anchors if seq < cut.seq]:
            del self._anchors[seq]  # pruned: it says nothing of what is left

    def _nothing_before(self) -> None:
        (first,) = self._db.execute(_SQL["first"]).fetchone()
        if first is not None and first < self._verdict.begin:
            self._say(f"row {first} was added: the chain begins at row {self._verdict.begin}")

    def _look(self, row: dict[str, Any]) -> None:
        seq, name = row["seq"], f"{row['table']} {row['seq']}"
        if seq <= self._seq:
            self._say(f"{name} was added: another row has this number")
            return
        if seq > self._seq + 1:
            self._missing(self._seq + 1, seq - 1)
        self._verdict.rows += 1
        for problem in self._payload(row, name):
            self._say(problem)
        if self._chain is not None and not hmac.compare_digest(row["chain"], chain.link(self._key, self._chain, row)):
            self._say(f"{name} was altered, or does not belong there")
        self._seq, self._chain = seq, chain.seal(self._key, row["chain"])
        self._reached()

    def _missing(self, first: int, last: int) -> None:
        self._say(f"row {first} is missing" if first == last else f"rows {first} to {last} are missing")
        self._chain = None

    def _payload(self, row: dict[str, Any], name: str) -> Iterator[str]:
        if row["erased"] is not None:
            if not hmac.compare_digest(row["erased"], chain.erasure(self._key, row)):
                yield f"the mark of the erased payload of {name} was altered"
            if row["payload"] is not None:
                yield f"the payload of {name} was erased, and another stands there"
        elif row["payload"] is None:
            yield f"the payload of {name} is missing"
        elif not hmac.compare_digest(row["digest"], chain.digest(self._key, row["payload"])):
            yield f"the payload of {name} was altered"

    def _reached(self) -> None:
        anchor = self._anchors.pop(self._seq, None)
        if anchor is not None and self._chain is not None and not hmac.compare_digest(anchor.chain, self._chain):
            self._say(f"row {self._seq} is not the one that the anchor names: the chain was made anew, or is another's")

    def _is_at_end(self) -> bool:
        """Whether there is nothing more; the head must say so too."""
        head = chain.head(self._db)
        if head is None:
            self._say("the head of the chain is missing")
        elif self._chain is None or head.seq != self._seq or not hmac.compare_digest(head.chain, self._chain):
            if head.seq > self._seq and self._rows():
                return False  # written since we looked
            self._say(f"the chain ends at row {self._seq}, and its head says otherwise: rows are missing at the end")
        return True
