"""Links: what we know of a resource at a target, and how far its wish is done.

Every change of state is `UPDATE … WHERE state = :old` by the table of `bridge/plans/states.py`; a new wish is the one
event that has no old state to name.
"""

from __future__ import annotations

from bridge.journal.sql import load
from bridge.journal.writer import Tx

_SQL = load("links")


def dirty(tx: Tx, target: str, resource: str, kind: str, *, lane: int = 1, verify: bool = False) -> None:
    """Raise the wish of a link, made where there is none: what is parked or in sync is due now.

    A link that is being sent stays so; its settle sees that the wish has gone on.
    """
    row = {"target": target, "resource": resource, "kind": kind, "lane": lane, "now": tx.now, "verify": verify}
    tx.db.execute(_SQL["dirty"], row)
    tx.dirtied.add(target)
