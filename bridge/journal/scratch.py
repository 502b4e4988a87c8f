"""What a run has read, kept out of memory: TEMP tables on a read-only connection of the run's own.

The journal itself is never written here, and a TEMP table can be joined with its links as they are at that
moment. The file behind it has no name and is gone when the connection closes, or the process. Every method
blocks: a run calls them in one thread of its own (`bridge/reconcile/worker.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bridge.journal import resources
from bridge.journal.findings import Finding, finding_of, row_of
from bridge.journal.resources import Stored
from bridge.journal.sql import load

_SQL = load("scratch")
_CACHE = 16 * 1024
"""KiB of the scratch tables in memory; the rest is on disk."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry that was read, by its id and its place."""

    entry_id: str
    place: str  # normalised
    locator: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A link in sync, unchanged since the run began: its entry should be as it was applied last."""

    resource: str
    kind: str
    entry_id: str
    locator: str | None
    claim: str | None
    wish: int
    applied: str | None  # JSON
    rules: str | None
    disabled: bool


class Scratch:
    """The tables of one run of one target."""

    def __init__(self, journal: Path, target: str) -> None:
        """Remember which links are in sync now; only these are judged."""
        self.target = target
        self._db = sqlite3.connect(f"{journal.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA wal_autocheckpoint = 0")  # the writer alone checkpoints
        self._db.execute("PRAGMA temp_store = FILE")
        self._db.execute(f"PRAGMA temp.cache_size = -{_CACHE}")
        self._db.execute("PRAGMA busy_timeout = 5000")
        self._db.executescript(_SQL["make"])
        self._run("remember_links")
        self._run("index_links")

    def linked(self) -> dict[str, int]:
        """How many entries were linked when the run began, by kind."""
        return dict(map(tuple, self._run("linked")))

    def see(self, kind: str, seen: Iterable[Seen]) -> None:
        """Note the entries of one page; one that is read twice counts once."""
        self._db.execute("BEGIN")
        rows = ({"kind": kind, "entry_id": s.entry_id, "place": s.place, "locator": s.locator} for s in seen)
        self._db.executemany(_SQL["see"], rows)
        self._db.execute("COMMIT")

    def count_seen(self, kind: str) -> int:
        """How many entries were read."""
        return self._count("count_seen", kind)

    def count_absent(self, kind: str) -> int:
        """How many of the links to be judged have an entry that was not read."""
        return self._count("count_absent", kind)

    def link_of(self, kind: str, entry_id: str) -> Linked | None:
        """The link of an entry, where it may be judged."""
        row = self._run("link_of", kind=kind, entry_id=entry_id).fetchone()
        return None if row is None else _linked(row)

    def absent(self, kind: str, after: str, limit: int) -> list[Linked]:
        """Some links to be judged whose entry was not read, in the order of their resource, after this one."""
        return [_linked(row) for row in self._run("absent", kind=kind, after=after, limit=limit)]

    def gone(self, kind: str, after: str, limit: int) -> list[Linked]:
        """Some links that delivery holds as gone, and whose entry was not read either."""
        return [_linked(row) for row in self._run("gone", kind=kind, after=after, limit=limit)]

    def homeless(self, kind: str, after: str, limit: int) -> list[tuple[str, int]]:
        """Resource and wish of some links without an entry, whose delivery was refused."""
        return [tuple(row) for row in self._run("homeless", kind=kind, after=after, limit=limit)]

    def refuse(self, place: str, resource: str, wish: int) -> None:
        """Note the place that a homeless link would have."""
        self._run("refuse", place=place, resource=resource, wish=wish)

    def stored(self, resource: str) -> Stored | None:
        """The resource as it is now, its tombstone too."""
        return resources.by_id(self._db, resource)

    def members(self, group: str) -> Iterator[str]:
        """The members that a group was given, as the target holds them."""
        return (row["applied"] for row in self._run("applied_members", group=group))

    def keep(self, finding: Finding) -> None:
        """Keep a finding until the run is over."""
        self._db.execute(_SQL["keep"], row_of(finding))

    def leave_behind(self, resource: str, kind: str) -> None:
        """Note a leaver whose entry somebody removed: nothing is to be repaired, but its link knows nothing of it."""
        self._run("leave_behind", resource=resource, kind=kind)

    def left_behind(self) -> list[tuple[str, str]]:
        """Resource and kind of these leavers."""
        return [tuple(row) for row in self._run("left_behind")]

    def found(self) -> Iterator[Finding]:
        """What was kept and still holds: nothing about links that changed since they were judged."""
        return map(finding_of, self._run("found"))

    def disputed(self, kind: str) -> Iterator[tuple[str, str, int]]:
        """Resource, locator and wish where an entry of nobody is at the place of a link."""
        return (tuple(row) for row in self._run("disputed", kind=kind))

    def foreign(self, kind: str) -> Iterator[str]:
        """The locators of entries that are nobody's."""
        return (row["locator"] for row in self._run("foreign", kind=kind))

    def close(self) -> None:
        """Forget everything."""
        self._db.close()

    def _run(self, query: str, **named: object) -> sqlite3.Cursor:
        return self._db.execute(_SQL[query], {"target": self.target, **named})

    def _count(self, query: str, kind: str) -> int:
        (count,) = self._run(query, kind=kind).fetchone()
        return int(count)


def _linked(row: sqlite3.Row) -> Linked:
    columns = dict(row)
    return Linked(**columns | {"disabled": bool(columns["disabled"])})
