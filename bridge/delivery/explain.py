"""Why a target holds of a resource what it holds: what is wanted there, what is there, and what is to be done.

It goes the way of a delivery (scope, mapping, goal, delta) and writes nothing; what stands in the way is said by
`verdict.py`. Attributes are named; their values are shown where they are asked for, and secrets never: no mapping
reads any.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from bridge.clock import Clock
from bridge.delivery.progress import Progress
from bridge.delivery.verdict import Standing, verdict
from bridge.delivery.worker import body_of
from bridge.journal import Journal, allocations, holds, links, mending, passwords, targets
from bridge.journal.links import Link
from bridge.journal.mending import Shown
from bridge.journal.resources import Stored
from bridge.mapping import Absent, MappingFailed, Rules, Wanted, delta, project
from bridge.mapping.entry_json import decode
from bridge.plans.breaker import BreakerState
from bridge.plans.goal import Aim, Goal, goal
from bridge.plans.ladder import departure_of
from bridge.targets import Health, Target
from connectors.sdk import Attributes, Capability, ConnectorError, Entry, Ref, Reference, Value

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Explaining:
    """One resource at one target; `values`: show what attributes hold; `closed_until`: its maintenance ends then."""

    journal: Journal
    target: Target
    health: Health
    clock: Clock
    values: bool = False
    closed_until: int | None = None

    async def explain(self, stored: Stored) -> Document:
        """The whole document, JSON values only: times in milliseconds."""
        name = self.target.name
        by_target = {each.target: each for each in self.journal.read(lambda db: mending.of_resource(db, stored.id))}
        link = by_target.get(name)
        rules = None if link is None else self.target.rules.get(link.kind)
        whole = self.journal.read(lambda db: links.one(db, name, stored.id))
        if link is None or rules is None or whole is None:
            return {"target": name, "state": "unlinked", "says": "the config sends it nothing of this kind or tenant"}
        waits: list[Document] = []
        wanted, aim = self._wanted(stored, whole, rules, waits)
        there, actual = await self._there(link, rules, aim)
        standing = self._standing(link, waits, aim, by_target.get(link.waits_for or ""))
        state, says = verdict(standing, self.clock.now())
        password = self.journal.read(lambda db: passwords.shown(db, name, stored.id))
        return {
            "target": name,
            "kind": link.kind,
            "state": state,
            "says": says,
            "wanted": wanted | ({"waits_for": waits} if waits else {}),
            "there": there,
            "to_do": self._to_do(link, rules, aim, actual),
            "held": [asdict(hold) for hold in standing.holds],
            "departure": _departure(link),
            "attempts": link.attempts,
            "next_attempt": standing.next_attempt,
            "password": None if password is None else asdict(password),
        }

    def _wanted(self, stored: Stored, link: Link, rules: Rules, waits: list[Document]) -> tuple[Document, Goal | None]:
        """What SCIM, the scope and the mapping make of it."""
        try:
            projection = project(rules, body_of(stored))
        except MappingFailed as failed:
            return {"aim": None, "because": f"the mapping of {failed.attribute} fails: {failed.problem}"}, None
        progress = Progress(link, rules)
        down = progress.come_down(departure_of(rules, body_of(stored)), self.clock.now())
        aim = goal(rules, projection, down, progress.taken, can_lock=self.target.has(Capability.ACTIVATION))
        wanted: Document = {"aim": aim.aim, "locked": aim.locked, "because": _because(projection, rules)}
        if aim.entry is not None:
            entry = self._resolved(self._given(stored.id, rules, aim.entry), waits)
            aim = replace(aim, entry=entry)
            wanted |= {"place": self._place(entry), "attributes": self._shown(entry.attributes)}
        return wanted, aim

    def _given(self, resource: str, rules: Rules, entry: Entry) -> Entry:
        """With what pools gave it; nothing is given here."""
        held = {
            name: self.journal.read(lambda db, need=need: allocations.of(db, need.pool, resource))  # type: ignore[misc]
            for name, need in rules.needs.items()
        }
        given = {name: (each.value,) for name, each in held.items() if each is not None}
        return replace(entry, attributes={**entry.attributes, **given})

    def _resolved(self, entry: Entry, waits: list[Document]) -> Entry:
        attributes: dict[str, tuple[Value, ...]] = {}
        for name, values in entry.attributes.items():
            attributes[name] = tuple(v for each in values if (v := self._entry_of(name, each, waits)) is not None)
        return replace(entry, attributes=attributes)

    def _entry_of(self, attribute: str, value: Value, waits: list[Document]) -> Value | None:
        if not isinstance(value, Reference):
            return value
        found = self.journal.read(lambda db: links.ref(db, self.target.name, value.id))
        if found is None:
            waits.append({"attribute": attribute, "resource": value.id})
        return found

    def _place(self, entry: Entry) -> str | None:
        try:
            return self.target.locate(entry)
        except (LookupError, ValueError):
            return None

    async def _there(self, link: Shown, rules: Rules, aim: Goal | None) -> tuple[Document, Entry | None]:
        """What the target holds: read now, where it can be."""
        known: Document = {"id": link.entry_id, "locator": link.locator, "version": link.version}
        known |= {"locked_by_us": link.disabled}
        place = self._place(aim.entry) if aim is not None and aim.entry is not None else None
        if link.entry_id is None and not place:
            return {**known, "read": False, "because": "no entry of ours is there"}, None
        ref = Ref(link.kind, link.entry_id or "", link.locator or place or "")
        if not await self.health.look():
            return {
                **known,
                "read": False,
                "because": f"{link.target} is not called: {self.health.breaker.reason}",
            }, None
        try:
            actual = await self.target.get(ref, rules.names)
        except ConnectorError as error:
            return {**known, "read": False, "because": error.message}, None
        if actual is None:
            return {**known, "read": True, "present": False}, None
        shown = {"present": True, "ours": link.entry_id is not None, "attributes": self._shown(actual.attributes)}
        return {**known, "read": True, **shown}, actual if link.entry_id is not None else None

    def _to_do(self, link: Shown, rules: Rules, aim: Goal | None, actual: Entry | None) -> Document:
        """What a delivery would do now if nothing stood in its way."""
        if aim is None:
            return {}
        does: Document = {}
        if aim.aim is Aim.REMOVE:
            does["delete"] = link.entry_id is not None
        elif aim.aim is Aim.HOLD and link.entry_id is None:
            does["create"] = True
        elif aim.aim is Aim.HOLD and actual is not None and aim.entry is not None:
            applied = self.journal.read(lambda db: links.applied(db, link.target, link.resource))
            ours = decode(applied).attributes if applied else {}
            changes = delta(rules, actual.attributes, aim.entry, self.target.normalise, ours)
            does["changes"] = [[change.attribute, change.verb] for change in changes]
            does["move"] = self._place(aim.entry) not in (None, link.claim)
        does["lock"] = aim.locked and not link.disabled and link.entry_id is not None
        does["unlock"] = aim.aim is Aim.HOLD and not aim.locked and link.disabled
        if rules.type == "Group" and self.target.has(Capability.MEMBERS):
            does["members"] = asdict(self.journal.read(lambda db: mending.members(db, link.target, link.resource)))
        return does

    def _standing(self, link: Shown, waits: list[Document], aim: Goal | None, first: Shown | None) -> Standing:
        breaker = self.health.breaker
        held = self.journal.read(lambda db: holds.of(db, link.target, link.resource))
        counts = self.journal.read(lambda db: mending.members(db, link.target, link.resource))
        wanted = aim is not None and aim.aim is Aim.HOLD
        named, trouble = len(waits) + counts.waiting, self._trouble_of(first.target) if first else None
        return Standing(
            link,
            tuple(held),
            self.health.paused,
            breaker,
            waits=named,
            wanted=wanted,
            closed_until=self.closed_until,
            first=first,
            trouble=trouble,
        )

    def _trouble_of(self, target: str) -> str | None:
        """Why another target is not written to."""
        known = self.journal.read(lambda db: targets.remembered(db, target))
        if known.paused:
            return f"{target} is paused: {known.paused}"
        return f"{target} is not called: {known.reason}" if known.breaker != BreakerState.CLOSED else None

    def _shown(self, attributes: Attributes) -> Any:
        if not self.values:
            return sorted(attributes)
        return {name: [_text(value) for value in values] for name, values in attributes.items()}


def _departure(link: Shown) -> Document | None:
    """How the resource leaves the target, since when, and when the next step is due."""
    if link.departure is None:
        return None
    return {"how": link.departure, "since": link.departed, "next_step": link.next_step}


def _because(projection: Wanted | Absent, rules: Rules) -> str:
    if isinstance(projection, Absent):
        return str(projection.reason)
    if not rules.is_account:
        return "in the scope"
    return "in the scope, and active" if projection.active else "in the scope, and not active"


def _text(value: Value) -> str:
    match value:
        case Ref():
            return value.locator
        case bytes():
            return f"({len(value)} bytes)"
        case _:
            return str(value)
