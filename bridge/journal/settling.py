"""What came of a delivery: written to its link, and whoever waited for it is woken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bridge.journal import waking
from bridge.journal.links import NORMAL, Link
from bridge.journal.sql import load, run
from bridge.journal.tx import Tx

_SQL = load("links")


@dataclass(frozen=True, slots=True)
class Settle:
    """How a claimed link goes on. `due` in milliseconds; the fields of an error are None where all is well.

    `waits_for` is the target that must have the version `wanted` of the resource first.
    """

    link: Link
    state: str
    fulfilled: bool
    due: int
    attempts: int
    waits_claim: str | None = None
    error: str | None = None
    code: str | None = None
    attribute: str | None = None
    text: str | None = None
    fix: str | None = None
    waits_for: str | None = None
    wanted: int = 0


def settle(tx: Tx, settled: Settle, before: Link) -> None:
    """Write what came of a delivery, and wake whoever waited for it. `before`: the link as others knew it until now."""
    link = settled.link
    if run(tx.db, _SQL["settle"], _row(tx, settled)).rowcount == 0:
        raise RuntimeError(f"the link of {link.resource} at {link.target} was settled twice")
    tx.dirtied.add(link.target)
    _free(tx, settled, before)
    _stir(tx, link, before)
    if settled.fulfilled and before.entry_id is None and link.entry_id is None:  # an entry that went is seen to above
        waking.forget_deleted(tx, link.target, link.resource)


def _row(tx: Tx, settled: Settle) -> dict[str, Any]:
    link, first = settled.link, settled.waits_for
    waits_for = waking.behind(tx.db, link.resource, settled.wanted, [first]) if first else None
    return {
        **link._asdict(),
        "state": settled.state,
        "fulfilled": settled.fulfilled,
        "now": tx.now,
        "due": tx.now if first and not waits_for else settled.due,
        "attempts": settled.attempts,
        "waits_claim": settled.waits_claim,
        "waits_for": waits_for,
        "error": settled.error,
        "code": settled.code,
        "attribute": settled.attribute,
        "text": settled.text,
        "fix": settled.fix,
    }


def _free(tx: Tx, settled: Settle, before: Link) -> None:
    """Who waits for a place that is left, or whose entry may be taken over; what we wait for may be free by now."""
    link = settled.link
    for claim in (before.claim if before.claim != link.claim else None, settled.waits_claim):
        if claim is not None:
            waking.freed(tx, link.target, claim)
    if before.returns != link.returns and link.claim is not None:
        tx.db.execute(_SQL["wake_claim"], {"target": link.target, "claim": link.claim, "now": tx.now})


def _stir(tx: Tx, link: Link, before: Link) -> None:
    """Who follows the resource from target to target, the groups that name it, its password.

    What comes of bulk work is bulk work: a group overtakes none of its members who are to come, and is written once.
    """
    newer = before.version != link.version
    moved = (before.entry_id, before.locator, before.member) != (link.entry_id, link.locator, link.member)
    usable = (before.entry_id, before.disabled, before.member) != (link.entry_id, link.disabled, link.member)
    if not (newer or moved or usable):
        return
    concerned = waking.concerned(tx.db, link.target, link.resource)
    if newer and concerned.followers:
        waking.wake_followers(tx, link.target, link.resource)
    if moved and concerned.naming:
        lane = max(NORMAL, link.lane)
        waking.stir(tx, link.target, link.resource, is_there=link.entry_id is not None, lane=lane)
    if usable and concerned.password:
        waking.stir_password(tx, link.target, link.resource, link.entry_id)
