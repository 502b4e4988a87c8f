"""Deliver one claimed link: take what is true now, work for the goal, settle whatever came of it.

Level-triggered: nothing of the change that raised the wish is used, only the resource as it is. An exception parks or
puts off this link alone; only a journal that cannot be written ends the worker.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bridge.clock import Clock
from bridge.delivery.adopting import Adopting
from bridge.delivery.allocating import Allocating
from bridge.delivery.ending import Ending
from bridge.delivery.entries import Entries
from bridge.delivery.groups import Groups
from bridge.delivery.guarding import Guarding
from bridge.delivery.imaging import Imaging
from bridge.delivery.leaving import Leaving
from bridge.delivery.places import Places
from bridge.delivery.progress import NotYet, Progress
from bridge.delivery.restoring import Restoring
from bridge.delivery.returning import Returning
from bridge.journal import Journal, JournalError, links, waking
from bridge.journal.links import Link
from bridge.journal.resources import Stored
from bridge.journal.waking import Named
from bridge.mapping import Rules, project
from bridge.plans.goal import Aim, Goal, goal
from bridge.plans.ladder import Down, departure_of
from bridge.plans.states import Event
from bridge.targets import Health, Target
from bridge.targets.gate import LANE
from connectors.sdk import Capability, Entry, Gone, Reference, Value

log = structlog.get_logger()

LOOK_AGAIN = 86400.0
"""Seconds until what waits for another target is looked at, should its settle not wake it."""


@dataclass
class Worker:
    """Delivers links of one target; any number at once. `chance` gives numbers in [0, 1); `settled` hears of each."""

    journal: Journal
    target: Target
    health: Health
    clock: Clock
    chance: Callable[[], float] = random.random
    settled: Callable[[str], None] = lambda _: None
    after: Callable[[str], Sequence[str]] = lambda _: ()
    """The targets that must have a resource of a kind first."""
    entries: Entries = field(init=False)
    leaving: Leaving = field(init=False)
    returning: Returning = field(init=False)
    restoring: Restoring = field(init=False)
    adopting: Adopting = field(init=False)
    allocating: Allocating = field(init=False)
    groups: Groups = field(init=False)
    ending: Ending = field(init=False)

    def __post_init__(self) -> None:
        guarding = Guarding(self.journal, self.target)
        imaging, places = Imaging(self.journal, self.target), Places(self.journal, self.target)
        self.entries = Entries(self.journal, self.target, guarding, places, imaging)
        self.leaving = Leaving(self.journal, self.target, guarding, self.entries, imaging)
        self.restoring = Restoring(self.journal, self.target, self.entries, self.leaving)
        self.returning = Returning(self.journal, self.target)
        self.adopting = Adopting(self.journal, self.target, guarding)
        self.allocating = Allocating(self.journal, self.target)
        self.groups = Groups(self.journal, self.target, guarding, imaging)
        self.ending = Ending(
            self.journal, self.target, self.health, self.clock, self.returning, self.chance, self.settled
        )

    async def deliver(self, link: Link, stored: Stored | None) -> None:
        """Deliver the resource as it is, and settle. Raises nothing but a `JournalError`."""
        LANE.set(link.lane)
        began = self.clock.monotonic()
        rules = self.target.rules.get(link.kind)
        if rules is None:  # the config has taken the kind away: what is there stays
            progress = Progress(link, NO_RULES)
            progress.now(rules=NO_RULES.fingerprint)  # looked at again when the kind comes back
            await self.ending.settle(progress, Event.FULFILLED)
            return
        progress = Progress(link, rules, version=stored.version if stored else link.version)
        if link.held:
            progress.now(verify=True)  # what a person decided about is looked at again
        try:
            if not await self.restoring.keeps(progress):
                await self._fulfil(progress, stored)
        except NotYet as wait:
            await self.ending.put_off(progress, wait)
        except JournalError:
            raise
        except Exception as error:
            await self.ending.failed(progress, error)
        else:
            await self.ending.fulfilled(progress, began)

    async def _fulfil(self, progress: Progress, stored: Stored | None) -> None:
        body, rules = body_of(stored), progress.rules
        down = progress.come_down(departure_of(rules, body), self.clock.now())
        can_lock = self.target.has(Capability.ACTIVATION)
        if body is not None:
            await self._lock_first(progress, down, can_lock)
        aim = goal(rules, project(rules, body), down, progress.taken, can_lock=can_lock)
        match aim.aim:
            case Aim.REMOVE:
                await self.leaving.remove(progress)
            case Aim.LEAVE:
                await self.leaving.leave(progress, aim)
            case Aim.HOLD:
                assert aim.entry is not None
                self._after_others(progress, body)
                await self._hold(progress, aim.entry, aim, body or {})

    async def _lock_first(self, progress: Progress, down: Down, can_lock: bool) -> None:
        """A disable needs only the link: it goes before the mapping, which may fail, and alone."""
        if down.locked and not down.deleted and can_lock and progress.rules.is_account:
            try:
                await self.leaving.disable(progress)
            except Gone:
                return  # what that means is said by what follows

    def _after_others(self, progress: Progress, body: Mapping[str, Any] | None) -> None:
        """Other targets may have to be first. Nobody's disable waits for that: who may not log in, may not anywhere."""
        targets, link = self.after(progress.kind), progress.link
        disables = body is not None and body.get("active") is False and link.ref is not None
        if not targets or disables:
            return
        first = self.journal.read(lambda db: waking.behind(db, link.resource, progress.version, targets))
        if first is not None:
            raise NotYet(f"{first} does not have it yet", target=first, seconds=LOOK_AGAIN)

    async def _hold(self, progress: Progress, entry: Entry, aim: Goal, body: Mapping[str, Any]) -> None:
        entry = self._resolve(progress, entry)
        await self.returning.take_over(progress, entry)
        if not await self.adopting.adopt(progress, entry):
            return
        entry = await self.allocating.fill(progress, entry, body)
        await self.entries.hold(progress, entry)
        if aim.locked:
            await self.leaving.disable(progress)
        await self.leaving.name(progress, member=aim.member)
        if not aim.locked and progress.link.disabled:
            await self.leaving.lock(progress, active=True)
        if progress.rules.type == "Group" and self.target.has(Capability.MEMBERS):
            await self.groups.deliver(progress)

    def _resolve(self, progress: Progress, entry: Entry) -> Entry:
        """Entries in place of resources; who has none here yet is left out, and wakes this link when it has."""
        if not any(isinstance(value, Reference) for values in entry.attributes.values() for value in values):
            return entry
        attributes: dict[str, tuple[Value, ...]] = {}
        for name, values in entry.attributes.items():
            resolved = [self._entry_of(progress, name, v) if isinstance(v, Reference) else v for v in values]
            attributes[name] = tuple(value for value in resolved if value is not None)
        return replace(entry, attributes=attributes)

    def _entry_of(self, progress: Progress, attribute: str, named: Reference) -> Value | None:
        entry = self.journal.read(lambda db: links.ref(db, self.target.name, named.id))
        progress.names.append(Named(attribute, named.id, entry))
        return entry


NO_RULES = Rules("", "", (), "")


def body_of(stored: Stored | None) -> dict[str, Any] | None:
    """The resource as the mapping reads it; None once it is deleted."""
    if stored is None or stored.deleted is not None:
        return None
    meta = {"resourceType": stored.type, "created": stored.created, "lastModified": stored.modified}
    return {**stored.body, "id": stored.id, "meta": meta}
