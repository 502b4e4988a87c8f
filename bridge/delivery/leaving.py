"""Make an entry unusable, take it out of its groups, move it aside, remove it: what the ladder of leavers asks for.

Each is asked of the guards first, and each may be repeated. A lock of ours is taken back here too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.delivery.entries import Entries
from bridge.delivery.guarding import Guarding, digest
from bridge.delivery.imaging import Imaging
from bridge.delivery.progress import NotYet, Progress
from bridge.journal import Journal, target_members
from bridge.journal.holds import Operation
from bridge.journal.images import Takes
from bridge.mapping.entry_json import decode, encode
from bridge.plans.goal import Goal
from bridge.plans.intent import Intent
from bridge.targets import Target
from connectors.sdk import Capability, Change, Delta, Entry, Gone, Refused, Verb

MOST_WAITS = 6
"""Times a delete waits for the groups that name its entry: a parked group must not keep an account for ever, nor may
deleted groups in a circle keep one another."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """The leavers of one target."""

    journal: Journal
    target: Target
    guarding: Guarding
    entries: Entries
    imaging: Imaging

    async def remove(self, progress: Progress) -> None:
        """The entry is not there; the groups that name it lose it first."""
        await self._know(progress)
        ref = progress.link.ref
        if ref is not None:
            if not await self.guarding.may(progress, Operation.DELETE):
                return
            await self._strip(progress)
            await self._leave_groups_first(progress)
            await self.imaging.keep(progress, Takes.DELETE)
            await self.target.delete(ref)
            progress.did("delete")
        progress.gone()

    async def leave(self, progress: Progress, aim: Goal) -> None:
        """The entry stays: locked, said to be off, out of every group, moved aside, as far as that is asked for."""
        await self._know(progress)
        link = progress.link
        locks, off = aim.locked and not link.disabled, self._off(progress) if aim.off else ()
        strips = link.member and not aim.member and self._is_named(progress)
        does = link.ref is not None and (locks or off or strips)
        if does and not await self.guarding.may(progress, progress.leaves):
            return
        try:
            if aim.locked:
                await self.lock(progress, active=False)
                progress.now(verify=False)  # it was looked for, and is locked
        except Gone:  # then nobody can use it
            progress.gone()
            return
        if strips:
            await self._strip(progress)
        progress.now(member=aim.member)
        if link.ref is not None and link.applied is not None and (off or aim.under):
            await self._carry(progress, decode(link.applied), off, aim.under)

    async def _know(self, progress: Progress) -> None:
        """Where that is not sure, look whether there is an entry of ours, and where; all other places are free."""
        link = progress.link
        if link.ref is None:
            if link.intent is not None and not await self.entries.recognise(progress, Intent.decode(link.intent)):
                progress.gone()
        elif link.verify:
            found = await self.target.get(link.ref, progress.rules.names)
            if found is None or found.ref is None:
                progress.gone()
            else:
                await self.entries.places.stay(progress, found, found.ref)

    async def disable(self, progress: Progress) -> None:
        """Lock the account, if the guards let it; one that was made just now was never in use."""
        link = progress.link
        if link.ref is None:
            return
        if link.disabled or progress.is_new or await self.guarding.may(progress, progress.leaves):
            await self.lock(progress, active=False)

    async def name(self, progress: Progress, *, member: bool) -> None:
        """Whether groups may name the entry; out of all of them, if the guards let it."""
        strips = progress.link.member and not member and self._is_named(progress)
        if not strips:
            progress.now(member=member)
        elif await self.guarding.may(progress, progress.leaves):
            await self._strip(progress)

    async def lock(self, progress: Progress, *, active: bool) -> None:
        """Lock or unlock the account; only what we locked, or may have locked, is ever unlocked.

        That we lock it is on disk before it is sent; where it is not known how that came out, it is locked once more.
        """
        link, ref = progress.link, progress.link.ref
        is_done = not link.disabled if active else link.disabled and not progress.doubts_lock
        if ref is None or is_done:
            return
        if not link.disabled:
            await self.imaging.lock(progress)
        try:
            await self.target.activate(ref, active)
        except Refused:
            progress.now(disabled=link.disabled)  # it is as it was
            raise
        except Exception:
            progress.now(verify=True)
            raise
        progress.now(disabled=not active)
        progress.did("unlock" if active else "lock")

    async def _strip(self, progress: Progress) -> None:
        """No group may name the entry any more; which did is kept."""
        if progress.link.member and self._is_named(progress):
            await self.imaging.keep(progress, Takes.STRIP)
        progress.now(member=False)

    def _off(self, progress: Progress) -> tuple[Change, ...]:
        """The change by which the entry says that the account may not be used; none where it says so."""
        switch, applied = progress.rules.switch, progress.link.applied
        if switch is None or applied is None or decode(applied).attributes.get(switch.attribute) == (switch.off,):
            return ()
        return (Change(switch.attribute, Verb.REPLACE, (switch.off,)),)

    async def _carry(self, progress: Progress, applied: Entry, off: tuple[Change, ...], under: str | None) -> None:
        """Say that it is off, and put it where leavers are; whatever else is in the entry stays as it is."""
        link, ref = progress.link, progress.link.ref
        assert ref is not None
        place, moves = link.claim, False
        if under is not None:
            place = self.entries.place(replace(applied, under=under))
            moves = place != link.claim
            if link.verify:  # a move that was sent and not settled: its place is claimed already
                actual = await self.entries.actual(progress, ref)
                ref, moves = actual.ref or ref, moves or self.entries.was_moved(actual, place)
            moves = moves and await self.guarding.may(progress, Operation.RENAME, digest(place))
        values = {change.attribute: change.values for change in off}
        entry = Entry(applied.kind, {**applied.attributes, **values}, under=under if moves else applied.under)
        if moves and place is not None and place != link.claim:
            await self.entries.places.must_be_ours(progress, place, None)
        if moves:
            await self.imaging.keep(progress, Takes.MOVE)
        if moves or off:
            progress.at(await self.target.update(ref, Delta(entry, off, moves)))
            progress.did("move" if moves else "update", off)
        progress.now(applied=encode(entry), claim=place if moves else link.claim, verify=link.verify and under is None)

    async def _leave_groups_first(self, progress: Progress) -> None:
        link = progress.link
        if link.attempts >= MOST_WAITS or not self._is_named(progress):
            return
        if self.target.has(Capability.ACTIVATION) and progress.rules.is_account:
            await self.lock(progress, active=False)
        raise NotYet("groups at the target name it still", seconds=0.25 * 2.0**link.attempts, counts=True)

    def _is_named(self, progress: Progress) -> bool:
        resource = progress.link.resource
        return self.journal.read(lambda db: target_members.is_named(db, self.target.name, resource))
