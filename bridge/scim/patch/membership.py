"""Operations at a group's `members`: path and value → operations on rows. The list itself is never seen here."""

from __future__ import annotations

from typing import Any

from bridge.scim.errors import Mutability, NoTarget
from bridge.scim.evaluate import compile_selection
from bridge.scim.filter import And, Or, Tree
from bridge.scim.members import (
    MemberOp,
    MembersAdd,
    MembersRemove,
    MembersRemoveWhere,
    MembersSet,
    ShowMember,
    read_members,
)
from bridge.scim.patch.message import Op
from bridge.scim.patch.selection import described
from bridge.scim.path import Path
from bridge.scim.profiles import Profile
from bridge.scim.schemas import Attribute


def on_members(op: Op, path: Path, value: Any, profile: Profile, show: ShowMember) -> tuple[MemberOp, ...]:
    """What one operation at `members` asks of the rows."""
    if path.sub is not None:
        raise Mutability(f"members.{path.sub.name} cannot be changed: remove the member and add another")
    if path.selection is not None:
        assert path.attribute is not None
        return _on_selected(op, path.selection, path.attribute, value, profile, show)
    if value is None or value == []:
        return () if op is Op.ADD else (MembersSet(()),)
    members = read_members(value)
    match op:
        case Op.ADD:
            return (MembersAdd(members),)
        case Op.REPLACE:
            return (MembersSet(members),)
        case Op.REMOVE:  # Entra ID and JumpCloud name so who goes
            return (MembersRemove(tuple(member.value for member in members)),)


def _on_selected(
    op: Op, selection: Tree, attribute: Attribute, value: Any, profile: Profile, show: ShowMember
) -> tuple[MemberOp, ...]:
    if op is Op.ADD:
        made = described(selection, attribute)
        if made is None or "value" not in made:
            raise NoTarget("the filter does not say which member to add: name it by its value")
        return (MembersAdd(read_members(made)),)
    must_match = op is Op.REPLACE or not profile.forgives_absent
    ids = _ids(selection, attribute)
    gone: MemberOp
    if ids is not None:
        gone = MembersRemove(ids, must_match)
    else:
        gone = MembersRemoveWhere(compile_selection(selection, attribute), must_match, show)
    if op is Op.REMOVE or value is None or value == []:
        return (gone,)
    return gone, MembersAdd(read_members(value))


def _ids(selection: Tree, attribute: Attribute) -> tuple[str, ...] | None:
    """The ids of `value eq "a" or value eq "b"`; None where members must be looked at to know."""
    found = []
    for term in selection.terms if isinstance(selection, Or) else (selection,):
        made = None if isinstance(term, And) else described(term, attribute)
        if made is None or made.keys() != {"value"}:
            return None
        found.append(made["value"])
    return tuple(found)
