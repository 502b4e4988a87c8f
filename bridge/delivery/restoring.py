"""Put an entry back as an image holds it, once a person has approved that.

From then on the entry is left alone, whatever SCIM said before, until SCIM changes the resource.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.delivery.entries import Entries
from bridge.delivery.leaving import Leaving
from bridge.delivery.progress import Progress
from bridge.journal import Journal, images, links
from bridge.journal.images import Image
from bridge.mapping import Rules
from bridge.mapping.entry_json import decode, encode
from bridge.targets import Target
from connectors.sdk import Capability, Change, Delta, Entry, Refused, Verb


@dataclass(frozen=True, slots=True)
class Restoring:
    """The restored entries of one target."""

    journal: Journal
    target: Target
    entries: Entries
    leaving: Leaving

    async def keeps(self, progress: Progress) -> bool:
        """Whether a person wants the entry as it was: put back now, and left alone until SCIM changes the resource."""
        if progress.link.kept != progress.version:
            progress.without("kept", "restore")
            return False
        if progress.link.restore is not None:
            await self._restore(progress)
        return True

    async def _restore(self, progress: Progress) -> None:
        """The entry is there, and as it was: its values, its place, its lock, its groups or its members."""
        link, at = progress.link, progress.link.restore or 0
        image = self.journal.read(lambda db: images.as_of(db, link.target, link.resource, at))
        if image is None:
            raise Refused("what the entry held is kept no longer", code="restore", fix="ask for a later time")
        entry = decode(image.entry)
        if progress.link.ref is None:
            await self.entries.create(progress, replace(entry, ref=None, members=None))
        else:
            await self._put_back(progress, entry)
        progress.now(applied=encode(_ours(progress.rules, entry)))
        await self.leaving.lock(progress, active=not image.locked)
        await self._rejoin(progress, image)
        await self._regain(progress, entry)
        progress.without("departure", "departed", "next_step")

    async def _put_back(self, progress: Progress, entry: Entry) -> None:
        """Of an entry that is there, what we write of it; and where it stands."""
        link, ref = progress.link, progress.link.ref
        assert ref is not None
        actual = await self.entries.actual(progress, ref)
        want = _ours(progress.rules, entry)
        place = self.entries.place(want)
        moves = self.entries.was_moved(actual, place)
        if place != link.claim:
            await self.entries.places.must_be_ours(progress, place, None)
        changes = tuple(
            Change(name, Verb.REPLACE, want.attributes.get(name, ()))
            for name in progress.rules.names
            if self._fold(link.kind, name, actual) != self._fold(link.kind, name, want)
        )
        if changes or moves:
            progress.at(await self.target.update(actual.ref or ref, Delta(want, changes, moves)))
            progress.did("restore", changes)
        progress.now(claim=place, verify=False)

    def _fold(self, kind: str, name: str, entry: Entry) -> object:
        return self.target.normalise(kind, name, entry.attributes.get(name, ()))

    async def _rejoin(self, progress: Progress, image: Image) -> None:
        """Into the groups that named it and are there still."""
        ref = progress.link.ref
        text = self.target.member_value(ref) if ref and self.target.has(Capability.MEMBERS) else None
        if text is None:
            return
        joined = []
        for group in image.groups:
            found = self.journal.read(lambda db, group=group: links.ref(db, self.target.name, group))  # type: ignore[misc]
            if found is not None:
                await self.target.update_members(found, [text], [])
                joined.append((group, text))
        link = progress.link
        await self.journal.submit(lambda tx: images.rejoin(tx, link, joined), reserved=True)
        progress.now(member=link.member or bool(joined))

    async def _regain(self, progress: Progress, entry: Entry) -> None:
        """A group names those again whom it named."""
        if progress.link.ref is not None and entry.members:
            await self.target.update_members(progress.link.ref, entry.members, [])
            progress.did(f"members +{len(entry.members)} -0")


def _ours(rules: Rules, entry: Entry) -> Entry:
    """The entry as we would have written it."""
    attributes = {name: values for name in rules.names if (values := entry.attributes.get(name))}
    return Entry(entry.kind, attributes, under=entry.under)
