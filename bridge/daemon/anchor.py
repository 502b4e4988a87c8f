"""Anchor the chain outside the journal: its head goes into the log, and into a small file beside the journal.

Nothing inside a journal can tell that it is a whole, older copy of itself. Somebody who has seen a later head can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bridge.journal import Journal, anchors, chain
from bridge.journal.chain import Place

log = structlog.get_logger()

EVERY = 60.0
"""Seconds between two looks at the head."""


async def keep(journal: Journal, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Anchor the head whenever it has moved; for ever."""
    last: Place | None = None
    while True:
        last = await anchor(journal, last)
        await wait(EVERY)


async def anchor(journal: Journal, last: Place | None = None) -> Place | None:
    """Anchor the head, unless it is where it was `last`; where it is now."""
    head = journal.read(chain.head)
    if head is None or head == last:
        return last
    log.info("journal.anchored", seq=head.seq, chain=head.chain.hex())
    try:
        await asyncio.to_thread(anchors.write, journal.path, head)
    except OSError as error:
        log.warning("journal.anchor_not_written", reason=error.strerror, path=str(anchors.path_of(journal.path)))
    return head
