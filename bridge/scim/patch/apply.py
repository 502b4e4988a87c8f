"""Apply a PATCH to one resource: every operation in order, each seeing what the ones before it did, all or none.

A PATCH is worked out while nobody else can write, so how often it may look at values one by one is bounded.

What real clients send is taken where it cannot mean anything else: dotted and URN names as keys of a value without
path, read-only attributes among them. A path that leads nowhere is refused: a typo there would change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.scim.errors import InvalidPath, InvalidValue, Mutability, TooMany
from bridge.scim.filter import names_in
from bridge.scim.members import Member, MemberOp, MembersRemoveWhere, ShowMember
from bridge.scim.names import folded
from bridge.scim.patch.change import Resource, change, change_sub, check_immutable, listed, put, put_values
from bridge.scim.patch.membership import on_members
from bridge.scim.patch.message import Op, Operation
from bridge.scim.patch.selection import change_selected
from bridge.scim.path import Path, resolve
from bridge.scim.profiles import GENERIC, Profile
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute, Schema
from bridge.scim.validate import finish

MOST_LOOKS = 1_000_000
"""How often one request may look at a value: about a second."""
LOOKS_AT_MEMBERS = MOST_LOOKS // 10
"""What it counts as to select members by anything but their ids: a large group has as many."""


@dataclass(slots=True)
class Looks:
    """How often what a request asks for may still look at a value; the operations of a bulk share it."""

    left: int = MOST_LOOKS

    def spend(self, looks: int) -> None:
        self.left -= looks
        if self.left < 0:
            raise TooMany("the operations look at too many values one by one: send fewer of them in one request")


@dataclass(frozen=True, slots=True)
class Patched:
    """What came of it; the resource has no members. Whether their rows change is for the journal to see."""

    resource: Resource
    members: tuple[MemberOp, ...]


def apply(
    current: Mapping[str, Any],
    operations: Sequence[Operation],
    resource_type: ResourceType,
    profile: Profile = GENERIC,
    looks: Looks | None = None,
    show: ShowMember = Member.as_scim,
) -> Patched:
    """Apply the operations; a `ScimError` says which of them cannot be. `current` stays as it is."""
    work = _Work(dict(current), resource_type, profile, looks or Looks(), show)
    for operation in operations:
        if operation.path is not None:
            work.at(operation.op, resolve(operation.path, resource_type), operation.value)
        else:
            for name, value in operation.value.items():
                work.named(operation.op, name, value)
    return Patched(finish(work.resource, resource_type), tuple(work.members))


@dataclass(slots=True)
class _Work:
    """The resource while it is patched: a copy one level deep, and of each extension that is touched."""

    resource: Resource
    type: ResourceType
    profile: Profile
    looks: Looks
    show: ShowMember
    members: list[MemberOp] = field(default_factory=list)

    def named(self, op: Op, name: str, value: Any) -> None:
        """One attribute of a value without path. Unknown and read-only ones are left out, as in a POST."""
        try:
            path = resolve(name, self.type)
        except InvalidPath:
            if self.type.schema_of(name) is self.type.schema and isinstance(value, dict):
                folded(value)
                for inner, each in value.items():
                    self.named(op, inner, each)
            return
        if path.leaf is None or not _is_ours(path):
            self.at(op, path, value)

    def at(self, op: Op, path: Path, value: Any) -> None:
        """One operation at one path."""
        attribute = path.attribute
        if attribute is None:
            assert path.extension is not None
            self._extension(op, path.extension, value)
            return
        if attribute.name == "schemas":
            _check_schemas(op, value, self.type)
            return
        if _is_ours(path):
            raise Mutability(f"{(path.sub or attribute).name} is read-only")
        if path.extension is None and attribute.name in self.type.related:
            wanted = on_members(op, path, value, self.profile, self.show)
            self.looks.spend(sum(LOOKS_AT_MEMBERS for each in wanted if isinstance(each, MembersRemoveWhere)))
            self.members += wanted
            return
        holder = self._holder(path.extension)
        before = holder.get(attribute.name)
        if isinstance(before, list):
            self.looks.spend(len(before) * _looks(op, path, value))
        self._change(holder, op, path, value)
        _check(attribute, before, holder.get(attribute.name))

    def _change(self, holder: Resource, op: Op, path: Path, value: Any) -> None:
        assert path.attribute is not None
        if path.selection is not None:
            change_selected(holder, op, path, value, self.profile)
        elif path.sub is not None:
            _change_sub(holder, op, path.attribute, path.sub, value)
        else:
            change(holder, op, path.attribute, value)

    def _holder(self, extension: Schema | None) -> Resource:
        """Where the attribute lives: the resource, or an extension's object, which may be changed from now on."""
        if extension is None:
            return self.resource
        data: Resource = dict(self.resource.get(extension.id) or {})
        self.resource[extension.id] = data
        return data

    def _extension(self, op: Op, extension: Schema, value: Any) -> None:
        """A whole extension by its URN."""
        if op is Op.REMOVE or value is None:
            for attribute in extension.attributes:
                check_immutable(attribute, (self.resource.get(extension.id) or {}).get(attribute.name), None)
            self.resource.pop(extension.id, None)
        elif not isinstance(value, dict):
            raise InvalidValue(f"the value of {extension.id} must be an object")
        else:
            folded(value)
            for name, each in value.items():
                self.named(op, f"{extension.id}:{name}", each)


def _looks(op: Op, path: Path, value: Any) -> int:
    """How often one operation looks at each value that is there."""
    if path.selection is not None:
        return sum(1 for _ in names_in(path.selection))
    return max(1, len(value)) if op is Op.REMOVE and isinstance(value, list) else 1


def _is_ours(path: Path) -> bool:
    """Whether clients do not write it. `schemas` follows from the data that is there."""
    return any(each is not None and (each.read_only or each.name == "schemas") for each in (path.attribute, path.sub))


def _check_schemas(op: Op, value: Any, resource_type: ResourceType) -> None:
    """`schemas` follows from the data: who states what may be there changes nothing by that."""
    if op is Op.REMOVE or not value:
        raise Mutability("schemas is required and cannot be removed")
    if not all(isinstance(each, str) and resource_type.schema_of(each) for each in listed(value)):
        raise InvalidValue(f"schemas must be URNs of schemas that a {resource_type.name} has")


def _change_sub(holder: Resource, op: Op, attribute: Attribute, sub: Attribute, value: Any) -> None:
    """`attribute.sub`; of a multi-valued attribute, that of each value."""
    if not attribute.multi_valued:
        put(holder, attribute, change_sub(holder.get(attribute.name), op, sub, value))
        return
    values = holder.get(attribute.name) or ([] if op is Op.REMOVE else [{}])
    changed = [each for old in values if (each := change_sub(old, op, sub, value)) is not None]
    put_values(holder, attribute, changed, changed)


def _check(attribute: Attribute, before: Any, after: Any) -> None:
    """An immutable value stays, a required one is not taken away (RFC 7644 §3.5.2, §3.5.2.2)."""
    check_immutable(attribute, before, after)
    if attribute.required and after is None and before is not None:
        raise Mutability(f"{attribute.name} is required and cannot be removed")
