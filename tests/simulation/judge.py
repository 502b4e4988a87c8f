"""What must be true: of the journal, whatever happened; of the targets, once everything has been quiet for a while."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.sdk import Ref
from connectors.sdk.memory import Stored
from tests.simulation.people import ENTERPRISE, Known
from tests.simulation.system import System

NAMED_BY = {"User": ("users", "userName"), "Group": ("groups", "displayName")}
"""The kind of its entries, and the attribute that names them."""
SHOWN = ("userName", "displayName", "title", "active", "userType", "name", ENTERPRISE, "externalId")


@dataclass(frozen=True, slots=True)
class Resource:
    """A living resource, as the journal has it."""

    id: str
    type: str
    body: dict[str, Any]

    @property
    def number(self) -> str:
        return str(self.body["externalId"])


def living(db: sqlite3.Connection) -> dict[str, Resource]:
    """By number."""
    rows = db.execute("SELECT id, type, body FROM resource WHERE deleted IS NULL")
    found = [Resource(id_, type_, orjson.loads(body)) for id_, type_, body in rows]
    return {each.number: each for each in found}


def members(db: sqlite3.Connection) -> dict[str, set[str]]:
    """Who is in each group, by id."""
    found: dict[str, set[str]] = {}
    for group, member in db.execute("SELECT group_id, member FROM membership"):
        found.setdefault(group, set()).add(member)
    return found


def as_acknowledged(db: sqlite3.Connection, known: Iterable[Known]) -> Iterator[str]:
    """Nobody lost what was acknowledged; who was in doubt knows now."""
    found = living(db)
    for each in known:
        there = found.get(each.number)
        shown = None if there is None else _shown(there.body)
        told = [None if body is None else _shown(body) for body in (each.maybe or [each.body])]
        if shown not in told:
            yield f"{each.number} is {shown} in the journal; its client knows {told}"
        if each.maybe:
            each.body = next((b for b in each.maybe if (None if b is None else _shown(b)) == shown), None)
            each.id, each.maybe = there.id if there else each.id, []


def _shown(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in SHOWN if name in body}


class Judge:
    """One target, once nothing is to be done any more."""

    def __init__(self, db: sqlite3.Connection, system: System) -> None:
        self._people = living(db)
        self._members = members(db)
        self._system = system
        self._policy = system.policy
        self._entries: dict[str, list[Stored]] = {}
        for stored in system.memory.entries.values():
            if stored.ref.id not in system.foreign:
                self._entries.setdefault(str(*stored.attributes.get("number", ("?",))), []).append(stored)

    def wrong(self) -> Iterator[str]:
        """What is not as SCIM says."""
        name = self._system.name
        for number, entries in self._entries.items():
            if len(entries) > 1:
                yield f"{name}: {number} has {len(entries)} entries"
            if number not in self._people:
                yield f"{name}: {number} is deleted, and {entries[0].ref.locator} is there still"
        for number, each in self._people.items():
            entry = self._entry(number)
            found = self._user(each, entry) if each.type == "User" else self._group(each, entry)
            yield from (f"{name}: {number} {problem}" for problem in found)

    def _entry(self, number: str) -> Stored | None:
        return next(iter(self._entries.get(number, ())), None)

    def _of(self, resource: str) -> tuple[Resource | None, Stored | None]:
        each = next((r for r in self._people.values() if r.id == resource), None)
        return each, None if each is None else self._entry(each.number)

    def _user(self, user: Resource, entry: Stored | None) -> Iterator[str]:
        active = user.body.get("active") is not False
        if not self._in_scope(user):
            yield from self._left(entry)
        elif not active and self._policy.on_disable == "delete":
            if entry is not None:
                yield "is disabled, and should be gone"
        elif entry is None:
            if not self._is_shut_out(user):
                yield "is missing"
        elif not self._is_shut_out(user):
            want = self._attributes(user, active)
            yield from _different(entry, want)
            if entry.ref.locator != f"users/{user.body['userName'].casefold()}":
                yield f"{user.body['userName']} is at {entry.ref.locator}"
            locks = self._system.nature.can_lock and self._policy.on_disable == "lock"
            if entry.active is not active and (active or locks):  # who came back disabled may be locked since before
                yield f"active is {entry.active} there, {active} in SCIM"

    def _left(self, entry: Stored | None) -> Iterator[str]:
        if entry is not None and self._policy.on_leave == "delete":
            yield "left the scope, and should be gone"
        if entry is not None and self._policy.on_leave == "disable" and self._system.nature.can_lock and entry.active:
            yield "left the scope, and should be locked"

    def _is_shut_out(self, each: Resource, seen: tuple[str, ...] = ()) -> bool:
        """Another entry is where this one should be, and stays: somebody else's, or of one who left the scope."""
        if each.number in seen:  # they wait for one another
            return False
        kind, naming = NAMED_BY[each.type]
        place = f"{kind}/{each.body[naming].casefold()}"
        for stored in self._system.memory.entries.values():
            if stored.ref.locator == place and stored.ref.id in self._system.foreign:
                return True
            number = str(*stored.attributes.get("number", ("?",)))
            other = self._people.get(number)
            if stored.ref.locator == place and number != each.number and other is not None:
                return not self._in_scope(other) or self._is_shut_out(other, (*seen, each.number))
        return False

    def _attributes(self, user: Resource, active: bool) -> dict[str, Any]:
        want: dict[str, Any] = {
            "uid": (user.body["userName"],),
            "number": (user.number,),
            "sn": (user.body["name"]["familyName"],),
            "title": (user.body["title"],),
        }
        manager = user.body.get(ENTERPRISE, {}).get("manager", {}).get("value")
        if manager is not None and (entry := self._of(manager)[1]) is not None:
            want["manager"] = (entry.ref,)
        if self._policy.on_disable.startswith("attribute:"):
            want["state"] = ("on" if active else "off",)
        return want

    def _group(self, group: Resource, entry: Stored | None) -> Iterator[str]:
        if entry is None:
            if not self._is_shut_out(group):
                yield "is missing"
            return
        if not self._is_shut_out(group):
            want = {"cn": (group.body["displayName"],), "number": (group.number,)}
            yield from _different(entry, want)
        may, must = self._guests(entry), set()
        for ref, is_sure in map(self._member, self._asked(group.id)):
            if ref is not None:
                may.add(self._value(ref))
                must |= {self._value(ref)} if is_sure else set()
        if not must <= entry.members <= may:
            yield f"has the members {sorted(entry.members)}, should have {sorted(must)} and may have {sorted(may)}"

    def _guests(self, group: Stored) -> set[str]:
        """Who was put there by hand, where that is nothing to us."""
        if self._policy.ownership == "all":
            return set()
        return {member for id_, member in self._system.guests if id_ == group.ref.id}

    def _asked(self, group: str) -> set[str]:
        """Who is named in the group; where it is flattened, the users that a walk through all groups in it finds."""
        if not self._policy.flattens:
            return self._members.get(group, set())
        seen, ahead = set[str](), [group]
        while ahead:
            if (each := ahead.pop()) not in seen:
                seen.add(each)
                ahead += self._members.get(each, ())
        return {each.id for each in self._people.values() if each.type == "User"} & seen

    def _member(self, resource: str) -> tuple[Ref | None, bool]:
        """Who is asked for and wanted there; not sure: who was out of the scope and is disabled since, or is parked.

        Who is parked because another is at his place may be named by an entry that somebody removed.
        """
        each, entry = self._of(resource)
        if each is None or not self._in_scope(each):
            return None, False
        if entry is None:
            return (self._system.robbed if self._is_shut_out(each) else None), False
        active = each.body.get("active") is not False
        return entry.ref, active and not self._is_shut_out(each)

    def _in_scope(self, each: Resource) -> bool:
        return each.type == "Group" or not self._policy.scoped or each.body.get("userType") == "Employee"

    def _value(self, ref: Ref) -> str:
        return ref.locator if self._system.nature.by_locator else ref.id


def _different(entry: Stored, want: dict[str, tuple[Any, ...]]) -> Iterator[str]:
    """By the target's own rule of equality: upper and lower case say nothing."""
    if _folded(entry.attributes) != _folded(want):
        yield f"has {entry.attributes}, should have {want}"


def _folded(attributes: Mapping[str, tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {name: [v.casefold() if isinstance(v, str) else v for v in values] for name, values in attributes.items()}
