"""Make an entry be there, be as it is wanted, or be gone: the smallest calls, each of which may be repeated.

A create looks first, then claims the place and writes its intent down, then is sent. What is found at the place is ours
only if an intent of ours says so; anything else is disputed and never written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bridge.delivery.guarding import Guarding
from bridge.delivery.places import Places, There, disputed
from bridge.delivery.progress import NotYet, Progress
from bridge.journal import Journal, links, target_members
from bridge.journal.holds import Operation
from bridge.mapping import delta
from bridge.mapping.entry_json import decode, encode
from bridge.plans.intent import Intent, intend, is_ours
from bridge.plans.withheld import cleared, keeping, naming, switched_off
from bridge.settings import OnMissing
from bridge.targets import Target
from connectors.sdk import Attributes, Capability, Change, Delta, Entry, Gone, Ref, Refused

MOST_WAITS = 6
"""Times a delete waits for the groups that name its user; a parked group must not keep an account for ever."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of one target."""

    journal: Journal
    target: Target
    guarding: Guarding
    places: Places

    async def hold(self, progress: Progress, entry: Entry) -> None:
        """The entry is there, and as it is wanted."""
        if progress.link.ref is None:
            await self._create(progress, entry)
            return
        try:
            await self._update(progress, entry)
        except Gone:
            if progress.rules.on_missing is OnMissing.HOLD:
                raise
            progress.now(entry_id=None, locator=None, applied=None, disabled=False)
            await self._create(progress, entry)

    async def remove(self, progress: Progress) -> None:
        """The entry is not there; the groups that name it lose it first."""
        link = progress.link
        if link.ref is None and link.intent is not None:
            await self._recognise(progress, Intent.decode(link.intent))
        ref = progress.link.ref
        if ref is not None:
            if not await self.guarding.may(progress, Operation.DELETE):
                return
            progress.now(member=False)
            await self._leave_groups_first(progress)
            await self.target.delete(ref)
            progress.did("delete")
        progress.gone()

    async def leave(self, progress: Progress, *, lock: bool) -> None:
        """The entry stays where it is, out of every group, and locked where that is asked for."""
        ref, link = progress.link.ref, progress.link
        locks = lock and not link.disabled
        if ref is not None and (locks or self._is_named(progress)):
            if not await self.guarding.may(progress, Operation.LEAVE):
                return
            if lock:
                await self.lock(progress, active=False)
        progress.now(member=False)

    async def disable(self, progress: Progress, operation: Operation) -> None:
        """Lock the account, if the guards let it; one that was made just now was never in use."""
        if progress.link.ref is None or progress.link.disabled:
            return
        if progress.is_new or await self.guarding.may(progress, operation):
            await self.lock(progress, active=False)

    async def lock(self, progress: Progress, *, active: bool) -> None:
        """Lock or unlock the account; only what we locked is ever unlocked."""
        ref = progress.link.ref
        if ref is None or progress.link.disabled is not active:
            return
        await self.target.activate(ref, active)
        progress.now(disabled=not active)
        progress.did("unlock" if active else "lock")

    async def _create(self, progress: Progress, entry: Entry) -> None:
        self._check(entry)
        place = self._place(entry)
        intent = None if progress.link.intent is None else Intent.decode(progress.link.intent)
        if intent is not None and await self._recognise(progress, intent):
            await self._update(progress, entry)
            return
        if intent is None or intent.place != place:
            await self.places.must_be_free(progress, place)
        await self.places.must_be_ours(progress, place, intend(place, entry, self.target.normalise).encode())
        progress.at(await self.target.create(entry))
        progress.now(applied=encode(entry), intent=None, verify=False)
        progress.did("create")

    async def _recognise(self, progress: Progress, intent: Intent) -> bool:
        """After an unknown outcome: whether our entry is at the intent's place; it is linked then."""
        found = await self.target.get(Ref(progress.kind, "", intent.place), progress.rules.names)
        if found is None or found.ref is None:
            return False
        self.places.not_anothers(progress, found.ref, intent.place)
        if not is_ours(intent, found, self.target.normalise):
            raise disputed(intent.place)
        progress.at(found.ref)
        progress.now(claim=intent.place, applied=encode(Entry(found.kind, found.attributes)), intent=None, verify=True)
        link = progress.link
        await self.journal.submit(lambda tx: links.recognised(tx, link), reserved=True)
        progress.did("recognise")
        return True

    async def _update(self, progress: Progress, entry: Entry) -> None:
        link, ref = progress.link, progress.link.ref
        assert ref is not None
        applied = decode(link.applied).attributes if link.applied else {}
        there = There(ref, applied, applied)
        place = self._place(entry)
        moved = place != link.claim
        if link.verify:
            actual = await self._actual(progress, ref)  # where it is now: somebody may have renamed it
            if actual.ref is not None and self._was_moved(actual, self._stood(ref, applied)):
                progress.at(actual.ref)
            there = There(actual.ref or ref, actual.attributes, applied)
            moved = moved or self._was_moved(actual, place)
        if moved and not await self.guarding.may(progress, Operation.RENAME, _digest(place)):
            entry, place, moved = self._in_place(entry, there, link.claim or place), link.claim or place, False
        entry, changes = await self._permitted(progress, entry, there)
        if place != link.claim:
            await self.places.reach(progress, there, place)
        if changes or moved:
            self._check(entry)
            await self.places.move(progress, there, Delta(entry, changes, moved), place)
            self._note_stray(progress, ref, there, place)
            progress.did("move" if moved else "update", changes)
        progress.now(applied=encode(entry), claim=place, intent=None, verify=False)

    async def _permitted(self, progress: Progress, entry: Entry, there: There) -> tuple[Entry, tuple[Change, ...]]:
        """The entry and the changes without what the guards hold."""
        changes = self._delta(progress, entry, there)
        off = switched_off(progress.rules, changes)
        if off and not progress.is_new and not await self.guarding.may(progress, Operation.DISABLE):
            entry = keeping(entry, (off,), there.have)
        names = cleared(changes)
        if names and not await self.guarding.may(progress, Operation.CLEAR, " ".join(names)):
            entry = keeping(entry, names, there.have)
        return entry, self._delta(progress, entry, there)

    def _delta(self, progress: Progress, entry: Entry, there: There) -> tuple[Change, ...]:
        return delta(progress.rules, there.have, entry, self.target.normalise, there.applied)

    def _in_place(self, entry: Entry, there: There, claim: str) -> Entry:
        """The entry with what names it as it was: everything else is delivered where it is."""
        return keeping(entry, naming(entry, there.applied, self.target.locate, claim), there.applied)

    async def _actual(self, progress: Progress, ref: Ref) -> Entry:
        """The entry as it is at the target, members too where it is a group."""
        members = progress.rules.type == "Group" and self.target.has(Capability.MEMBERS)
        actual = await self.target.get(ref, progress.rules.names, members)
        if actual is None:
            raise Gone("the entry was removed at the target by somebody else", code="absent")
        progress.actual_members = actual.members
        return actual

    def _note_stray(self, progress: Progress, known: Ref, there: There, place: str) -> None:
        """Somebody else had moved it, and we took it back: groups may have followed there."""
        was_elsewhere = self._was_moved(Entry(known.kind, there.have, there.ref), place)
        if was_elsewhere and there.ref.locator != known.locator and self.target.has(Capability.MEMBERS):
            progress.strayed = self.target.member_value(there.ref)

    def _stood(self, ref: Ref, applied: Attributes) -> str | None:
        """Where we know it to be."""
        try:
            return self.target.locate(Entry(ref.kind, applied, ref))
        except LookupError:
            return None

    def _was_moved(self, actual: Entry, place: str | None) -> bool:
        try:
            return self.target.locate(actual) != place
        except LookupError:
            return True

    async def _leave_groups_first(self, progress: Progress) -> None:
        link = progress.link
        if link.attempts >= MOST_WAITS or not self._is_named(progress):
            return
        if self.target.has(Capability.ACTIVATION) and progress.rules.is_account:
            await self.lock(progress, active=False)
        raise NotYet("groups at the target name it still", seconds=0.25 * 2.0**link.attempts)

    def _is_named(self, progress: Progress) -> bool:
        resource = progress.link.resource
        return self.journal.read(lambda db: target_members.is_named(db, self.target.name, resource))

    def _check(self, entry: Entry) -> None:
        for fault in self.target.check(entry):
            raise Refused(fault.problem, code="check", attribute=fault.attribute, fix=fault.remedy)

    def _place(self, entry: Entry) -> str:
        try:
            return self.target.locate(entry)
        except (LookupError, ValueError) as error:
            raise Refused(
                "the attribute that names the entry has no usable value",
                code="name",
                fix="map it to a value that is always there",
            ) from error


def _digest(place: str) -> str:
    return hashlib.sha256(place.encode()).hexdigest()[:16]
