"""Who comes back under a new SCIM id gets the entry that was left: by the keys that the config names, and no others."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bridge.delivery.progress import NotYet, Progress
from bridge.journal import Journal, returning
from bridge.mapping.entry_json import decode
from bridge.plans.returning import returns
from bridge.targets import Target
from connectors.sdk import Entry, Refused

log = structlog.get_logger()

BUSY = 2.0
"""Seconds until a leaver is asked for its entry again, whose own delivery is not done."""


@dataclass(frozen=True, slots=True)
class Returning:
    """The returners of one target."""

    journal: Journal
    target: Target

    async def take_over(self, progress: Progress, entry: Entry) -> None:
        """Link the resource with the entry of the leaver who had the same keys, where there is one."""
        link = progress.link
        if link.ref is not None or link.intent is not None:
            return
        key = returns(entry, progress.rules.returning, self.target.normalise)
        found = [] if key is None else self.journal.read(lambda db: returning.leavers(db, link, key))
        if len(found) > 1:
            raise self._several(progress, found)
        if not found:
            return
        leaver = found[0].resource
        taken = await self.journal.submit(lambda tx: returning.take_over(tx, link, leaver), reserved=True)
        if taken is None:
            raise NotYet("the leaver whose entry it takes over is being delivered", seconds=BUSY)
        progress.link = taken
        log.info("delivery.returned", target=self.target.name, resource=link.resource, leaver=leaver)

    def key(self, progress: Progress) -> str | None:
        """By what the resource will be known again, should it leave."""
        link, keys = progress.link, progress.rules.returning
        if not keys or link.ref is None or link.applied is None:
            return None
        return returns(decode(link.applied), keys, self.target.normalise)

    def _several(self, progress: Progress, found: list[returning.Leaver]) -> Refused:
        places = " and ".join(leaver.locator or leaver.resource for leaver in found)
        return Refused(
            f"several leavers had the same {', '.join(progress.rules.returning)}: {places}; none was touched",
            code="returning",
            fix="remove the entry that it shall not take over, or let returning name a key that one person has alone",
        )
