"""Anchor the chain outside the journal: its head goes into the log, and into a small file beside the journal.

Nothing inside a journal can tell that it is a whole, older copy of itself. Somebody who has seen a later head can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from bridge.journal import Journal, actions, anchors, chain, passwords, targets, tokens
from bridge.journal.actions import DAEMON, Action
from bridge.journal.chain import Place
from bridge.journal.tx import Tx

log = structlog.get_logger()

EVERY = 60.0
"""Seconds between two looks at the head."""


OLDER = "the journal is older than its last anchor: somebody put an older copy back"


async def pause_if_older(journal: Journal, names: Iterable[str]) -> bool:
    """At start: a journal that is older than it was when we ran last must not write to targets that are not.

    Passwords that wait in it are erased, for the targets may have newer ones, and the tokens in it are ended, for some
    may have been revoked since.
    """
    known = anchors.read(journal.path)
    if known is None:
        return False

    def work(tx: Tx) -> dict[str, int] | None:
        if chain.has_passed(tx.db, tx.chain_key, known):
            return None
        for name in names:
            targets.pause(tx, name, OLDER, until_plan=True)
        lost = {"passwords": passwords.erase_all(tx), "tokens": tokens.end_all(tx)}
        actions.record(tx, Action(DAEMON, "pause", "", {"reason": OLDER, "anchor": known.seq, **lost}))
        return lost

    lost = await journal.submit(work, reserved=True)
    if lost is not None:
        remedy = "for each target: reconcile TARGET, read the plan, approve PLAN; or targets resume TARGET"
        log.error("journal.is_older", anchor=known.seq, reason=OLDER, **lost, remedy=remedy)
    return lost is not None


async def keep(
    journal: Journal,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    note: Callable[[str | None], None] = lambda _: None,
) -> None:
    """Anchor the head whenever it has moved; for ever. `note` hears why its file was not written; None: it was."""
    last: Place | None = None
    while True:
        last = await anchor(journal, last, note)
        await wait(EVERY)


async def anchor(
    journal: Journal, last: Place | None = None, note: Callable[[str | None], None] = lambda _: None
) -> Place | None:
    """Anchor the head, unless it is where it was `last`; where it is now."""
    head = journal.read(chain.head)
    if head is None or head == last:
        return last
    log.info("journal.anchored", seq=head.seq, chain=head.chain.hex())
    try:
        await asyncio.to_thread(anchors.write, journal.path, head)
    except OSError as error:
        log.warning("journal.anchor_not_written", reason=error.strerror, path=str(anchors.path_of(journal.path)))
        note(error.strerror)
    else:
        note(None)
    return head
