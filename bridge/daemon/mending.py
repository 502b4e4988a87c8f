"""What an operator asks about single users and groups, and mends: `why`, `links`, `deliveries`.

What changes something is recorded in the journal's chain, in the same transaction, with who asked. Nothing here writes
to a target: that is for the deliveries that follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from bridge.clock import Clock
from bridge.daemon.control.protocol import CommandFailed, Question
from bridge.daemon.wiring import Unit
from bridge.delivery.explain import Explaining
from bridge.delivery.verdict import moment
from bridge.journal import Journal, actions, mending, passwords
from bridge.journal.actions import Action, operator
from bridge.journal.mending import CannotMend, Shown
from bridge.journal.resources import Stored
from bridge.journal.tx import Tx
from bridge.plans.breaker import BreakerState
from bridge.plans.states import State
from connectors.sdk import ConnectorError, Entry, Ref

T = TypeVar("T")
Document = dict[str, Any]
CHANGES_SHOWN = 5
LISTED = 100


@dataclass(frozen=True, slots=True)
class Mending:
    """`units` is looked at anew for each command: a reload exchanges it."""

    journal: Journal
    units: Mapping[str, Unit]
    clock: Clock

    async def why(self, question: Question) -> Document:
        """Why the targets hold of a resource what they hold; `CommandFailed` where nobody is meant."""
        stored = await self._resource(question.subject)
        named = question.options.get("target")
        units = [self.unit(named)] if named else [self.units[name] for name in sorted(self.units)]
        values = bool(question.options.get("values"))
        explained = [await self._explain(unit, stored, values) for unit in units]
        changes = self.journal.read(lambda db: mending.changes(db, stored.id, CHANGES_SHOWN))
        return {
            "resource": _described(stored),
            "changes": [asdict(change) for change in changes],
            "targets": explained,
        }

    async def show(self, question: Question) -> Document:
        """The links of a resource."""
        stored = await self._resource(question.subject)
        named = question.options.get("target")
        found = self.journal.read(lambda db: mending.of_resource(db, stored.id))
        if named:
            self.unit(named)
            found = [link for link in found if link.target == named]
        return {"resource": _described(stored), "links": [link.as_json() for link in found]}

    async def deliveries(self, question: Question) -> Document:
        """What is not delivered, of one target or of all."""
        target = question.subject
        if target is not None:
            self.unit(target)
        state = State.PARKED if question.options.get("parked") else None
        limit = int(question.options.get("limit") or LISTED)
        count, found = await self.journal.scan(lambda db: mending.unfinished(db, target, state, limit))
        refused = await self.journal.scan(lambda db: passwords.parked(db, limit))
        refused = [each for each in refused if target in (None, each.target)]
        shown = {"deliveries": [link.as_json() for link in found], "parked_passwords": [p.as_json() for p in refused]}
        return {"count": count, **shown}

    async def retry(self, question: Question) -> Document:
        """What is parked or waits for its time is due now."""
        unit = self.unit(question.subject)
        name, code, only = unit.target.name, question.options.get("code"), question.options.get("only")
        resource = (await self._resource(only)).id if only else None

        def work(tx: Tx) -> Document:
            done = asdict(mending.retry(tx, name, resource, code))
            _record(tx, question, name, {"resource": resource, "code": code, **done})
            return done

        done = await self.journal.submit(work)
        unit.deliverer.wake()
        return {"target": name, **done, "waits": _not_now(unit)}

    async def relink(self, question: Question) -> Document:
        """The resource's entry is the one that the person names, once the target has shown it."""
        stored, unit = await self._resource(question.subject), self.unit(question.options.get("target"))
        named = str(question.options.get("entry") or "")
        link = self._link(stored, unit)
        ref, claim = await _look(unit, link, named, by_id=bool(question.options.get("by_id")))
        name = unit.target.name

        def work(tx: Tx) -> Shown:
            before = mending.bind(tx, name, stored.id, ref, claim)
            _record(tx, question, stored.id, {"target": name, "entry": ref.id, "before": before.entry_id})
            return before

        before = await self._mend(work)
        explained = await self._explain(unit, stored, values=False)
        unit.deliverer.wake()
        return {
            **_mended(stored, name, before),
            "entry": ref.locator,
            "to_do": explained["to_do"],
            "waits": _not_now(unit),
        }

    async def unlink(self, question: Question) -> Document:
        """The resource has no entry of ours at the target any more; the entry stays as it is."""
        stored, unit = await self._resource(question.subject), self.unit(question.options.get("target"))
        name = unit.target.name
        self._link(stored, unit)

        def work(tx: Tx) -> Shown:
            before = mending.forget(tx, name, stored.id)
            _record(tx, question, stored.id, {"target": name, "before": before.entry_id})
            return before

        return _mended(stored, name, await self._mend(work))

    def unit(self, name: str | None) -> Unit:
        """The target of this name."""
        unit = self.units.get(name or "")
        if unit is None:
            raise CommandFailed(f"there is no target {name!r}; targets: {', '.join(sorted(self.units)) or 'none'}")
        return unit

    async def _resource(self, name: str | None) -> Stored:
        found = await self.journal.scan(lambda db: mending.named(db, name or ""))
        if not found:
            raise CommandFailed(f"there is no user or group {name!r}")
        if len(found) > 1:
            listed = "; ".join(f"{each.id} ({each.type}, tenant {each.tenant})" for each in found[:10])
            raise CommandFailed(f"{len(found)} are called {name!r}; say which by its id: {listed}")
        return found[0]

    def _link(self, stored: Stored, unit: Unit) -> Shown:
        links = self.journal.read(lambda db: mending.of_resource(db, stored.id))
        link = next((each for each in links if each.target == unit.target.name), None)
        if link is None or link.kind not in unit.target.rules:
            raise CommandFailed(f"{unit.target.name} takes no {stored.type} of the tenant {stored.tenant}")
        return link

    async def _explain(self, unit: Unit, stored: Stored, values: bool) -> Document:
        closed = unit.closed()
        return await Explaining(self.journal, unit.target, unit.health, self.clock, values, closed).explain(stored)

    async def _mend(self, work: Callable[[Tx], T]) -> T:
        try:
            return await self.journal.submit(work)
        except CannotMend as error:
            raise CommandFailed(str(error)) from None


