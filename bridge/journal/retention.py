"""Retention: erase the payloads of old changes, then prune the rows; let tombstones go that every target has applied.

Images of entries (`images.py`) go with the payloads, and a tombstone stays while there is an image of its entry.

Nothing that unfinished work comes from is touched, however old or large it is: a change that a target has not applied
yet, is parked with, or that a guard holds. The chain verifies afterwards: an erased payload carries our mark, and what
was pruned left a checkpoint. Every step is small, so that requests are written between two of them.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import partial

from bridge.journal import actions, chain
from bridge.journal.actions import DAEMON, Action
from bridge.journal.journal import Journal
from bridge.journal.sql import load
from bridge.journal.tx import Tx

_SQL = load("retention")
STEP = 250
"""Rows that are written at once."""
WINDOW = 5000
"""Rows that are read at once."""
ROW = 300
"""Bytes that a row takes beside its payload, about."""
DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Keep:
    """How long, in milliseconds, and how much, in bytes, changes and actions are kept."""

    rows: int
    payloads: int
    size: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What one tidying took away. `waits` says that unfinished work kept rows that were due to go."""

    erased: int = 0
    pruned: int = 0
    tombstones: int = 0
    images: int = 0
    waits: bool = False

    def __bool__(self) -> bool:
        return bool(self.erased or self.pruned or self.tombstones or self.images)


async def tidy(journal: Journal, keep: Keep, now: int) -> Kept:
    """Take away what is old or too much."""
    erase_to, prune_to = await journal.scan(lambda db: _due(db, keep, now))
    begin = journal.read(chain.pruned_to)
    erased = await _erase(journal, begin, erase_to)
    first = await journal.scan(_first_unfinished)
    allowed = prune_to if first is None else min(prune_to, first - 1)
    if begin < allowed:
        await _prune(journal, begin, allowed)
    images = await _forget_images(journal, keep, now)
    kept = Kept(erased, max(0, allowed - begin), await _bury(journal, now), images, waits=allowed < prune_to)
    if kept:
        await journal.submit(lambda tx: actions.record(tx, _action(kept)), reserved=True)
    return kept


def _action(kept: Kept) -> Action:
    detail = {"erased": kept.erased, "pruned": kept.pruned, "tombstones": kept.tombstones, "images": kept.images}
    return Action(DAEMON, "tidy", "", detail)


def _due(db: sqlite3.Connection, keep: Keep, now: int) -> tuple[int, int]:
    """Up to which row payloads are to be erased, and rows to be pruned."""
    erase, prune = (
        db.execute(_SQL["last_before"], {"at": now - age}).fetchone()[0] for age in (keep.payloads, keep.rows)
    )
    large, too_large = _beyond(db, keep.size, erase)
    return max(erase, prune, large), max(prune, too_large)


def _beyond(db: sqlite3.Connection, size: int, erased: int) -> tuple[int, int]:
    """From the end backwards: the first row whose payload is too much, and the first that is too much without."""
    used, below, large = 0, 1 << 62, 0
    while rows := db.execute(_SQL["newest_first"], {"below": below, "limit": WINDOW}).fetchall():
        for seq, length in rows:
            if large == 0 and seq > erased and used + ROW + length > size * 9 // 10:
                large = seq
            used += ROW + (length if seq > max(large, erased) else 0)
            if used > size:
                return max(large, seq), seq
        below = rows[-1][0]
    return large, 0


def _first_unfinished(db: sqlite3.Connection) -> int | None:
    first: int | None = db.execute(_SQL["first_unfinished"]).fetchone()[0]
    return first


async def _erase(journal: Journal, begin: int, upto: int) -> int:
    count = 0
    for name in ("oldest_with_payload", "oldest_action_with_payload"):
        after = begin
        while rows := await journal.scan(partial(_candidates, name=name, after=after, upto=upto)):
            numbers = [seq for _, seq, _ in rows]
            count += await journal.submit(partial(_erase_rows, name=name, numbers=numbers))
            after = numbers[-1]
    return count


def _candidates(db: sqlite3.Connection, name: str, after: int, upto: int) -> list[tuple[str, int, bytes]]:
    return db.execute(_SQL[name], {"after": after, "upto": upto, "limit": STEP}).fetchall()


def _erase_rows(tx: Tx, name: str, numbers: list[int]) -> int:
    """Erase them, but for those that work has come to depend on since they were looked for."""
    rows = _candidates(tx.db, name, numbers[0] - 1, numbers[-1])
    for table, seq, digest in rows:
        mark = chain.erasure(tx.chain_key, {"seq": seq, "digest": digest})
        tx.db.execute(_SQL[f"erase_{table}"], {"seq": seq, "erased": mark})
    return len(rows)


async def _prune(journal: Journal, begin: int, upto: int) -> None:
    while begin < upto:
        begin = min(begin + STEP, upto)
        await journal.submit(partial(_cut, seq=begin))


def _cut(tx: Tx, seq: int) -> None:
    cut = chain.place(tx, seq)
    seal = chain.checkpoint_seal(tx.chain_key, cut)
    tx.db.execute(_SQL["set_checkpoint"], {"seq": cut.seq, "chain": cut.chain, "seal": seal})
    tx.db.execute(_SQL["prune_changes"], {"seq": seq})
    tx.db.execute(_SQL["prune_actions"], {"seq": seq})


async def _forget_images(journal: Journal, keep: Keep, now: int) -> int:
    """Images go with the payloads of changes, and take a tenth of the room at most."""
    named = {"before": now - keep.payloads, "size": keep.size // 10, "row": ROW, "limit": WINDOW}
    old = [id_ for (id_,) in await journal.scan(lambda db: db.execute(_SQL["old_images"], named).fetchall())]
    for start in range(0, len(old), STEP):
        await journal.submit(partial(_drop_images, ids=old[start : start + STEP]))
    return len(old)


def _drop_images(tx: Tx, ids: list[int]) -> None:
    tx.db.executemany(_SQL["forget_image"], [{"id": id_} for id_ in ids])


async def _bury(journal: Journal, now: int) -> int:
    count = 0
    while buried := await journal.submit(lambda tx: _forget(tx, now - DAY)):
        count += buried
    return count


def _forget(tx: Tx, before: int) -> int:
    found = tx.db.execute(_SQL["applied_tombstones"], {"before": before, "limit": STEP}).fetchall()
    for (id_,) in found:
        for name in ("forget_links", "forget_references", "forget_members", "forget_resource"):
            tx.db.execute(_SQL[name], {"id": id_})
    return len(found)
