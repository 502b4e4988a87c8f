"""Leavers and returners: whose entry stands where, and how the link of a leaver passes its entry on.

An entry passes in one transaction, and only while nothing that was sent about it can still arrive: what the leaver's
link would do afterwards, it does without an entry.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from bridge.journal import links, waking
from bridge.journal.links import Link
from bridge.journal.sql import load
from bridge.journal.target_members import Removal
from bridge.journal.tx import Tx
from connectors.sdk import Ref

_SQL = load("returning")


class Leaver(NamedTuple):
    """A deleted resource that has an entry still."""

    resource: str
    locator: str | None


class Holder(NamedTuple):
    """Whose link it is, its entry, the link's state; whether the resource is not to be there any more, or deleted."""

    resource: str
    ref: Ref | None
    state: str
    left: bool
    deleted: bool


def leavers(db: sqlite3.Connection, link: Link, returns: str) -> list[Leaver]:
    """Who left with these keys; two at most, for two are too many."""
    named = {"target": link.target, "kind": link.kind, "resource": link.resource, "returns": returns}
    return [Leaver(*row) for row in db.execute(_SQL["leavers"], named)]


def take_over(tx: Tx, link: Link, leaver: str) -> Link | None:
    """The link with the leaver's entry, to be looked at before it is written; None while the leaver's is in use."""
    named = {"target": link.target, "resource": link.resource, "leaver": leaver}
    row = tx.db.execute(_SQL["at_rest"], named).fetchone()
    if row is None:
        return None
    entry_id, locator, claim, applied, disabled = row
    tx.db.execute(_SQL["inherit_memberships"], {**named, "allowed": Removal.ALLOWED})
    tx.db.execute(_SQL["forget_memberships"], named)
    tx.db.execute(_SQL["let_go"], named)
    entry = {"entry_id": entry_id, "locator": locator, "claim": claim, "applied": applied, "disabled": disabled}
    tx.db.execute(_SQL["take"], {**named, **entry})
    waking.stir(tx, link.target, leaver, is_there=False)
    links.dirty(tx, link.target, leaver, link.kind)
    return link._replace(**{**entry, "disabled": bool(disabled)}, verify=True)


def holder(db: sqlite3.Connection, target: str, resource: str) -> Holder | None:
    """Whose link it is that stands in the way."""
    row = db.execute(_SQL["holder"], {"target": target, "resource": resource}).fetchone()
    if row is None:
        return None
    id_, kind, entry_id, locator, state, left, deleted = row
    return Holder(id_, Ref(kind, entry_id, locator or "") if entry_id else None, state, bool(left), bool(deleted))
