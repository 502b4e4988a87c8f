"""A connector that keeps its entries in memory: the reference of every promise, and the fake in tests.

Two entries at one place are refused as a directory refuses them. `fail` lets a test say what the next calls
raise; `calls` records what was asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import count

from connectors.sdk.errors import Conflict, ConnectorError, Gone, Refused
from connectors.sdk.values import (
    EVERYTHING,
    Capability,
    Change,
    Delta,
    Entry,
    Fault,
    Key,
    Page,
    Probe,
    Query,
    Ref,
    Value,
    Verb,
)

PAGE = 100


@dataclass
class Stored:
    """One entry as the fake holds it."""

    ref: Ref
    attributes: dict[str, tuple[Value, ...]]
    members: set[str] = field(default_factory=set)
    active: bool = True
    password: str | None = field(default=None, repr=False)


@dataclass
class MemoryConnector:
    """Keeps every promise of the protocol; `name` maps a kind to the attribute that names its entries."""

    name: dict[str, str] = field(default_factory=lambda: {"users": "uid", "groups": "cn"})
    concurrency: int = 8
    entries: dict[str, Stored] = field(default_factory=dict)
    calls: list[tuple[str, object]] = field(default_factory=list)
    fail: list[ConnectorError | None] = field(default_factory=list)
    complete: bool = True
    identity: str = "memory"
    creates_locked: bool = False
    """New users are locked, and unlocked only with a password: as Active Directory has it."""
    _ids: count[int] = field(default_factory=lambda: count(1))

    async def open(self) -> None:
        self._note("open", None)

    async def probe(self) -> Probe:
        self._call("probe", None)
        locked = frozenset({"users"}) if self.creates_locked else frozenset[str]()
        return Probe("memory", frozenset(Capability), identity=self.identity, creates_locked=locked)

    async def get(self, ref: Ref, attributes: Sequence[str], members: bool = False) -> Entry | None:
        self._call("get", ref)
        stored = self._stored(ref)
        return None if stored is None else _entry(stored, attributes, members)

    async def search(self, query: Query) -> AsyncIterator[Page]:
        self._call("search", query)
        found = [s for s in self.entries.values() if s.ref.kind == query.kind]
        for start in range(0, len(found), PAGE):
            part = found[start : start + PAGE]
            entries = [_entry(stored, query.attributes, query.members) for stored in part]
            yield Page(entries, marks={s.ref.id: _mark(query.salt, s) for s in part} if query.salt else {})
        yield Page((), complete=self.complete)

    async def find(self, key: Key) -> list[Ref]:
        self._call("find", key)
        wanted = self.normalise(key.kind, key.attribute, [key.value])
        return [
            s.ref
            for s in self.entries.values()
            if s.ref.kind == key.kind
            and wanted <= self.normalise(key.kind, key.attribute, s.attributes.get(key.attribute, ()))
        ]

    def locate(self, entry: Entry) -> str:
        if entry.ref is not None:
            return entry.ref.locator
        name = self.name[entry.kind]
        (value,) = self.normalise(entry.kind, name, entry.attributes[name][:1])
        under = entry.under or ()
        place = under if isinstance(under, str) else "/".join((entry.kind, *under)).casefold()
        return f"{place}/{value!s}"

    def name_of(self, kind: str) -> str:
        return self.name[kind]

    def normalise(self, kind: str, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
        return frozenset(v.casefold() if isinstance(v, str) else v for v in values)

    def check(self, entry: Entry) -> list[Fault]:
        name = self.name[entry.kind]
        if entry.attributes.get(name):
            return []
        return [
            Fault(name, f"{name} has no value, and it names the entry", f"map {name} to a value that is always there")
        ]

    async def create(self, entry: Entry) -> Ref:
        self._call("create", entry)
        locator = self.locate(entry)
        if any(s.ref.locator == locator for s in self.entries.values()):
            raise Conflict(f"there is an entry at {locator} already", code="exists")
        ref = Ref(entry.kind, str(next(self._ids)), locator)
        begins_locked = self.creates_locked and entry.kind == "users"
        self.entries[ref.id] = Stored(ref, {k: v for k, v in entry.attributes.items() if v}, active=not begins_locked)
        return ref

    async def update(self, ref: Ref, delta: Delta) -> Ref:
        self._call("update", delta)
        stored = self._present(ref)
        if delta.relocate:
            locator = self.locate(delta.entry)
            if any(s.ref.locator == locator and s is not stored for s in self.entries.values()):
                raise Conflict(f"there is an entry at {locator} already", code="exists")
            stored.ref = replace(stored.ref, locator=locator)
        for change in delta.changes:
            _apply(stored, change)
        return stored.ref

    async def delete(self, ref: Ref) -> None:
        self._call("delete", ref)
        self.entries.pop(ref.id, None)

    def member_value(self, member: Ref) -> str:
        return member.locator

    async def update_members(self, ref: Ref, add: Sequence[str], remove: Sequence[str]) -> None:
        self._call("update_members", (ref, tuple(add), tuple(remove)))
        stored = self._present(ref)
        stored.members = (stored.members - set(remove)) | set(add)

    async def activate(self, ref: Ref, active: bool) -> None:
        self._call("activate", (ref, active))
        stored = self._present(ref)
        if active and self.creates_locked and stored.password is None:
            raise Refused("an account without a password is not enabled", code="notEnabled", fix="send a password")
        stored.active = active

    async def set_password(self, ref: Ref, password: str) -> None:
        self._call("set_password", ref)
        self._present(ref).password = password

    async def close(self) -> None:
        self._note("close", None)

    def _note(self, verb: str, what: object) -> None:
        self.calls.append((verb, what))

    def _call(self, verb: str, what: object) -> None:
        self._note(verb, what)
        error = self.fail.pop(0) if self.fail else None
        if error is not None:
            raise error

    def _stored(self, ref: Ref) -> Stored | None:
        if ref.id:
            return self.entries.get(ref.id)
        return next((s for s in self.entries.values() if s.ref.locator == ref.locator), None)

    def _present(self, ref: Ref) -> Stored:
        stored = self._stored(ref)
        if stored is None:
            raise Gone("there is no such entry", code="absent")
        return stored


def _mark(salt: str, stored: Stored) -> str:
    return blake2b(repr((salt, stored.ref, stored.attributes)).encode(), digest_size=16).hexdigest()


def _entry(stored: Stored, attributes: Sequence[str], members: bool) -> Entry:
    return Entry(
        stored.ref.kind,
        {a: v for a, v in stored.attributes.items() if a in attributes or EVERYTHING in attributes},
        stored.ref,
        tuple(sorted(stored.members)) if members else None,
    )


def _apply(stored: Stored, change: Change) -> None:
    have = stored.attributes.get(change.attribute, ())
    match change.verb:
        case Verb.REPLACE:
            values = change.values
        case Verb.ADD:
            values = have + tuple(v for v in change.values if v not in have)
        case Verb.REMOVE:
            values = tuple(v for v in have if v not in change.values)
    stored.attributes[change.attribute] = values
    if not values:
        del stored.attributes[change.attribute]
