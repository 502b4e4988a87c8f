"""Memberships: group → member, a row each, so that one member more costs the same in a group of ten and of 100,000.

What a target holds of each is `target_membership`; every change here marks its row there as dirty.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from bridge.journal import nesting
from bridge.journal.sql import load
from bridge.journal.tx import Tx
from bridge.scim.errors import NoTarget
from bridge.scim.members import Member, MemberOp, MembersAdd, MembersRemove, MembersRemoveWhere, MembersSet

_SQL = load("memberships")


def of(db: sqlite3.Connection, group: str) -> list[Member]:
    """The members of a group."""
    return [Member(*row) for row in db.execute(_SQL["of"], {"group": group})]


def of_many(db: sqlite3.Connection, groups: Iterable[str]) -> dict[str, list[Member]]:
    """The members of each group; a group without members is not in it."""
    found: dict[str, list[Member]] = {}
    for group, *member in db.execute(_SQL["of_many"], {"groups": _json(groups)}):
        found.setdefault(group, []).append(Member(*member))
    return found


def groups_of_many(db: sqlite3.Connection, members: Iterable[str]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """The groups that name each member directly; a member of none is not in it."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for member, group, body in db.execute(_SQL["groups_of_many"], {"members": _json(members)}):
        found.setdefault(member, []).append((group, orjson.loads(body)))
    return found


def contains(db: sqlite3.Connection, group: str, member: str) -> bool:
    return db.execute(_SQL["contains"], {"group": group, "member": member}).fetchone() is not None


def count(db: sqlite3.Connection, group: str) -> int:
    (number,) = db.execute(_SQL["count"], {"group": group}).fetchone()
    return int(number)


def exceeds(db: sqlite3.Connection, group: str, number: int) -> bool:
    """Whether the group has more members than this; costs no more for a larger group."""
    return db.execute(_SQL["exceeds"], {"group": group, "number": number}).fetchone() is not None


def apply(tx: Tx, tenant: str, group: str, operations: Iterable[MemberOp], targets: Sequence[str]) -> bool:
    """Carry out the operations in order; whether any row is another than before. Raises `NoTarget`."""
    changed: set[str] = set()
    for operation in operations:
        moved = set(_carry_out(tx.db, tenant, group, operation))
        if not moved and isinstance(operation, MembersRemove | MembersRemoveWhere) and operation.must_match:
            raise NoTarget("no member matches the path")
        changed ^= moved  # who left and came back is where he was
    if changed:
        members = sorted(changed)  # in the order of the index: twice as fast for many
        plain, flattening = nesting.apart(tx.db, targets)
        for target in plain:
            tx.db.execute(_SQL["dirty"], {"target": target, "group": group, "members": _json(members)})
        nesting.spread(tx, tenant, [group], members, flattening)
    return bool(changed)


def drop(tx: Tx, tenant: str, resource: str, targets: Sequence[str]) -> list[str]:
    """Remove every membership of and in a resource that is deleted; the groups that lost it."""
    groups = [group for (group,) in tx.db.execute(_SQL["group_ids_of"], {"member": resource})]
    named = {"member": resource, "groups": _json(groups)}
    plain, flattening = nesting.apart(tx.db, targets if groups else ())
    for target in plain:
        tx.db.execute(_SQL["dirty_groups_of"], {"target": target, **named})
    nesting.spread(tx, tenant, groups, [resource], flattening)
    tx.db.execute(_SQL["remove_member"], named)
    tx.db.execute(_SQL["remove_group"], {"group": resource})
    return groups


def _carry_out(db: sqlite3.Connection, tenant: str, group: str, operation: MemberOp) -> Iterator[str]:
    """One operation; yields the members that it added or removed."""
    match operation:
        case MembersSet(members):
            have = {member for (member,) in db.execute(_SQL["ids_of"], {"group": group})}
            yield from _rows(db, "remove", group, _json(sorted(have.difference(m.value for m in members))))
            yield from _add(db, tenant, group, [m for m in members if m.value not in have])
        case MembersAdd(members):
            yield from _add(db, tenant, group, members)
        case MembersRemove(ids):
            yield from _rows(db, "remove", group, _json(ids))
        case MembersRemoveWhere():
            rows = db.execute(_SQL["of"], {"group": group})
            matching = _json(row[0] for row in rows if operation.matches(Member(*row)))
            yield from _rows(db, "remove", group, matching)


def _add(db: sqlite3.Connection, tenant: str, group: str, members: Iterable[Member]) -> list[str]:
    rows = _json({"value": m.value, "type": m.type, "display": m.display} for m in members)
    return _rows(db, "add", group, rows, tenant=tenant)


def _rows(db: sqlite3.Connection, statement: str, group: str, members: str, **more: str) -> list[str]:
    found = db.execute(_SQL[statement], {"group": group, "members": members, **more}).fetchall()
    return [member for (member,) in found]


def _json(values: Iterable[object]) -> str:
    return orjson.dumps(list(values)).decode()
