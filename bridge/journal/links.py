"""Links: what we know of a resource at a target, and how far its wish is done.

Every change of state is `UPDATE … WHERE state = :old` by the table of `bridge/plans/states.py`; a new wish is the one
event that has no old state to name. What is read here for people is in `standing.py`.
"""

from __future__ import annotations

import sqlite3
from enum import Enum, auto
from typing import Any, NamedTuple

from bridge.journal.sql import load, write_rows
from bridge.journal.tx import Tx
from connectors.sdk import Ref

_SQL = load("links")

URGENT, NORMAL, BULK = LANES = 0, 1, 2
"""Lanes: who is disabled or enabled goes first, what reconciliation and new rules want goes last."""
LANES = (URGENT, NORMAL, BULK)


class Link(NamedTuple):
    """A link as a worker claimed it. `wish` is the one that a settle fulfils; JSON columns are text still.

    A tuple, for a worker changes it at every step, and a tuple is copied in a tenth of the time.
    """

    target: str
    resource: str
    kind: str
    wish: int
    attempts: int
    version: int
    entry_id: str | None
    locator: str | None
    claim: str | None
    applied: str | None
    disabled: bool
    member: bool
    intent: str | None
    verify: bool
    rules: str | None
    lane: int = NORMAL
    departure: str | None = None
    """How its resource leaves, since `departed`; the next step of that is due at `next_step`."""
    departed: int | None = None
    next_step: int | None = None
    late: bool = False  # a step became due while nobody could see it come
    returns: str | None = None  # digest of the keys by which who left is known again
    restore: int | None = None  # a person wants the entry back as it was at this time
    kept: int | None = None  # the resource's version that is not delivered, for a person restored the entry
    adopted: bool = False  # the entry was there before us, and is not written over yet
    held: bool = False  # something of it waits for a person, or was decided by one

    @property
    def ref(self) -> Ref | None:
        """The entry, where there is one."""
        return None if self.entry_id is None else Ref(self.kind, self.entry_id, self.locator or "")


class Claimed(Enum):
    """What came of a claim on a place."""

    OURS = auto()
    TAKEN = auto()  # another link of this target has it
    CIRCLE = auto()  # and that one waits, itself or by others, for the place that we have


def dirty(tx: Tx, target: str, resource: str, kind: str, *, lane: int = NORMAL, verify: bool = False) -> None:
    """Raise the wish of a link, made where there is none: what is parked or in sync is due now.

    A link that is being sent stays so; its settle sees that the wish has gone on.
    """
    row = {"target": target, "resource": resource, "kind": kind, "lane": lane, "now": tx.now, "verify": verify}
    tx.db.execute(_SQL["dirty"], row)
    tx.dirtied.add(target)


def wish(tx: Tx, target: str, resource: str, kind: str, *, lane: int = NORMAL) -> None:
    """As `dirty`, at the end of the batch: with all others of it in one statement."""
    tx.wishes.append({"target": target, "resource": resource, "kind": kind, "lane": lane, "now": tx.now})
    tx.dirtied.add(target)


def write(tx: Tx) -> None:
    """Raise the wishes of the batch; before it commits."""
    write_rows(tx.db, _SQL["wish"], tx.wishes)


def claim(tx: Tx, target: str, limit: int, urgent_only: bool = False) -> list[Link]:
    """Take work that is due, urgent first; each link is this worker's until it is settled."""
    found: list[Link] = []
    for lane in (URGENT,) if urgent_only else LANES:
        row = {"target": target, "lane": lane, "now": tx.now, "limit": limit - len(found)}
        found += [_link(target, each) for each in tx.db.execute(_SQL["claim"], row)]
        if len(found) == limit:
            break
    return found


def abandoned(tx: Tx, target: str) -> int:
    """At start: what was being sent when the process died is to be looked at; how many there are."""
    row = {"target": target, "now": tx.now}
    tx.db.execute(_SQL["look_again"], row)
    return tx.db.execute(_SQL["abandoned"], row).rowcount


def next_due(db: sqlite3.Connection, target: str, urgent_only: bool = False) -> int | None:
    """When there is work next, in milliseconds; None when there is none."""
    query = _SQL["next_urgent" if urgent_only else "next_due"]
    due: int | None = db.execute(query, {"target": target}).fetchone()[0]
    return due


