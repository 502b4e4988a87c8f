"""What a person looks at and mends by hand: links one by one.

Nothing here writes to a target: what is retried or bound is delivered like any other work, under the same guards. A
link that is being sent is its worker's, and is left alone.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from bridge.journal import holds, links, passwords, resources, waking
from bridge.journal.resources import Stored
from bridge.journal.sql import load
from bridge.journal.tx import Tx
from bridge.scim.resource_types import fold
from connectors.sdk import Ref

_SQL = load("mending")
_VALUES = re.compile(r"\[[^\]]*\]")


class CannotMend(Exception):
    """It cannot be done now, or not like this; the text is for the operator."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A link as a person sees it: no values of attributes. `name` is what people call the resource."""

    target: str
    resource: str
    kind: str
    state: str
    lane: int
    wish: int
    done: int
    due: int
    attempts: int
    version: int
    entry_id: str | None
    locator: str | None
    claim: str | None
    waits_claim: str | None
    waits_for: str | None
    disabled: bool
    member: bool
    intent: bool
    verify: bool
    error: str | None
    code: str | None
    attribute: str | None
    text: str | None
    fix: str | None
    at: int | None
    departure: str | None
    departed: int | None
    next_step: int | None
    name: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ShownChange:
    """An accepted change without what was in it: `attributes` are those it was about; None where that was erased."""

    seq: int
    at: int
    client: str
    operation: str
    version: int
    attributes: tuple[str, ...] | None


def named(db: sqlite3.Connection, name: str) -> list[Stored]:
    """The resources that a person may mean by an id or a name; those who live, else those who were deleted."""
    ids = [id_ for (id_,) in db.execute(_SQL["named"], {"name": name, "key": fold(name)})]
    found = [stored for id_ in ids if (stored := resources.by_id(db, id_)) is not None]
    living = [stored for stored in found if stored.deleted is None]
    return living or found


def of_resource(db: sqlite3.Connection, resource: str) -> list[Shown]:
    """The links of a resource, by target."""
    return [_shown(row) for row in db.execute(_SQL["of_resource"], {"resource": resource})]


def unfinished(
    db: sqlite3.Connection, target: str | None = None, state: str | None = None, limit: int = 100
) -> tuple[int, list[Shown]]:
    """How many links are not in sync, and some of them: parked ones first."""
    wanted = {"target": target, "state": state, "limit": limit}
    (count,) = db.execute(_SQL["how_many"], wanted).fetchone()
    return count, [_shown(row) for row in db.execute(_SQL["unfinished"], wanted)]


def changes(db: sqlite3.Connection, resource: str, limit: int) -> list[ShownChange]:
    """The last changes of a resource, the newest first."""
    rows = db.execute(_SQL["changes"], {"resource": resource, "limit": limit})
    return [
        ShownChange(seq, at, client, operation, version, None if text is None else _attributes(orjson.loads(text)))
        for seq, at, client, operation, version, text in rows
    ]


@dataclass(frozen=True, slots=True)
class MemberCounts:
    """A group's members at a target: there, to be added, to be removed, without an entry yet, kept for a person."""

    there: int
    to_add: int
    to_remove: int
    waiting: int
    held: int


def members(db: sqlite3.Connection, target: str, group: str) -> MemberCounts:
    """How a group stands at the target."""
    return MemberCounts(*db.execute(_SQL["members"], {"target": target, "resource": group}).fetchone())


@dataclass(frozen=True, slots=True)
class Retried:
    """How many links were parked, and how many waited for a later time; and how many passwords did either."""

    unparked: int
    hastened: int
    passwords: int


def retry(tx: Tx, target: str, resource: str | None = None, code: str | None = None) -> Retried:
    """What is parked or put off is due now: one resource's, those with one error code, or all of the target's."""
    chosen = {"target": target, "resource": resource, "code": code, "now": tx.now}
    hastened = tx.db.execute(_SQL["hasten"], chosen).rowcount
    unparked = tx.db.execute(_SQL["unpark"], chosen).rowcount
    tx.dirtied.add(target)
    return Retried(unparked, hastened, passwords.retry(tx, target, resource, code))


def bind(tx: Tx, target: str, resource: str, entry: Ref, claim: str) -> Shown:
    """From now on the resource's entry at the target is this one, at the place `claim`; the link as it was."""
    before = _free(tx.db, target, resource)
    for other in (links.owner(tx.db, target, entry), links.claimant(tx.db, target, claim)):
        if other is not None and other[0] != resource:
            raise CannotMend(f"that entry is another resource's: see `scim-bridge links show {other[0]}`")
    row = {"target": target, "resource": resource, "entry_id": entry.id, "locator": entry.locator, "claim": claim}
    tx.db.execute(_SQL["bind"], {**row, "now": tx.now})
    tx.db.execute(_SQL["forget_members"], row)
    waking.stir(tx, target, resource, is_there=True)
    waking.stir_password(tx, target, resource, entry.id)
    _let_go(tx, before, claim)
    return before


def forget(tx: Tx, target: str, resource: str) -> Shown:
    """From now on the resource has no entry of ours at the target; the link as it was."""
    before = _free(tx.db, target, resource)
    row = {"target": target, "resource": resource, "now": tx.now}
    for step in ("forget", "forget_members", "forget_memberships", "forget_references"):
        tx.db.execute(_SQL[step], row)
    waking.stir_password(tx, target, resource, None)
    waking.wake_followers(tx, target, resource)
    _let_go(tx, before, None)
    return before


def _free(db: sqlite3.Connection, target: str, resource: str) -> Shown:
    link = next((each for each in of_resource(db, resource) if each.target == target), None)
    if link is None:
        raise CannotMend(f"{target} has never taken it: there is no link")
    if link.state == "sending":
        raise CannotMend(f"it is being delivered to {target} at this moment; ask again")
    return link


def _let_go(tx: Tx, before: Shown, claim: str | None) -> None:
    """What was held of the link is void; who waits for the place that it had may have it."""
    holds.settle(tx, before.target, before.resource, {})
    if before.claim is not None and before.claim != claim:
        waking.freed(tx, before.target, before.claim)
    tx.dirtied.add(before.target)


def _attributes(payload: Any) -> tuple[str, ...]:
    """The names of what a request was about, without the values that a path may hold."""
    if not isinstance(payload, dict):
        return ()
    operations = payload.get("Operations")
    names = _of_operations(operations) if isinstance(operations, list) else payload
    return tuple(sorted({_VALUES.sub("", name) for name in names} - {"schemas", "id", "meta"}))


def _of_operations(operations: Iterable[Any]) -> Iterable[str]:
    for operation in operations:
        path, value = operation.get("path"), operation.get("value")
        if path:
            yield str(path)
        elif isinstance(value, dict):
            yield from value


def _shown(row: tuple[Any, ...]) -> Shown:
    shown = Shown(*row)
    flags = {name: bool(getattr(shown, name)) for name in ("disabled", "member", "intent", "verify")}
    return Shown(**{**asdict(shown), **flags})
