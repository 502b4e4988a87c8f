"""What a run has read, kept out of memory: TEMP tables on a read-only connection of the run's own.

The journal itself is never written here, and a TEMP table can be joined with its links as they are at that
moment. The file behind it has no name and is gone when the connection closes, or the process. Every method
blocks: a run calls them in one thread of its own (`bridge/reconcile/worker.py`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bridge.journal import resources
from bridge.journal.findings import Finding, finding_of, row_of
from bridge.journal.marks import Alike
from bridge.journal.resources import Stored
from bridge.journal.sql import load
from connectors.sdk import Ref

_SQL = load("scratch")
_CACHE = 16 * 1024
"""KiB of the scratch tables in memory; the rest is on disk."""


class Seen(NamedTuple):
    """An entry that was read, by its id and its place."""

    entry_id: str
    place: str  # normalised
    locator: str


class Linked(NamedTuple):
    """A link in sync, unchanged since the run began: its entry should be as it was applied last."""

    resource: str
    kind: str
    entry_id: str
    locator: str | None
    claim: str | None
    wish: int
    applied: str | None  # JSON
    rules: str | None


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

    def linked(self) -> dict[str, int]:
        """How many entries were linked when the run began, by kind."""
        return dict(map(tuple, self._run("linked")))

    def see(self, kind: str, seen: Sequence[Seen]) -> None:
        """Note the entries of one page; one that is read twice counts once."""
        named = {"kind": kind, "seen": _json(seen)}
        self._db.execute(_SQL["see_known"], named)
        self._db.execute(_SQL["see_strangers"], named)

    def see_unchanged(self, kind: str, marks: Mapping[str, str]) -> frozenset[str]:
        """Note the entries of one page that are as they were when they were last found as applied; the others' ids."""
        named = {"kind": kind, "marks": _json(marks)}
        if self._db.execute(_SQL["see_unchanged"], named).rowcount == len(marks):
            return frozenset()
        return frozenset(each for (each,) in self._db.execute(_SQL["changed"], named))

    def count_seen(self, kind: str) -> int:
        """How many entries were read."""
        return self._count("count_seen", kind)

    def count_ours(self, kind: str) -> int:
        """How many of them are linked, by now or when the run began."""
        return self._count("count_ours", kind)

    def count_absent(self, kind: str) -> int:
        """How many of the links to be judged have an entry that was not read."""
        return self._count("count_absent", kind)

    def links_of(self, kind: str, ids: Sequence[str]) -> dict[str, Linked]:
        """The links of entries by the entries' ids, where they may be judged."""
        return {row["entry_id"]: Linked(*row) for row in self._run("links_of", kind=kind, ids=_json(ids))}

    def absent(self, kind: str, after: Linked | None, limit: int) -> list[Linked]:
        """Some links to be judged whose entry was not read, in the order of their entries' ids, after this one."""
        last = after.entry_id if after else ""
        return [Linked(*row) for row in self._run("absent", kind=kind, after=last, limit=limit)]

    def gone(self, kind: str, after: Linked | None, limit: int) -> list[Linked]:
        """Some links that delivery holds as gone, and whose entry was not read either, in the order of resources."""
        last = after.resource if after else ""
        return [Linked(*row) for row in self._run("gone", kind=kind, after=last, limit=limit)]

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
        for row in self._run("applied_members", group=group):
            yield row["applied"]

    def keep(self, finding: Finding) -> None:
        """Keep a finding until the run is over."""
        self._db.execute(_SQL["keep"], row_of(finding))

    def note_alike(self, alike: Sequence[Alike]) -> None:
        """Note entries that are as applied, and their marks."""
        self._db.execute(_SQL["note_alike"], {"alike": _json(alike)})

    def alike(self, after: str, limit: int) -> list[Alike]:
        """Some of these, in the order of their resource, after this one."""
        return [Alike(*row) for row in self._run("alike", after=after, limit=limit)]

    def leave_behind(self, resource: str, kind: str) -> None:
        """Note a leaver whose entry somebody removed or moved: its link must hear of it, nothing is repaired."""
        self._run("leave_behind", resource=resource, kind=kind)

    def left_behind(self) -> list[tuple[str, str]]:
        """Resource and kind of these leavers."""
        return [tuple(row) for row in self._run("left_behind")]

    def found(self) -> Iterator[Finding]:
        """What was kept and still holds: nothing about links that changed since they were judged."""
        return map(finding_of, self._run("found"))

    def refs_of(self, resources: Sequence[str]) -> dict[str, Ref]:
        """Where the entries of these resources are now."""
        rows = self._run("refs_of", resources=_json(resources))
        return {resource: Ref(kind, entry_id, locator or "") for resource, kind, entry_id, locator in rows}

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


def _json(rows: object) -> str:
    """Rows as one text, for one statement: a thread that runs many has to get the interpreter back after each."""
    return json.dumps(rows)