def one(db: sqlite3.Connection, target: str, resource: str) -> Link | None:
    """The link as a worker would claim it now."""
    row = db.execute(_SQL["one"], {"target": target, "resource": resource}).fetchone()
    return None if row is None else _link(target, row)


def next_step(db: sqlite3.Connection, target: str) -> int | None:
    """When the next step of a ladder is due, in milliseconds; None where there is none."""
    due: int | None = db.execute(_SQL["next_step"], {"target": target}).fetchone()[0]
    return due


def hurry(tx: Tx, target: str) -> None:
    """The clock was set back: what was put off is due now, not when the old time comes again."""
    tx.db.execute(_SQL["hurry"], {"target": target, "now": tx.now})
    tx.dirtied.add(target)


def wake_steps(tx: Tx, target: str, now: int, *, late: bool) -> int:
    """Steps of ladders became due: how many. `late`: nobody could see them come, and a person must look first."""
    tx.dirtied.add(target)
    return tx.db.execute(_SQL["wake_steps"], {"target": target, "now": now, "late": late}).rowcount


def intend(tx: Tx, link: Link, place: str, intent: str | None) -> Claimed:
    """Claim the place, and write down what is about to be created there; where another has it, that we wait for it.

    With an intent the link has no entry from now on.
    """
    row = {"target": link.target, "resource": link.resource, "claim": place, "intent": intent}
    try:
        tx.db.execute(_SQL["intend"], row)
    except sqlite3.IntegrityError:
        tx.db.execute(_SQL["wait"], row)
        return Claimed.TAKEN if tx.db.execute(_SQL["circle"], row).fetchone() is None else Claimed.CIRCLE
    return Claimed.OURS


def locks(tx: Tx, link: Link) -> None:
    """Keep that the entry is about to be locked: whoever comes after us must know that it may be."""
    tx.db.execute(_SQL["locks"], {"target": link.target, "resource": link.resource})


def adopt(tx: Tx, link: Link) -> bool:
    """Keep that an entry that was there before us is the resource's; False where another has it or its place."""
    row = {"target": link.target, "resource": link.resource, "entry_id": link.entry_id, "locator": link.locator}
    try:
        tx.db.execute(_SQL["adopt"], {**row, "claim": link.claim, "applied": link.applied})
    except sqlite3.IntegrityError:
        return False
    return True


def recognised(tx: Tx, link: Link) -> None:
    """Keep that an entry is ours before anything is written to it: the intent would not fit it any more."""
    row = {"target": link.target, "resource": link.resource, "entry_id": link.entry_id, "locator": link.locator}
    tx.db.execute(_SQL["recognised"], {**row, "claim": link.claim, "applied": link.applied, "disabled": link.disabled})


def ref(db: sqlite3.Connection, target: str, resource: str) -> Ref | None:
    """The entry of a resource at a target."""
    row = db.execute(_SQL["ref"], {"target": target, "resource": resource}).fetchone()
    return None if row is None else Ref(row[0], row[1], row[2] or "")


def owner(db: sqlite3.Connection, target: str, entry: Ref) -> tuple[str, str | None] | None:
    """The resource whose entry this is, and the place it claims."""
    named = {"target": target, "kind": entry.kind, "entry_id": entry.id}
    row = db.execute(_SQL["owner"], named).fetchone()
    return None if row is None else (row[0], row[1])


def applied(db: sqlite3.Connection, target: str, resource: str) -> str | None:
    """The entry as it was applied last, as JSON text."""
    row = db.execute(_SQL["applied"], {"target": target, "resource": resource}).fetchone()
    return None if row is None else row[0]


def claimant(db: sqlite3.Connection, target: str, claim: str) -> tuple[str, str] | None:
    """The resource that claims the place, and the place."""
    row = db.execute(_SQL["claimant"], {"target": target, "claim": claim}).fetchone()
    return None if row is None else (row[0], claim)


def _link(target: str, row: tuple[Any, ...]) -> Link:
    values = [target, *row]
    for place in _FLAGS:
        values[place] = bool(values[place])
    return Link(*values)


_FLAGS = tuple(map(Link._fields.index, ("disabled", "member", "verify", "late", "adopted", "held")))
