"""What a target holds of each membership: a delivery of a group looks at dirty rows alone, never at the whole list."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from bridge.journal import links
from bridge.journal.sql import load
from bridge.journal.tx import Tx
from connectors.sdk import Ref

_SQL = load("links")


class Removal(IntEnum):
    """Whether a member may be removed from a group, where the group alone loses it."""

    UNASKED = 0
    HELD = 1
    ALLOWED = 2
    REJECTED = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One membership at a target: what was applied (None: nothing), and the member's entry if it is wanted there.

    `sent` was to be added, and may be there. `removal` says what became of the question whether the group may lose it;
    `unjudged`: it is to be asked.
    """

    member: str
    applied: str | None
    dirty: int
    wanted: Ref | None
    sent: str | None = None
    removal: Removal = Removal.UNASKED
    unjudged: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A row as it is now at the target."""

    member: str
    applied: str | None
    dirty: int
    removal: Removal = Removal.UNASKED


def dirty_rows(db: sqlite3.Connection, target: str, group: str, limit: int) -> list[Row]:
    """Some rows of the group that have to be looked at."""
    named = {"target": target, "resource": group, "limit": limit}
    return [_row(*each) for each in db.execute(_SQL["dirty_members"], named)]


def sending(tx: Tx, target: str, group: str, texts: Mapping[str, str]) -> None:
    """Keep that these members are about to be added (member → text): they may be there, whatever comes of it."""
    for member, text in texts.items():
        named = {"target": target, "group": group, "member": member, "sent": text}
        tx.db.execute(_SQL["sent_before"], named)
        tx.db.execute(_SQL["send_member"], named)


def settle(tx: Tx, target: str, group: str, done: Iterable[Done]) -> None:
    """Write what the target holds now; a row stirred meanwhile stays dirty. Who waits to be deleted is woken."""
    for each in done:
        named = {"target": target, "group": group, "member": each.member, "applied": each.applied, "dirty": each.dirty}
        tx.db.execute(_SQL["settle_member"], {**named, "held": each.removal})
        if each.applied is None:
            tx.db.execute(_SQL["sweep_members"], {"target": target, "group": group, "member": each.member})
            tx.db.execute(_SQL["wake"], {"target": target, "resource": each.member, "now": tx.now})
    tx.dirtied.add(target)


def applied(db: sqlite3.Connection, target: str, group: str) -> dict[str, str]:
    """What was applied of the group: text at the target → SCIM id of the member."""
    named = {"target": target, "resource": group}
    return {text: member for member, text in db.execute(_SQL["applied_members"], named)}


def lost(tx: Tx, target: str, group: str, members: Collection[str]) -> None:
    """Somebody removed these at the target: they are to be added again."""
    for member in members:
        tx.db.execute(_SQL["lost_member"], {"target": target, "group": group, "member": member})


def strayed(tx: Tx, target: str, member: str, text: str) -> None:
    """Somebody had renamed the member at the target, and groups may have followed: this text is not to stay there."""
    named = {"target": target, "resource": member, "text": text}
    tx.db.execute(_SQL["strayed_member"], named)
    for group, kind in [*tx.db.execute(_SQL["groups_naming"], named)]:
        links.dirty(tx, target, group, kind)


def is_named(db: sqlite3.Connection, target: str, member: str) -> bool:
    """Whether some group at the target names the member still."""
    return db.execute(_SQL["still_member"], {"target": target, "resource": member}).fetchone() is not None


def _row(
    member: str,
    applied: str | None,
    sent: str | None,
    dirty: int,
    held: int,
    asked: int,
    deleted: int,
    kind: str | None,
    entry_id: str | None,
    locator: str | None,
    may: int,
) -> Row:
    """A member that is asked for no more stays while its removal is held, and a deleted one until it leaves itself."""
    entry = Ref(kind, entry_id, locator or "") if may and kind and entry_id else None
    if asked or applied is None or entry is None:
        return Row(member, applied, dirty, entry if asked else None, sent)
    if deleted:
        return Row(member, applied, dirty, entry, sent)
    removal = Removal(held)
    stays = removal in (Removal.HELD, Removal.REJECTED)
    return Row(member, applied, dirty, entry if stays else None, sent, removal, unjudged=removal is Removal.UNASKED)
