"""What a change is in PATCH (RFC 7644 §3.5.2), in the one dialect that every service reads. Pure.

Each operation has a path, and no path selects: a multi-valued attribute is written whole, with the values of others in
it, for many services know no `emails[type eq "work"]` in PATCH. Members alone are added and removed one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from connectors.scim.places import Place
from connectors.scim.resource import Json, changed, for_put, top_value
from connectors.scim.settings import RemovedBy
from connectors.sdk import Change, Verb

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
Placed = Sequence[tuple[Place, Change]]


class Edit(Protocol):
    """A change of one resource, whichever way the service takes it."""

    @property
    def reads_before(self) -> bool:
        """Whether what is there must be known: other values are kept beside ours."""

    def requests(self, current: Mapping[str, Any]) -> Iterator[list[Json]]:
        """The operations of each PATCH; `current` is empty where it was not read."""

    def whole(self, current: Mapping[str, Any]) -> Json:
        """The resource as PUT writes it."""


@dataclass(frozen=True, slots=True)
class AttributeEdit:
    """Changes of attributes; `schemas` are the URNs that they need."""

    changes: Placed
    schemas: Sequence[str] = ()

    @property
    def reads_before(self) -> bool:
        return any(p.attribute.multi_valued or change.verb is not Verb.REPLACE for p, change in self.changes)

    def requests(self, current: Mapping[str, Any]) -> Iterator[list[Json]]:
        if found := operations(current, self.changes):
            yield found

    def whole(self, current: Mapping[str, Any]) -> Json:
        return for_put(after(current, self.changes), self.schemas)


@dataclass(frozen=True, slots=True)
class MemberEdit:
    """Members to add and to remove, by their ids: at most so many in a request."""

    add: Sequence[str]
    remove: Sequence[str]
    most: int = 100
    removed_by: RemovedBy = RemovedBy.PATH

    @property
    def reads_before(self) -> bool:
        return False

    def requests(self, current: Mapping[str, Any]) -> Iterator[list[Json]]:
        for some in _parts(self.remove, self.most):
            by_path = self.removed_by is RemovedBy.PATH
            yield [_removal(one) for one in some] if by_path else [_change("remove", some)]
        for some in _parts(self.add, self.most):
            yield [_change("add", some)]

    def whole(self, current: Mapping[str, Any]) -> Json:
        gone = set(self.remove)
        have = [each for each in current.get("members") or () if member_id(each) not in gone]
        there = {member_id(each) for each in have}
        new = [{"value": member} for member in self.add if member not in there]
        return for_put({**current, "members": [*have, *new]}, ())


def member_id(member: Any) -> str:
    """The id of a member as a group shows it; some show the id alone."""
    return str(member.get("value", "") if isinstance(member, dict) else member)


def after(resource: Mapping[str, Any], changes: Placed) -> Json:
    """The resource after all changes."""
    result = dict(resource)
    for place, change in changes:
        result = changed(result, place, change)
    return result


def operations(current: Mapping[str, Any], changes: Placed) -> list[Json]:
    """The operations that make the changes; attributes that are as wanted already are left out, where that is known."""
    wanted = after(current, changes)
    found: dict[str, Json] = {}
    for place, _ in changes:
        have, value = top_value(current, place), top_value(wanted, place)
        if not place.attribute.multi_valued:
            found[place.path] = _operation(place.path, _single(place, value))
        elif have != value:
            found[place.top] = _operation(place.top, value)
    return list(found.values())


def message(operations: Sequence[Json]) -> Json:
    """The body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def _operation(path: str, value: Any) -> Json:
    return {"op": "remove", "path": path} if value is None else {"op": "replace", "path": path, "value": value}


def _single(place: Place, value: Any) -> Any:
    """Of a complex value the part alone that the path names; else no more than its `value`."""
    if place.sub is None or value is None:
        return value
    part = value.get(place.sub.name)
    return part if place.names_sub or part is None else {place.sub.name: part}


def _change(op: str, members: Sequence[str]) -> Json:
    return {"op": op, "path": "members", "value": [{"value": member} for member in members]}


def _removal(member: str) -> Json:
    return {"op": "remove", "path": f"members[value eq {orjson.dumps(member).decode()}]"}


def _parts(members: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(members), most):
        yield members[start : start + most]
