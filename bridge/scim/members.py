"""Members of a group, taken out of the resource: what the journal keeps as rows, and the operations on them.

A PATCH of members is a list of these operations, in order; none needs to see the list, so one member more costs the
same in a group of ten and of 100,000.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bridge.scim.errors import InvalidValue
from bridge.scim.resource_types import GROUP
from bridge.scim.values import many

_ATTRIBUTE = GROUP.names["members"]


@dataclass(frozen=True, slots=True)
class Member:
    """One member: the id of a resource; its type where the client said it."""

    value: str
    type: str | None = None
    display: str | None = None

    def as_scim(self) -> dict[str, Any]:
        shown = {"value": self.value, "type": self.type, "display": self.display}
        return {name: value for name, value in shown.items() if value is not None}


ShowMember = Callable[[Member], dict[str, Any]]
"""A member → as a group shows it, `$ref` included."""


@dataclass(frozen=True, slots=True)
class MembersSet:
    """The members are these and no others."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class MembersAdd:
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class MembersRemove:
    """These ids are no members. `must_match`: that none of them is one already is no target (RFC 7644 §3.12)."""

    ids: tuple[str, ...]
    must_match: bool = False


@dataclass(frozen=True, slots=True)
class MembersRemoveWhere:
    """Members of whom this is true, as the group shows them, are none any more."""

    selects: Callable[[Any], bool] = field(compare=False)
    must_match: bool = False
    show: ShowMember = field(default=Member.as_scim, compare=False)

    def matches(self, member: Member) -> bool:
        return self.selects(self.show(member))


MemberOp = MembersSet | MembersAdd | MembersRemove | MembersRemoveWhere


def split_members(resource: dict[str, Any]) -> tuple[dict[str, Any], tuple[Member, ...] | None]:
    """The resource without its members, and the members; None where it says nothing of them."""
    if "members" not in resource:
        return resource, None
    rest = dict(resource)
    return rest, _members(rest.pop("members"))


def read_members(value: Any) -> tuple[Member, ...]:
    """Members as an operation's value has them: a list, or one alone; objects, or plain ids.

    One that holds nothing is refused, not left out: else `replace` by a list of such would remove everybody.
    """
    values = value if isinstance(value, list) else [value]
    members = _members(many(_ATTRIBUTE, values))
    if len(members) != len(values):
        raise _nameless()
    return members


def _members(values: list[dict[str, Any]]) -> tuple[Member, ...]:
    return tuple(_member(value) for value in values)


def _member(value: dict[str, Any]) -> Member:
    id_ = value.get("value")
    if not id_:
        raise _nameless()
    return Member(id_, _type(value), value.get("display"))


def _nameless() -> InvalidValue:
    return InvalidValue("a member needs a value: the id of a user or group")


def _type(value: dict[str, Any]) -> str | None:
    """As the client says it, or as the reference shows it."""
    said = value.get("type")
    if isinstance(said, str) and said.lower() in ("user", "group"):
        return said.capitalize()
    reference = value.get("$ref") or ""
    if "/Users/" in reference:
        return "User"
    return "Group" if "/Groups/" in reference else None
