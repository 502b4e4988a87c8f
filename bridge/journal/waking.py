"""Who is due when something else has happened: a place came free, an entry came or went, a target has the resource."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from bridge.journal import nesting
from bridge.journal.links import NORMAL, Link, claimant, dirty, ref
from bridge.journal.sql import load
from bridge.journal.tx import Tx
from bridge.mapping.rules import Rules
from connectors.sdk import Ref

_SQL = load("links")


class Concerned(NamedTuple):
    """Whom it may concern what becomes of an entry: mostly nobody, which is one question instead of three updates."""

    followers: bool  # targets that wait until this one has the resource
    naming: bool  # groups and entries that name it, or that it names
    password: bool  # its own


def concerned(db: sqlite3.Connection, target: str, resource: str) -> Concerned:
    """Whom it concerns that the entry came, moved, changed or went."""
    return Concerned(*db.execute(_SQL["concerned"], {"target": target, "resource": resource}).fetchone())


def stir_password(tx: Tx, target: str, resource: str, entry_id: str | None) -> None:
    """The user's entry came, went, or may be used again: its password is due, or waits."""
    named = {"target": target, "resource": resource, "entry_id": entry_id, "now": tx.now}
    tx.db.execute(_SQL["stir_password"], named)


def behind(db: sqlite3.Connection, resource: str, version: int, targets: Sequence[str]) -> str | None:
    """The first of these targets that takes the resource and does not have this version of it yet."""
    named = {"resource": resource, "version": version, "targets": orjson.dumps(targets).decode()}
    found: str | None = db.execute(_SQL["behind"], named).fetchone()[0]
    return found


def wake_followers(tx: Tx, target: str, resource: str) -> None:
    """The target has the resource as it is: what waited for that elsewhere is due."""
    named = {"target": target, "resource": resource, "now": tx.now}
    tx.dirtied |= {name for (name,) in tx.db.execute(_SQL["wake_followers"], named)}


def wake_waiting(tx: Tx) -> None:
    """The config may say another order of the targets: whatever waits for one of them looks again."""
    tx.dirtied |= {name for (name,) in tx.db.execute(_SQL["wake_waiting"], {"now": tx.now})}


def freed(tx: Tx, target: str, claim: str) -> None:
    """Nobody has this place any more, it seems: who waits for it is due."""
    if claimant(tx.db, target, claim) is None:
        tx.db.execute(_SQL["wake_claim"], {"target": target, "claim": claim, "now": tx.now})


def stir(tx: Tx, target: str, resource: str, *, is_there: bool, lane: int = NORMAL) -> None:
    """The entry came, moved or went: the groups and entries that name it have work, in this lane."""
    named = {"target": target, "resource": resource}
    stir_naming(tx, target, resource, lane)
    if is_there:
        tx.db.execute(_SQL["stir_group"], named)
    else:
        tx.db.execute(_SQL["forget_group"], named)
        tx.db.execute(_SQL["forget_references"], named)


def forget_deleted(tx: Tx, target: str, resource: str) -> None:
    """What was deleted before it came to the target waits for nobody there any more."""
    named = {"target": target, "resource": resource}
    if tx.db.execute(_SQL["is_deleted"], named).fetchone() is not None:
        tx.db.execute(_SQL["forget_group"], named)
        tx.db.execute(_SQL["forget_references"], named)


def stir_naming(tx: Tx, target: str, resource: str, lane: int = NORMAL) -> None:
    """The groups and entries that name the entry have work in this lane; the entry itself has not."""
    named = {"target": target, "resource": resource}
    tx.db.execute(_SQL["stir_member"], named)
    naming = [*tx.db.execute(_SQL["groups_naming"], named), *tx.db.execute(_SQL["named_by"], named)]
    for each, kind in dict(naming).items():
        dirty(tx, target, each, kind, lane=lane)


@dataclass(frozen=True, slots=True)
class Named:
    """A resource that an entry names in an attribute, and the entry that stood for it when it was written."""

    attribute: str
    resource: str
    used: Ref | None


def refer(tx: Tx, link: Link, names: Iterable[Named]) -> None:
    """Remember what the entry names, and no longer what it named before; what moved meanwhile is work again."""
    row = {"target": link.target, "resource": link.resource}
    tx.db.execute(_SQL["forget_references"], row)
    moved = False
    for each in names:
        tx.db.execute(_SQL["refer"], {**row, "attribute": each.attribute, "names": each.resource})
        moved = moved or ref(tx.db, link.target, each.resource) != each.used
    if moved:
        dirty(tx, link.target, link.resource, link.kind)


def unpark(tx: Tx, target: str, code: str, since: int) -> int:
    """Many refusals with one code are one fault of the target: nobody stays parked for it."""
    tx.dirtied.add(target)
    named = {"target": target, "code": code, "since": since, "now": tx.now}
    return tx.db.execute(_SQL["unpark"], named).rowcount


@dataclass(frozen=True, slots=True)
class Missed:
    """How many links a target's start made, and how many it woke."""

    made: int
    woken: int


def catch_up(tx: Tx, target: str, tenant: str, rules: Rules) -> Missed:
    """A target starts: it gets the resources it has no link for, what changed while the config did not name it, and
    what other rules made.
    """
    about = {"type": rules.type, "kind": rules.kind, "rules": rules.fingerprint}
    row = {"target": target, "tenant": tenant, "now": tx.now, **about}
    made = tx.db.execute(_SQL["adopt_resources"], row).rowcount
    woken = tx.db.execute(_SQL["missed_changes"], row).rowcount + tx.db.execute(_SQL["other_rules"], row).rowcount
    if rules.type == "Group":
        nesting.keep(tx, target, rules.flattens)
        if rules.flattens:
            woken += nesting.catch_up(tx, row)
        else:
            tx.db.execute(_SQL["adopt_memberships"], row)
        tx.db.execute(_SQL["missed_leavers"], row)
    tx.dirtied.add(target)
    return Missed(made, woken)
