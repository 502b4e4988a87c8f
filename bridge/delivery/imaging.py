"""Keep what an entry holds before something of it is taken away: on disk before the call is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.delivery.progress import Progress
from bridge.journal import Journal, images, links
from bridge.journal.images import Takes
from bridge.journal.tx import Tx
from bridge.mapping.entry_json import decode, encode
from bridge.targets import Target
from connectors.sdk import EVERYTHING, Capability, Entry


@dataclass(frozen=True, slots=True)
class Imaging:
    """The images of one target."""

    journal: Journal
    target: Target

    async def keep(self, progress: Progress, takes: Takes) -> None:
        """Read the entry and keep it; where it is gone already there is nothing to keep."""
        ref = progress.link.ref
        if ref is None:
            return
        whole = self.target.has(Capability.EVERYTHING)
        members = progress.rules.type == "Group" and self.target.has(Capability.MEMBERS)
        entry = await self.target.get(ref, (EVERYTHING,) if whole else progress.rules.names, members)
        if entry is not None:
            await self.record(progress, takes, entry)

    async def lock(self, progress: Progress) -> None:
        """Keep that the account is about to be locked, and what was written last: a lock waits for no read."""
        link = progress.link
        before = None
        if link.applied is not None and not progress.is_new:
            before = _text(progress, replace(decode(link.applied), ref=link.ref))

        def keep(tx: Tx) -> None:
            if before is not None:
                images.record(tx, link, Takes.LOCK, before)
            links.locks(tx, link)

        await self.journal.submit(keep, reserved=True)
        progress.now(disabled=True)

    async def record(self, progress: Progress, takes: Takes, entry: Entry) -> None:
        """Keep an entry that was read."""
        link, text = progress.link, _text(progress, entry)
        await self.journal.submit(lambda tx: images.record(tx, link, takes, text), reserved=True)


def _text(progress: Progress, entry: Entry) -> str:
    return encode(replace(entry, under=progress.under))
