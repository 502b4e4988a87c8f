"""Tidy the journal once an hour: what is kept for how long is the config's, what may go is the journal's to say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bridge.clock import Clock
from bridge.journal import Journal, JournalError, passwords
from bridge.journal.retention import Keep, tidy
from bridge.settings.models import JournalSettings

log = structlog.get_logger()

FIRST, EVERY = 60.0, 3600.0
"""Seconds until the first time, and between two."""


def keep_of(settings: JournalSettings) -> Keep:
    """How long and how much, as the journal counts it."""
    return Keep(round(settings.keep * 1000), round(settings.keep_payloads * 1000), settings.max_size)


async def keep_tidy(
    journal: Journal,
    keep: Keep,
    clock: Clock,
    tokens: Callable[[], Awaitable[None]],
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """For ever. `tokens` tidies those of the clients."""
    await wait(FIRST)
    while True:
        try:
            kept = await tidy(journal, keep, clock.now())
            await _expire(journal)
            await tokens()
        except JournalError as error:
            if not journal.writable:  # full or broken: the writer has said so, and knows what follows
                log.info("journal.tidying_put_off", reason=str(error))
        else:
            if kept:
                counts = {"erased": kept.erased, "pruned": kept.pruned, "tombstones": kept.tombstones}
                log.info("journal.tidied", **counts, images=kept.images)
            if kept.waits:
                log.warning("journal.keeps_unfinished", remedy="see `scim-bridge status`: old work is parked or held")
        await wait(EVERY)


async def _expire(journal: Journal) -> None:
    """Erase passwords that waited too long, and say whose."""
    for target, resource in await journal.submit(passwords.expire, reserved=True):
        log.warning(
            "password.expired", target=target, resource=resource, remedy="set it again in the identity provider"
        )
