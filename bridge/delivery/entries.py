"""Make an entry be there, and be as it is wanted: the smallest calls, each of which may be repeated.

A create looks first, then claims the place and writes its intent down, then is sent. What is found at the place is ours
only if an intent of ours says so; anything else is disputed and never written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.delivery.guarding import Guarding, digest
from bridge.delivery.imaging import Imaging
from bridge.delivery.places import Places, There, disputed
from bridge.delivery.progress import Progress
from bridge.journal import Journal, links
from bridge.journal.holds import Operation
from bridge.journal.images import Takes
from bridge.mapping import delta
from bridge.mapping.entry_json import decode, encode
from bridge.plans.intent import Intent, intend, is_ours
from bridge.plans.withheld import cleared, keeping, naming, switched_off, written_over
from bridge.settings import OnMissing
from bridge.targets import Target
from connectors.sdk import Attributes, Capability, Change, Delta, Entry, Gone, Ref, Refused


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of one target."""

    journal: Journal
    target: Target
    guarding: Guarding
    places: Places
    imaging: Imaging

    async def hold(self, progress: Progress, entry: Entry) -> None:
        """The entry is there, and as it is wanted."""
        if progress.link.ref is None:
            self._check(entry)
            await self.create(progress, entry)
            return
        try:
            await self._update(progress, entry)
        except Gone:
            if progress.rules.on_missing is OnMissing.HOLD:
                raise
            progress.now(entry_id=None, locator=None, applied=None, disabled=False)
            self._check(entry)
            await self.create(progress, entry)

    async def create(self, progress: Progress, entry: Entry) -> None:
        """Make the entry; what stands at its place is ours only if an intent of ours says so."""
        place = self.place(entry)
        intent = None if progress.link.intent is None else Intent.decode(progress.link.intent)
        if intent is not None and await self.recognise(progress, intent):
            await self._update(progress, entry)
            return
        if intent is None or intent.place != place:
            progress.without("claim", "intent")  # nothing came of it
            await self.places.must_be_free(progress, place)
        text = encode(entry)
        await self.places.must_be_ours(progress, place, intend(place, text))
        ref = await self.target.create(entry)
        progress.at(ref, applied=text, intent=None, verify=False, disabled=self._begins_locked(progress))
        progress.did("create")

    def _begins_locked(self, progress: Progress) -> bool:
        return progress.rules.is_account and self.target.creates_locked(progress.kind)

    async def recognise(self, progress: Progress, intent: Intent) -> bool:
        """After an unknown outcome: whether our entry is at the intent's place; it is linked then."""
        names = tuple(dict.fromkeys((*progress.rules.names, *intent.names)))
        found = await self.target.get(Ref(progress.kind, "", intent.place), names)
        if found is None or found.ref is None:
            return False
        await self.places.not_anothers(progress, found.ref, intent.place)
        if not is_ours(intent, found, self.target.normalise):
            raise disputed(intent.place)
        progress.at(found.ref)
        ours = {name: values for name, values in found.attributes.items() if name in progress.rules.names}
        progress.now(claim=intent.place, applied=encode(Entry(found.kind, ours)), intent=None, verify=True)
        progress.now(disabled=progress.link.disabled or self._begins_locked(progress))
        link = progress.link
        await self.journal.submit(lambda tx: links.recognised(tx, link), reserved=True)
        progress.recognised = found.ref
        progress.did("recognise")
        return True

    async def _update(self, progress: Progress, entry: Entry) -> None:
        link, ref = progress.link, progress.link.ref
        assert ref is not None
        before = decode(link.applied) if link.applied else Entry(progress.kind, {})
        applied = before.attributes
        there = There(ref, applied, applied, before.under)
        place = self.place(entry)
        moved = place != link.claim
        if link.verify:
            actual = await self.actual(progress, ref)  # where it is now: somebody may have renamed it
            if actual.ref is not None and self.was_moved(actual, self._stood(ref, applied)):
                progress.at(actual.ref)
            there = There(actual.ref or ref, actual.attributes, applied, before.under)
            moved = moved or self.was_moved(actual, place)
        ask = f"{_ADOPTED} and would be renamed or moved" if link.adopted else None
        if moved and not await self.guarding.may(progress, Operation.RENAME, digest(place), ask=ask):
            entry, place, moved = self._in_place(entry, there, link.claim or place), link.claim or place, False
        entry, changes = await self._permitted(progress, entry, there)
        if place != link.claim:
            await self.places.reach(progress, there, place)
        if changes or moved:
            self._check(entry)
            await self._keep(progress, entry, changes, there)
            await self.places.move(progress, there, Delta(entry, changes, moved), place)
            self._note_stray(progress, ref, there, place)
            progress.did("move" if moved else "update", changes)
        progress.now(applied=encode(entry), claim=place, intent=None, verify=False)

    async def _keep(self, progress: Progress, entry: Entry, changes: tuple[Change, ...], there: There) -> None:
        """Keep what others wrote before it is overwritten, and where the entry stood before a step moves it."""
        kind, fold = progress.kind, self.target.normalise
        theirs = (
            name
            for name in written_over(changes, there.have)
            if progress.link.adopted
            or fold(kind, name, there.have[name]) != fold(kind, name, there.applied.get(name, ()))
        )
        if any(theirs):
            await self.imaging.record(progress, Takes.OVERWRITE, Entry(kind, there.have, there.ref))
        elif entry.under != there.under and str in (type(entry.under), type(there.under)):
            await self.imaging.keep(progress, Takes.MOVE)

    async def _permitted(self, progress: Progress, entry: Entry, there: There) -> tuple[Entry, tuple[Change, ...]]:
        """The entry and the changes without what the guards hold."""
        changes = self._delta(progress, entry, there)
        off = switched_off(progress.rules, changes)
        if off and not progress.is_new and not await self.guarding.may(progress, Operation.DISABLE):
            entry = keeping(entry, (off,), there.have)
        if progress.link.adopted and (over := self._would_lose(progress, changes, there)):
            reason = f"{_ADOPTED} and would lose its {', '.join(over)}"
            if not await self.guarding.may(progress, Operation.OVERWRITE, " ".join(over), ask=reason):
                entry = keeping(entry, over, there.have)
                return entry, self._delta(progress, entry, there)
        names = cleared(changes)
        if names and not await self.guarding.may(progress, Operation.CLEAR, " ".join(names)):
            entry = keeping(entry, names, there.have)
        return entry, self._delta(progress, entry, there)

    def _would_lose(self, progress: Progress, changes: tuple[Change, ...], there: There) -> list[str]:
        """What an adopted entry holds and would not any more; its name is asked about as a rename."""
        name = (self.target.name_of(progress.kind) or "").lower()
        return [each for each in written_over(changes, there.have) if each.lower() != name]

    def _delta(self, progress: Progress, entry: Entry, there: There) -> tuple[Change, ...]:
        return delta(progress.rules, there.have, entry, self.target.normalise, there.applied)

    def _in_place(self, entry: Entry, there: There, claim: str) -> Entry:
        """The entry with what names it as it was: everything else is delivered where it is."""
        before = Entry(entry.kind, there.applied, under=there.under)
        kept = keeping(entry, naming(entry, before, self.target.locate, claim), there.applied)
        return replace(kept, under=there.under)

    async def actual(self, progress: Progress, ref: Ref) -> Entry:
        """The entry as it is at the target, members too where it is a group."""
        members = progress.rules.type == "Group" and self.target.has(Capability.MEMBERS)
        actual = await self.target.get(ref, progress.rules.names, members)
        if actual is None:
            raise Gone("the entry was removed at the target by somebody else", code="absent")
        progress.actual_members, progress.half_members = actual.members, actual.half_members
        return actual

    def _note_stray(self, progress: Progress, known: Ref, there: There, place: str) -> None:
        """Somebody else had moved it, and we took it back: groups may have followed there."""
        was_elsewhere = self.was_moved(Entry(known.kind, there.have, there.ref), place)
        if was_elsewhere and there.ref.locator != known.locator and self.target.has(Capability.MEMBERS):
            progress.strayed = self.target.member_value(there.ref)

    def _stood(self, ref: Ref, applied: Attributes) -> str | None:
        """Where we know it to be."""
        try:
            return self.target.locate(Entry(ref.kind, applied, ref))
        except LookupError:
            return None

    def was_moved(self, actual: Entry, place: str | None) -> bool:
        try:
            return self.target.locate(actual) != place
        except LookupError:
            return True

    def _check(self, entry: Entry) -> None:
        for fault in self.target.check(entry):
            raise Refused(fault.problem, code="check", attribute=fault.attribute, fix=fault.remedy)

    def place(self, entry: Entry) -> str:
        try:
            return self.target.locate(entry)
        except (LookupError, ValueError) as error:
            raise Refused(
                "the attribute that names the entry has no usable value",
                code="name",
                fix="map it to a value that is always there",
            ) from error


_ADOPTED = "the entry was there before us,"
