"""Members of a group at a target: what is wanted less what is applied, from the dirty rows alone, in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from bridge.delivery.guarding import Guarding, digest
from bridge.delivery.imaging import Imaging
from bridge.delivery.progress import Progress
from bridge.journal import Journal, holds, target_members
from bridge.journal.holds import Operation
from bridge.journal.images import Takes
from bridge.journal.target_members import Done, Removal, Row
from bridge.mapping.entry_json import decode
from bridge.settings.kinds import Ownership
from bridge.targets import Target
from connectors.sdk import Entry, Ref, Value

CHUNK = 500
EVERY = -1
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one target."""

    journal: Journal
    target: Target
    guarding: Guarding
    imaging: Imaging

    async def deliver(self, progress: Progress) -> None:
        """The group's members at the target are those who are asked for and have an entry there."""
        ref, group = progress.link.ref, progress.link.resource
        assert ref is not None
        if progress.actual_members is not None:
            await self._compare(progress, ref, progress.actual_members)
        name = self.target.name
        while rows := self.journal.read(lambda db: target_members.dirty_rows(db, name, group, CHUNK)):
            if any(row.unjudged for row in rows):
                losses = self.journal.read(lambda db: holds.losses(db, name, group))
                await self.guarding.may_lose(progress, Operation.MEMBERS, losses)
                continue
            await self._apply(progress, ref, rows)
        if progress.link.held or Operation.MEMBERS in progress.asked:
            kept = self.journal.read(lambda db: holds.held_members(db, name, group))
            progress.asked[Operation.MEMBERS] = not kept

    async def _apply(self, progress: Progress, ref: Ref, rows: list[Row]) -> None:
        name, group = self.target.name, progress.link.resource
        add: dict[str, str] = {}
        remove: set[str] = set()
        done = []
        for row in rows:
            text = None if row.wanted is None else self.target.member_value(row.wanted)
            if text is not None and text != row.applied:
                add[row.member] = text
            remove |= {each for each in (row.applied, row.sent) if each is not None and each != text}
            kept = row.removal if row.wanted is not None else Removal.UNASKED
            done.append(Done(row.member, text, row.dirty, kept))
        if add:
            await self.journal.submit(lambda tx: target_members.sending(tx, name, group, add), reserved=True)
        added, removed = sorted(add.values()), sorted(remove.difference(add.values()))
        if added or removed:
            await self.target.update_members(ref, added, removed)
            progress.did(f"members +{len(added)} -{len(removed)}")
        await self.journal.submit(lambda tx: target_members.settle(tx, name, group, done), reserved=True)

    async def _compare(self, progress: Progress, ref: Ref, actual: Iterable[str]) -> None:
        """What somebody else removed is added again; what somebody else added goes where all members are ours."""
        name, group, kind = self.target.name, progress.link.resource, progress.kind
        applied = self.journal.read(lambda db: target_members.applied(db, name, group))
        there = {self.target.compared_member(kind, text): text for text in actual}
        ours = {self.target.compared_member(kind, text): member for text, member in applied.items()}
        if lost := [member for text, member in ours.items() if text not in there]:
            await self.journal.submit(lambda tx: target_members.lost(tx, name, group, lost), reserved=True)
        if progress.rules.ownership is Ownership.ALL:
            there |= {self.target.compared_member(kind, text): text for text in progress.half_members}
            await self._remove_strangers(progress, ref, {t: text for t, text in there.items() if t not in ours})

    async def _remove_strangers(self, progress: Progress, ref: Ref, added: dict[Value, str]) -> None:
        """Unless they are about to become members anyway."""
        name, group = self.target.name, progress.link.resource
        for row in self.journal.read(lambda db: target_members.dirty_rows(db, name, group, EVERY)):
            coming = None if row.wanted is None else self.target.member_value(row.wanted)
            for text in (coming, row.sent):
                if text is not None:
                    added.pop(self.target.compared_member(progress.kind, text), None)
        texts = sorted(added.values())
        if texts and await self.guarding.may_lose(progress, Operation.STRANGERS, len(texts), digest("\n".join(texts))):
            before = decode(progress.link.applied) if progress.link.applied else Entry(progress.kind, {})
            await self.imaging.record(progress, Takes.OVERWRITE, replace(before, ref=ref, members=tuple(texts)))
            for strangers in _chunks(texts):
                await self.target.update_members(ref, [], strangers)
                progress.did(f"members -{len(strangers)}")


def _chunks(texts: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(texts), CHUNK):
        yield texts[start : start + CHUNK]
