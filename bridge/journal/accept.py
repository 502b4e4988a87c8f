"""Accept one request: the journal's half of a SCIM write, run in the writer thread inside one savepoint.

It reads the current row, judges `If-Match`, lets the pure `decide` say what the resource shall be, and writes the
change, the resource, its memberships and a dirty link per target. A password goes into the vault in the same
transaction, and nowhere else. A request that changes nothing leaves no trace.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from bridge.journal import changes, links, lookup, memberships, passwords, resources
from bridge.journal.ids import new_id
from bridge.journal.links import NORMAL, URGENT
from bridge.journal.resources import Stored
from bridge.journal.sql import load, run
from bridge.journal.tx import Tx
from bridge.scim import etags
from bridge.scim.errors import NotFound, PreconditionFailed, Uniqueness
from bridge.scim.members import MemberOp

_SQL = load("resources")


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, by whom. `id` is None for a create; `payload` is the body without a password.

    `new_id` is the id that a create shall have, where others refer to it already (bulk).
    """

    tenant: str
    client: str
    type: str
    id: str | None
    operation: str
    payload: Any
    if_match: str | None = None
    if_none_match: str | None = None
    new_id: str | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """The resource shall be this. `unique` names the attribute that `unique_key` is made from.

    `password` is no part of the body: where there is one, it goes to the targets that take it.
    """

    body: dict[str, Any]
    unique_key: str | None
    external_id: str | None
    members: tuple[MemberOp, ...] = ()
    unique: str | None = "userName"
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Delete:
    """The resource shall be gone."""


Decide = Callable[[Stored | None], Write | Delete]


class Taker(NamedTuple):
    """A target that takes a resource type, by its word for the kind.

    `keeps`: how long a password may wait for it, in milliseconds; None: it takes none.
    """

    target: str
    kind: str
    keeps: int | None = None


TargetsFor = Callable[[str, str], Sequence[Taker]]
"""Tenant and resource type → the targets that take it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The resource as it is now, and whether the request changed it."""

    stored: Stored
    changed: bool
    created: bool = False


def accept(tx: Tx, request: Request, decide: Decide, targets_for: TargetsFor) -> Accepted:
    """Carry the request out. Raises what `decide` raises, `NotFound`, `PreconditionFailed`, `Uniqueness`."""
    if request.id is None:
        return _create(tx, request, decide, targets_for)
    current = resources.get(tx.db, request.tenant, request.type, request.id)
    if current is None:
        raise NotFound(f"there is no {request.type} with id {request.id}")
    if not etags.holds(request.if_match, request.if_none_match, current.version):
        raise PreconditionFailed(etags.FAILED)
    decision = decide(current)
    if isinstance(decision, Delete):
        return _delete(tx, request, current, targets_for)
    return _update(tx, request, current, decision, targets_for)


def _create(tx: Tx, request: Request, decide: Decide, targets_for: TargetsFor) -> Accepted:
    write = decide(None)
    assert isinstance(write, Write)
    id_ = request.new_id or new_id(tx.now)
    stored = Stored(id_, request.tenant, request.type, 1, tx.now, tx.now, None, write.body)
    seq = _store(tx, "insert", stored, write)
    lookup.move(tx, seq, set(), lookup.addresses(write.body))
    _apply_members(tx, request, id_, write.members, targets_for)
    _record(tx, request, stored, targets_for, NORMAL)
    _keep_password(tx, stored, write, targets_for)
    return Accepted(stored, changed=True, created=True)


def _update(tx: Tx, request: Request, current: Stored, write: Write, targets_for: TargetsFor) -> Accepted:
    moved = _apply_members(tx, request, current.id, write.members, targets_for)
    if not moved and write.body == current.body and not _takes_password(request, write, targets_for):
        if write.password is not None:
            passwords.erase_of(tx, current.id)  # what waits for a target that takes none any more is outdated
        return Accepted(current, changed=False)
    stored = Stored(
        current.id, current.tenant, current.type, current.version + 1, current.created, tx.now, None, write.body
    )
    _store(tx, "update", stored, write)
    _move_addresses(tx, stored.id, lookup.addresses(current.body), lookup.addresses(write.body))
    switched = current.body.get("active") != write.body.get("active")
    _record(tx, request, stored, targets_for, URGENT if switched else NORMAL)
    _keep_password(tx, stored, write, targets_for)
    return Accepted(stored, changed=True)


def _delete(tx: Tx, request: Request, current: Stored, targets_for: TargetsFor) -> Accepted:
    version = current.version + 1
    tx.db.execute(_SQL["touch_groups_of"], {"id": current.id, "tenant": current.tenant, "now": tx.now})
    groups = targets_for(request.tenant, "Group")
    for group in memberships.drop(tx, request.tenant, current.id, [taker.target for taker in groups]):
        for taker in groups:
            links.wish(tx, taker.target, group, taker.kind)
    passwords.erase_of(tx, current.id)
    tx.db.execute(_SQL["bury"], {"id": current.id, "version": version, "now": tx.now})
    _move_addresses(tx, current.id, lookup.addresses(current.body), set())
    stored = Stored(current.id, current.tenant, current.type, version, current.created, tx.now, tx.now, current.body)
    _record(tx, request, stored, targets_for, NORMAL)
    return Accepted(stored, changed=True)


def _store(tx: Tx, statement: str, stored: Stored, write: Write) -> int:
    """Write the row; its number, where it is new."""
    row = {
        "id": stored.id,
        "tenant": stored.tenant,
        "type": stored.type,
        "version": stored.version,
        "unique_key": write.unique_key,
        "external_id": write.external_id,
        "body": orjson.dumps(write.body).decode(),
        "now": tx.now,
        **lookup.columns(write.body),
    }
    try:
        return run(tx.db, _SQL[statement], row).lastrowid or 0
    except sqlite3.IntegrityError as error:
        if "unique_key" not in str(error):
            raise
        raise Uniqueness(f"another {stored.type} has this {write.unique} already") from None


def _move_addresses(tx: Tx, id_: str, before: set[str], after: set[str]) -> None:
    if before != after:
        (seq,) = tx.db.execute(_SQL["seq_of"], {"id": id_}).fetchone()
        lookup.move(tx, seq, before, after)


def _apply_members(
    tx: Tx, request: Request, group: str, operations: tuple[MemberOp, ...], targets_for: TargetsFor
) -> bool:
    if not operations:
        return False
    targets = [taker.target for taker in targets_for(request.tenant, request.type)]
    return memberships.apply(tx, request.tenant, group, operations, targets)


def _record(tx: Tx, request: Request, stored: Stored, targets_for: TargetsFor, lane: int) -> None:
    changes.append(
        tx,
        changes.NewChange(
            request.tenant,
            request.client,
            stored.id,
            stored.type,
            stored.version,
            request.operation,
            request.payload,
        ),
    )
    for taker in targets_for(request.tenant, request.type):
        links.wish(tx, taker.target, stored.id, taker.kind, lane=lane)


def _takes_password(request: Request, write: Write, targets_for: TargetsFor) -> bool:
    """Whether there is a password, and a target that takes it."""
    if write.password is None:
        return False
    return any(taker.keeps is not None for taker in targets_for(request.tenant, request.type))


def _keep_password(tx: Tx, stored: Stored, write: Write, targets_for: TargetsFor) -> None:
    if write.password is not None:
        takers = targets_for(stored.tenant, stored.type)
        keeping = [(taker.target, taker.keeps) for taker in takers if taker.keeps is not None]
        passwords.put(tx, stored.id, stored.version, write.password, keeping)