async def _look(unit: Unit, link: Shown, named: str, *, by_id: bool) -> tuple[Ref, str]:
    """The entry that a person names, as the target shows it, and its place."""
    target = unit.target
    if not named:
        raise CommandFailed("say which entry: its place at the target (a DN, a URL, a key), or with --id its id")
    if not await unit.health.look():
        raise CommandFailed(f"{target.name} cannot be asked now: {unit.health.breaker.reason}")
    ref = Ref(link.kind, named, "") if by_id else Ref(link.kind, "", named)
    try:
        entry = await target.get(ref, target.rules[link.kind].names)
    except ConnectorError as error:
        raise CommandFailed(f"{target.name} did not show {named}: {error.message}") from None
    if entry is None or entry.ref is None:
        raise CommandFailed(f"{target.name} has no entry {named} among its {link.kind}")
    claim = _place(unit, entry, named)
    if target.protects(entry.ref.locator, claim):
        raise CommandFailed(f"{named} is protected at {target.name}: it is never written")
    return entry.ref, claim


def _place(unit: Unit, entry: Entry, named: str) -> str:
    try:
        return unit.target.locate(entry)
    except (LookupError, ValueError):
        raise CommandFailed(f"{named} has no usable value in the attribute that names its entries") from None


def _not_now(unit: Unit) -> str | None:
    """Why the target is not written to now."""
    health, name = unit.health, unit.target.name
    if health.paused:
        return f"{name} is paused: {health.paused}"
    if (end := unit.closed()) is not None:
        return f"{name} is in maintenance until {moment(end)}"
    if health.breaker.state is not BreakerState.CLOSED:
        return f"{name} is not called: {health.breaker.reason}"
    return None


def _described(stored: Stored) -> Document:
    name = stored.body.get("userName") or stored.body.get("displayName") or stored.id
    shown = ("id", "type", "tenant", "version", "created", "modified", "deleted")
    return {"name": name, **{each: getattr(stored, each) for each in shown}}


def _mended(stored: Stored, target: str, before: Shown) -> Document:
    return {"target": target, "resource": _described(stored), "before": before.locator}


def _record(tx: Tx, question: Question, subject: str, detail: Mapping[str, Any]) -> None:
    told = {name: value for name, value in detail.items() if value is not None}
    actions.record(tx, Action(operator(question.uid), question.command, subject, told))
