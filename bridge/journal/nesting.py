"""Groups in groups, where a target's groups hold no groups: it gets the users in them instead (`nested = "flatten"`).

Who is in a group by any way is never kept, but asked of the memberships as they are, upwards from the user (the view
`asked_membership`). A change makes rows of `target_membership` dirty: of every user in what joined or left, in every
group above. Who is there by another way too is looked at, and stays.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

import orjson

from bridge.journal import links
from bridge.journal.sql import load
from bridge.journal.tx import Tx

_SQL = load("nesting")


def keep(tx: Tx, target: str, flattens: bool) -> None:
    """Keep whether the target's groups get the users of the groups in them."""
    tx.db.execute(_SQL["keep"], {"target": target, "flattens": flattens})


def apart(db: sqlite3.Connection, targets: Sequence[str]) -> tuple[list[str], list[str]]:
    """The targets that take groups in groups as they are, and those whose groups are flattened."""
    flattening = _ids(db, "flattening", targets=_json(targets))
    return [target for target in targets if target not in flattening], flattening


def spread(tx: Tx, tenant: str, groups: Sequence[str], members: Sequence[str], targets: Sequence[str]) -> None:
    """These members come to or leave these groups: the users in them are dirty there, and in every group above.

    Right before and after, for a way that leads twice through one of the groups is none without it either. The groups
    above have work; the groups themselves have it by their own change.
    """
    if not targets:
        return
    above = _ids(tx.db, "above", tenant=tenant, groups=_json(groups))
    users = sorted(_ids(tx.db, "users_in", tenant=tenant, members=_json(members)))
    further = _json(set(above).difference(groups))
    for target in targets:
        tx.db.execute(_SQL["dirty"], {"target": target, "groups": _json(above), "users": _json(users)})
        for group, kind in tx.db.execute(_SQL["kinds"], {"target": target, "groups": further}).fetchall():
            links.wish(tx, target, group, kind)


def catch_up(tx: Tx, row: Mapping[str, object]) -> int:
    """A flattening target starts: the groups above those that have work have it too, and get the rows that they lack.

    `row` names target, tenant, kind and now. How many groups were woken.
    """
    woken = tx.db.execute(_SQL["wake_above"], row).rowcount
    tx.db.execute(_SQL["adopt_users"], row)
    return woken


def _ids(db: sqlite3.Connection, statement: str, **named: object) -> list[str]:
    return [id_ for (id_,) in db.execute(_SQL[statement], named)]


def _json(values: Iterable[str]) -> str:
    return orjson.dumps(list(values)).decode()
