"""One target: the only caller of its connector. Every call has a deadline, and the breaker hears of every outcome.

What a call raises is one of the SDK's errors, or a bug of the connector as it comes. A deadline that passes means that
the outcome of a write is unknown, and that a target that is read from is down.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from glob import escape
from typing import TypeVar, cast

from bridge.mapping import Rules
from bridge.plans.guards import is_protected
from bridge.settings import TargetSettings
from bridge.settings.models import GuardSettings
from bridge.targets.deadline import Deadlines
from bridge.targets.gate import Gate
from connectors.sdk import (
    Activation,
    Capability,
    Changed,
    Connector,
    Delta,
    Entry,
    Fault,
    Key,
    LastChange,
    Members,
    Naming,
    OutcomeUnknown,
    Page,
    Passwords,
    Probe,
    Query,
    Ref,
    Refused,
    TargetDown,
    Value,
)

T = TypeVar("T")


class Target:
    """A configured system that we write to. Deliverer and reconciler share it, and its gate."""

    def __init__(self, name: str, settings: TargetSettings, connector: Connector, rules: Mapping[str, Rules]) -> None:
        self.name = name
        self.settings = settings
        self.connector = connector
        self.rules = rules
        self.capabilities = _implemented(connector)
        self.probed: Probe | None = None
        self._protected: GuardSettings | None = None
        self._deadlines = Deadlines(settings.timeout)
        self.gate = Gate(connector.concurrency)
        looks = getattr(connector, "looks", None)
        self._looks = Gate(looks) if looks else self.gate

    @property
    def guards(self) -> GuardSettings:
        """The guards' settings; what the target named as ours to leave alone (our own account) is protected too."""
        if self.probed is None or not self.probed.untouchable:
            return self.settings.guards
        own = tuple(escape(place) for place in self.probed.untouchable)
        return self.settings.guards.model_copy(update={"protected": (*self.settings.guards.protected, *own)})

    @property
    def tenant(self) -> str:
        return self.settings.tenant

    def has(self, capability: Capability) -> bool:
        return capability in self.capabilities

    async def open(self) -> None:
        await self.connector.open()

    async def close(self) -> None:
        await self.connector.close()

    def shut(self, reason: str) -> None:
        """It is down: it is not called, and who waits to call it is sent back."""
        for gate in (self.gate, self._looks):
            gate.shut(reason)

    def unshut(self) -> None:
        """It is back: it is called by few at first."""
        for gate in (self.gate, self._looks):
            gate.open()

    async def probe(self) -> Probe:
        """Reach the target, past its gate; what it can do is known from then on."""
        self.probed = await self._read_now(self.connector.probe)
        self.capabilities = (_implemented(self.connector) | {Capability.EVERYTHING}) & self.probed.capabilities
        self._protected = None
        return self.probed

    async def get(self, ref: Ref, attributes: Sequence[str], members: bool = False) -> Entry | None:
        gate = self.gate if ref.id else self._looks
        return await self._read(lambda: self.connector.get(ref, attributes, members), gate)

    async def find(self, key: Key) -> list[Ref]:
        return await self._read(lambda: self.connector.find(key))

    async def search(self, query: Query) -> AsyncGenerator[Page, None]:
        """Page by page; the deadline is a page's, not the whole read's."""
        pages = aiter(self.connector.search(query))
        while (page := await self._read(lambda: anext(pages, None))) is not None:
            yield page

    @property
    def tells_last_change(self) -> bool:
        """Whether it knows who changed an entry."""
        return hasattr(self.connector, "last_change")

    async def last_change(self, ref: Ref) -> Changed | None:
        """Who changed the entry last, as the target tells it."""
        return await self._read(lambda: cast(LastChange, self.connector).last_change(ref))

    def locate(self, entry: Entry) -> str:
        return self.connector.locate(entry)

    def place_of(self, entry: Entry, ref: Ref) -> str:
        """The normalised place of an entry that was read: where it lacks what a place is made of, its locator."""
        try:
            return self.locate(entry)
        except (LookupError, ValueError):
            return ref.locator

    def normalise(self, kind: str, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
        return self.connector.normalise(kind, attribute, values)

    def creates_locked(self, kind: str) -> bool:
        """Whether a new entry of the kind is a locked account until it is unlocked."""
        return self.probed is not None and kind in self.probed.creates_locked

    def name_of(self, kind: str) -> str | None:
        """The attribute whose value names an entry; None where the connector does not say."""
        return cast(Naming, self.connector).name_of(kind) if hasattr(self.connector, "name_of") else None

    def check(self, entry: Entry) -> list[Fault]:
        return self.connector.check(entry)

    def member_value(self, member: Ref) -> str | None:
        """The text by which groups hold this member; None where they cannot."""
        return cast(Members, self.connector).member_value(member)

    def compared_member(self, kind: str, text: str) -> Value:
        """A group's member as the target compares it."""
        (member,) = self.connector.normalise(kind, "members", [text])
        return member

    async def create(self, entry: Entry) -> Ref:
        self._never(self.locate(entry))
        return await self._write(lambda: self.connector.create(entry))

    async def update(self, ref: Ref, delta: Delta) -> Ref:
        self._never(ref.locator, *([self.locate(delta.entry)] if delta.relocate else []))
        return await self._write(lambda: self.connector.update(ref, delta))

    async def delete(self, ref: Ref) -> None:
        self._never(ref.locator)
        await self._write(lambda: self.connector.delete(ref))

    async def update_members(self, ref: Ref, add: Sequence[str], remove: Sequence[str]) -> None:
        self._never(ref.locator)
        await self._write(lambda: cast(Members, self.connector).update_members(ref, add, remove))

    async def activate(self, ref: Ref, active: bool) -> None:
        self._never(ref.locator)
        await self._write(lambda: cast(Activation, self.connector).activate(ref, active))

    async def set_password(self, ref: Ref, password: str) -> None:
        self._never(ref.locator)
        await self._write(lambda: cast(Passwords, self.connector).set_password(ref, password))

    def protects(self, *places: str) -> bool:
        """Whether one of the places is never written, whoever wants it."""
        if self._protected is None:
            self._protected = self.guards
        return bool(self._protected.protected) and any(is_protected(place, self._protected) for place in places)

    def _never(self, *places: str) -> None:
        if self.protects(*places):
            raise Refused(
                "the entry is protected and was not written",
                code="protected",
                fix="take it out of [targets.NAME.guards] protected, or leave the resource out of the scope",
            )

    async def _read(self, call: Callable[[], Awaitable[T]], gate: Gate | None = None) -> T:
        async with gate or self.gate:
            return await self._read_now(call)

    async def _read_now(self, call: Callable[[], Awaitable[T]]) -> T:
        try:
            with self._deadlines.begin():
                return await call()
        except TimeoutError:
            raise TargetDown(f"no answer within {self.settings.timeout:g} s", code="timeout") from None

    async def _write(self, call: Callable[[], Awaitable[T]]) -> T:
        async with self.gate:
            try:
                with self._deadlines.begin():
                    return await call()
            except TimeoutError:
                raise OutcomeUnknown(f"no answer within {self.settings.timeout:g} s", code="timeout") from None


def _implemented(connector: Connector) -> frozenset[Capability]:
    """What the connector's class could do; a probe says what this server lets it."""
    methods = {
        Capability.MEMBERS: "update_members",
        Capability.ACTIVATION: "activate",
        Capability.PASSWORD: "set_password",
    }
    return frozenset(capability for capability, method in methods.items() if hasattr(connector, method))
