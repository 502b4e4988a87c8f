"""Memberships: group → member, a row each, so that one member more costs the same in a group of ten and of 100,000.

What a target holds of each is `target_membership`; every change here marks its row there as dirty.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from bridge.journal.sql import load
from bridge.journal.writer import Tx
from bridge.scim.patch import Member, MemberOp, MembersAdd, MembersRemove, MembersRemoveWhere, MembersSet

_SQL = load("memberships")
_TYPE_OF = load("resources")["type_of"]


def of(db: sqlite3.Connection, group: str) -> list[Member]:
    """The members of a group."""
    return [Member(*row) for row in db.execute(_SQL["of"], {"group": group})]


def groups_of(db: sqlite3.Connection, member: str) -> list[tuple[str, dict[str, Any]]]:
    """The groups that name the member directly: id and body."""
    return [(group, orjson.loads(body)) for group, body in db.execute(_SQL["groups_of"], {"member": member})]


def contains(db: sqlite3.Connection, group: str, member: str) -> bool:
    return db.execute(_SQL["contains"], {"group": group, "member": member}).fetchone() is not None


def count(db: sqlite3.Connection, group: str) -> int:
    (number,) = db.execute(_SQL["count"], {"group": group}).fetchone()
    return int(number)


def apply(tx: Tx, tenant: str, group: str, operations: Iterable[MemberOp], targets: Sequence[str]) -> bool:
    """Carry out the operations in order; whether any row changed."""
    changed = False
    for operation in operations:
        match operation:
            case MembersSet(members):
                keep = {member.value for member in members}
                gone = [member.value for member in of(tx.db, group) if member.value not in keep]
                changed |= _remove(tx, group, gone, targets)
                changed |= _add(tx, tenant, group, members, targets)
            case MembersAdd(members):
                changed |= _add(tx, tenant, group, members, targets)
            case MembersRemove(ids):
                changed |= _remove(tx, group, ids, targets)
            case MembersRemoveWhere():
                matching = [member.value for member in of(tx.db, group) if operation.matches(member)]
                changed |= _remove(tx, group, matching, targets)
    return changed


def drop(tx: Tx, resource: str, targets: Sequence[str]) -> list[str]:
    """Remove every membership of and in a resource that is deleted; the groups that lost it."""
    groups = [group for (group,) in tx.db.execute(_SQL["group_ids_of"], {"member": resource})]
    for group in groups:
        _dirty(tx, group, resource, targets)
    tx.db.execute(_SQL["remove_member"], {"member": resource})
    tx.db.execute(_SQL["remove_group"], {"group": resource})
    return groups


def _add(tx: Tx, tenant: str, group: str, members: Iterable[Member], targets: Sequence[str]) -> bool:
    changed = False
    for member in members:
        row = {"group": group, "member": member.value, "display": member.display}
        row["type"] = member.type or _type_of(tx.db, tenant, member.value)
        if tx.db.execute(_SQL["add"], row).rowcount:
            changed = True
            _dirty(tx, group, member.value, targets)
    return changed


def _remove(tx: Tx, group: str, members: Iterable[str], targets: Sequence[str]) -> bool:
    changed = False
    for member in members:
        if tx.db.execute(_SQL["remove"], {"group": group, "member": member}).rowcount:
            changed = True
            _dirty(tx, group, member, targets)
    return changed


def _dirty(tx: Tx, group: str, member: str, targets: Sequence[str]) -> None:
    for target in targets:
        tx.db.execute(_SQL["dirty"], {"target": target, "group": group, "member": member})


def _type_of(db: sqlite3.Connection, tenant: str, resource: str) -> str:
    row = db.execute(_TYPE_OF, {"id": resource, "tenant": tenant}).fetchone()
    return row[0] if row else "User"
