"""What a resource can be found by, made from its body alone, whatever its type: what a type makes of it is asked later.

Names and addresses are folded as unique names are; `conditions.py` says which filters they answer.
"""

from __future__ import annotations

from typing import Any

from bridge.journal.sql import load, write_rows
from bridge.journal.tx import Tx
from bridge.scim.resource_types import fold

_SQL = load("lookup")


def columns(body: dict[str, Any]) -> dict[str, Any]:
    """What stands beside the body in its row."""
    name, active = body.get("displayName"), body.get("active")
    return {
        "display_key": fold(name) if isinstance(name, str) else None,
        "active": active if isinstance(active, bool) else None,
    }


def addresses(body: dict[str, Any]) -> set[str]:
    """The keys of its addresses."""
    emails = body.get("emails")
    if not isinstance(emails, list):
        return set()
    values = [each.get("value") for each in emails if isinstance(each, dict)]
    return {fold(value) for value in values if isinstance(value, str)}


def move(tx: Tx, seq: int, before: set[str], after: set[str]) -> None:
    """Exchange the addresses of a resource, at the end of the batch with all others of it."""
    tx.emails += [(key, seq, False) for key in before - after]
    tx.emails += [(key, seq, True) for key in after - before]


def write(tx: Tx) -> None:
    """Write what the batch exchanged; of an address that went and came again, the last."""
    if not tx.emails:
        return
    last = {(key, seq): stays for key, seq, stays in tx.emails}
    rows: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for (key, seq), stays in last.items():
        rows[stays].append({"key": key, "seq": seq})
    for row in rows[False]:
        tx.db.execute(_SQL["remove_email"], row)
    write_rows(tx.db, _SQL["add_email"], rows[True])
