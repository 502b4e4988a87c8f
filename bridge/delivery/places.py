"""Places at a target: claimed before anything goes there, waited for where another entry of ours stands, swapped.

Two entries that want each other's place (or three in a circle) would wait for ever. The one that finds the circle steps
aside: it is renamed to a name that means nothing, the others move up, and then it takes the place that it wanted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.delivery.progress import NotYet, Occupied, Progress
from bridge.journal import Journal, links, returning
from bridge.journal.links import Claimed
from bridge.journal.returning import Holder
from bridge.mapping.entry_json import encode
from bridge.plans.states import State
from bridge.targets import Target
from connectors.sdk import Attributes, Change, Conflict, Delta, Entry, Ref, Refused, Under, Verb

BUSY = 2.0
"""Seconds until a place is looked at again that another entry of ours is about to leave."""
LONGEST_CIRCLE = 16
ASIDE = "scim-bridge-"
"""What the name of an entry that stepped aside begins with; the resource's id follows."""


@dataclass(frozen=True, slots=True)
class There:
    """What the target holds, as far as we know, and what of it we wrote last; `under` the place that was elsewhere."""

    ref: Ref
    have: Attributes
    applied: Attributes
    under: Under | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one target."""

    journal: Journal
    target: Target

    async def claim(self, progress: Progress, place: str, intent: str | None) -> Claimed:
        """Claim the place, and keep the intent of what is about to be made there.

        An entry that moves is looked at again unless its move is known to be done: its old place is free for others
        from now on, wherever it is.
        """
        link = progress.link
        patient = self.target.gate.has_plenty  # what could not be sent anyhow is in no hurry
        claimed = await self.journal.submit(
            lambda tx: links.intend(tx, link, place, intent), reserved=True, patient=patient
        )
        if claimed is Claimed.OURS:
            progress.now(claim=place, intent=intent, verify=link.verify or intent is None)
        return claimed

    async def stay(self, progress: Progress, found: Entry, at: Ref) -> None:
        """Who leaves moves nowhere else any more: it claims the place where it was found, if nobody else has."""
        progress.at(at)
        place = self.target.place_of(found, at)
        if place != progress.link.claim and await self.claim(progress, place, None) is not Claimed.OURS:
            progress.now(claim=None)
        progress.now(verify=progress.link.disabled)  # looked at, but whether it is locked cannot be seen

    async def must_be_ours(self, progress: Progress, place: str, intent: str | None) -> None:
        """Claim it, or wait for who has it."""
        if await self.claim(progress, place, intent) is not Claimed.OURS:
            raise await self._taken(progress, place)

    async def must_be_free(self, progress: Progress, place: str) -> None:
        """At the target; what stands there is another of ours that is about to leave, or disputed.

        The second look is for one that left, and gave up its claim, after the first look found it there.
        """
        if await self._standing(progress, place) is None:
            return
        claimant = self.journal.glance(lambda db: links.claimant(db, self.target.name, place))
        if claimant is not None and claimant[0] != progress.link.resource:  # it may be that one's, and not known yet
            raise await self._taken(progress, place)
        found = await self._standing(progress, place)
        if found is not None:
            await self.not_anothers(progress, found, place)
            raise disputed(place)

    async def _standing(self, progress: Progress, place: str) -> Ref | None:
        """Who stands there now."""
        found = await self.target.get(Ref(progress.kind, "", place), progress.rules.names)
        return None if found is None else found.ref

    async def not_anothers(self, progress: Progress, found: Ref, place: str) -> None:
        """Wait where the entry that was found at the place is another one of ours."""
        owner = self._owner(found)
        if owner is not None and owner[0] != progress.link.resource:
            if owner[1] == place:
                raise await self._occupied(progress, owner[0], place)
            raise NotYet("another entry of ours is there still", seconds=BUSY)  # it is about to move away

    async def reach(self, progress: Progress, there: There, place: str) -> None:
        """Claim the place that an entry of ours wants to move to; in a circle, step aside first."""
        claimed = await self.claim(progress, place, None)
        if claimed is Claimed.OURS:
            return
        aside = self._aside(progress, there)
        if aside is not None and (claimed is Claimed.CIRCLE or self._is_half_way(progress, there, aside)):
            await self.must_be_ours(progress, self.target.locate(aside), None)
            await self._step(progress, there, aside)
        raise await self._taken(progress, place)

    async def move(self, progress: Progress, there: There, change: Delta, place: str) -> None:
        """Send an update that moves the entry; say who stands in the way, if somebody does.

        Who has gone since it was refused is in nobody's way: the same is sent once more.
        """
        try:
            progress.at(await self.target.update(there.ref, change))
        except Conflict:
            if not await self._is_free_now(progress, there, place):
                raise
            progress.at(await self.target.update(there.ref, change))

    async def _is_free_now(self, progress: Progress, there: There, place: str) -> bool:
        """Whether nobody stands at the place any more.

        Another one of ours that is about to leave is waited for; where it wants to come to where we are, we step aside.
        """
        found = await self._standing(progress, place)
        if found is None:
            return True
        if found.id == there.ref.id:
            return False
        aside = self._aside(progress, there)
        if aside is not None and await self._is_circle(progress, found, self._at(progress, there)):
            await self._step(progress, there, aside)
        await self.not_anothers(progress, found, place)
        raise disputed(place, there.ref.locator)

    async def _is_circle(self, progress: Progress, found: Ref, ours: str) -> bool:
        """Whether who stands in our way is about to go, itself or by others, to where we are.

        The claims do not wait for each other any more: a process died between claims and renames.
        """
        for _ in range(LONGEST_CIRCLE):
            owner = self._owner(found)
            if owner is None or owner[1] is None or owner[1] == ours:
                return owner is not None and owner[1] == ours
            standing = await self._standing(progress, owner[1])
            if standing is None:
                return False
            found = standing
        return False

    async def _taken(self, progress: Progress, place: str) -> Exception:
        """Another resource has the place."""
        owner = self.journal.read(lambda db: links.claimant(db, self.target.name, place))
        return await self._occupied(progress, owner[0] if owner else None, place)

    async def _occupied(self, progress: Progress, owner: str | None, place: str) -> Exception:
        """A place that another resource of ours has comes free by itself, unless its entry has come to rest there."""
        held = None if owner is None else self.journal.read(lambda db: returning.holder(db, self.target.name, owner))
        rests = held is not None and held.state in (State.IN_SYNC, State.PARKED)
        if held is None or not rests or await self._was_taken_away(held, place):
            return NotYet("another entry of ours is there still", claim=place, seconds=BUSY)
        at = held.ref.locator if held.ref is not None and held.ref.locator else place
        if not held.deleted:
            return Occupied(
                f"the entry of another resource stands there: {at}, of {held.resource}",
                code="taken",
                claim=place,
                fix=f"let the attribute that names entries differ; `scim-bridge why {held.resource}` says why it stays",
            )
        keys = ", ".join(progress.rules.returning)
        return Occupied(
            f"the entry of a leaver stands there: {at}, of the deleted resource {held.resource}"
            + (f", which had another {keys}" if keys else ""),
            code="leaver",
            claim=place,
            fix=("correct the keys" if keys else "let returning say by which keys who returns takes it over")
            + ", let a step of on_delete move or delete the entry, or rename or remove it by hand",
        )

    async def _was_taken_away(self, held: Holder, place: str) -> bool:
        """Whether somebody has moved or removed the entry of one who leaves; then it gives up the place."""
        if held.ref is None or not held.left:
            return False
        found = await self.target.get(held.ref, self.target.rules[held.ref.kind].names)
        if found is not None and self.target.place_of(found, found.ref or held.ref) == place:
            return False
        kind, name = held.ref.kind, self.target.name
        await self.journal.submit(lambda tx: links.dirty(tx, name, held.resource, kind, verify=True), reserved=True)
        return True

    def _owner(self, found: Ref) -> tuple[str, str | None] | None:
        return self.journal.read(lambda db: links.owner(db, self.target.name, found))

    def _aside(self, progress: Progress, there: There) -> Entry | None:
        """The entry as it is there, under a name that means nothing; None where names are not the target's matter."""
        named = self.target.name_of(progress.kind)
        name = next((each for each in there.applied if named is not None and each.lower() == named.lower()), None)
        if name is None:
            return None
        return Entry(progress.kind, {**there.have, name: (ASIDE + progress.link.resource,)}, under=there.under)

    def _is_half_way(self, progress: Progress, there: There, aside: Entry) -> bool:
        """Whether we died after we claimed the place aside and before we went there."""
        return progress.link.claim == self.target.locate(aside) != self._at(progress, there)

    def _at(self, progress: Progress, there: There) -> str:
        return self.target.locate(Entry(progress.kind, there.have, there.ref))

    async def _step(self, progress: Progress, there: There, aside: Entry) -> None:
        """Nothing but the name changes: what we know to have applied may be older than what is there."""
        name = {each: values for each, values in aside.attributes.items() if values != there.have.get(each)}
        changes = tuple(Change(each, Verb.REPLACE, values) for each, values in name.items())
        progress.at(await self.target.update(there.ref, Delta(aside, changes, relocate=True)))
        progress.now(applied=encode(replace(aside, attributes={**there.applied, **name})))
        progress.did("aside", changes)


def disputed(place: str, ours: str | None = None) -> Refused:
    """An entry that is not ours stands at the place; `ours` is where the entry of ours is meanwhile."""
    stays = f", and ours stays at {ours}" if ours else ""
    return Refused(
        f"there is an entry at {place} already that is not ours; it was not touched{stays}",
        code="disputed",
        fix="remove or rename that entry, or the user; or, if it is that user's: scim-bridge links relink, or `adopt`",
    )
