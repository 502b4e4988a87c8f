"""Members of a group at a target: what is wanted less what is applied, from the dirty rows alone, in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from bridge.delivery.progress import Progress
from bridge.journal import Journal, target_members
from bridge.journal.target_members import Done, Row
from bridge.targets import Target
from connectors.sdk import Ref

CHUNK = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one target."""

    journal: Journal
    target: Target

    async def deliver(self, progress: Progress) -> None:
        """The group's members at the target are those who are asked for and have an entry there."""
        ref, group = progress.link.ref, progress.link.resource
        assert ref is not None
        if progress.actual_members is not None:
            await self._compare(progress, ref, progress.actual_members)
        name = self.target.name
        while rows := self.journal.read(lambda db: target_members.dirty_rows(db, name, group, CHUNK)):
            await self._apply(progress, ref, rows)

    async def _apply(self, progress: Progress, ref: Ref, rows: list[Row]) -> None:
        add, remove, done = [], [], []
        for row in rows:
            text = None if row.wanted is None else self.target.member_value(row.wanted)
            if text != row.applied:
                add += [text] if text is not None else []
                remove += [row.applied] if row.applied is not None else []
            done.append(Done(row.member, text, row.dirty))
        if add or remove:
            remove = [text for text in remove if text not in set(add)]
            await self.target.update_members(ref, add, remove)
            progress.did(f"members +{len(add)} -{len(remove)}")
        name, group = self.target.name, progress.link.resource
        await self.journal.submit(lambda tx: target_members.settle(tx, name, group, done), reserved=True)

    async def _compare(self, progress: Progress, ref: Ref, actual: Iterable[str]) -> None:
        """What somebody else added is removed, what somebody else removed is added again."""
        name, group = self.target.name, progress.link.resource
        applied = self.journal.read(lambda db: target_members.applied(db, name, group))
        there = set(actual)
        lost = [member for text, member in applied.items() if text not in there]
        if lost:
            await self.journal.submit(lambda tx: target_members.lost(tx, name, group, lost), reserved=True)
        for strangers in _chunks(sorted(there - applied.keys())):
            await self.target.update_members(ref, [], strangers)
            progress.did(f"members -{len(strangers)}")


def _chunks(texts: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(texts), CHUNK):
        yield texts[start : start + CHUNK]
