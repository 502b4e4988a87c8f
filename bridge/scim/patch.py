"""PATCH (RFC 7644 §3.5.2): body + current resource → the patched resource, and what happens to members.

All operations are applied to a copy, in order, and all or none take effect. `members` of a group are never in the
resource: operations on them come out as `MemberOp`s. What real clients send is taken where it cannot mean anything
else: `op` in any case, dotted and URN names in a value without path, a member list in a remove, a bare manager id.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bridge.scim.errors import InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget
from bridge.scim.evaluate import compile_selection
from bridge.scim.filter import And, Comparison, Operator, Tree
from bridge.scim.members import (
    Member,
    MemberOp,
    MembersAdd,
    MembersRemove,
    MembersRemoveWhere,
    MembersSet,
    read_members,
    split_members,
)
from bridge.scim.path import Path, resolve
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute, Schema
from bridge.scim.schemas import Mutability as Characteristic
from bridge.scim.validate import finish
from bridge.scim.values import many, one, one_primary, whole

__all__ = [
    "Member",
    "MemberOp",
    "MembersAdd",
    "MembersRemove",
    "MembersRemoveWhere",
    "MembersSet",
    "Patched",
    "apply",
    "split_members",
]

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MOST_OPERATIONS = 1000

Resource = dict[str, Any]


class Op(StrEnum):
    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Patched:
    """What came of it. `changed` says nothing of members: the journal sees whether a row changes."""

    resource: Resource
    members: tuple[MemberOp, ...]
    changed: bool


@dataclass(slots=True)
class _Work:
    """The resource while it is patched."""

    resource: Resource
    type: ResourceType
    members: list[MemberOp]

    def holder(self, extension: Schema | None, *, make: bool = False) -> Resource:
        """Where the attribute lives: the resource, or an extension's object."""
        if extension is None:
            return self.resource
        if make:
            data: Resource = self.resource.setdefault(extension.id, {})
            return data
        return self.resource.get(extension.id) or {}


def apply(current: Mapping[str, Any], body: object, resource_type: ResourceType) -> Patched:
    """Apply a PATCH body; a `ScimError` says which operation cannot be, and nothing is changed then."""
    work = _Work(copy.deepcopy(dict(current)), resource_type, [])
    for operation in read_operations(body):
        _apply(work, operation)
    for extension in resource_type.extensions:
        if not work.resource.get(extension.schema.id, True):
            del work.resource[extension.schema.id]
    resource = finish(work.resource, resource_type)
    return Patched(resource, tuple(work.members), resource != current)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as sent. `value` may be None: `has_value` tells null from absent."""

    op: Op
    path: str | None
    value: Any
    has_value: bool


def read_operations(body: object) -> list[Operation]:
    """The operations of a PatchOp message; `InvalidSyntax` where it is not one."""
    if not isinstance(body, dict):
        raise InvalidSyntax("the body must be a PatchOp message as a JSON object")
    fields = {name.lower(): value for name, value in body.items()}
    schemas = fields.get("schemas")
    if not isinstance(schemas, list) or PATCH_OP not in schemas:
        raise InvalidSyntax(f"schemas must be [{PATCH_OP!r}]")
    operations = fields.get("operations")
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntax("Operations must be a list of at least one operation")
    if len(operations) > MOST_OPERATIONS:
        raise InvalidSyntax(f"a PATCH may have {MOST_OPERATIONS} operations at most")
    return [_operation(each) for each in operations]


def _operation(raw: object) -> Operation:
    if not isinstance(raw, dict):
        raise InvalidSyntax("an operation must be a JSON object")
    fields = {name.lower(): value for name, value in raw.items()}
    op = fields.get("op")
    if not isinstance(op, str) or op.lower() not in tuple(Op):
        raise InvalidSyntax("op must be one of add, replace, remove")
    path = fields.get("path")
    if path is not None and not isinstance(path, str):
        raise InvalidPath("path must be a string")
    operation = Operation(Op(op.lower()), path or None, fields.get("value"), "value" in fields)
    if operation.op is not Op.REMOVE and not operation.has_value:
        raise InvalidValue(f"{operation.op} needs a value")
    return operation


def _apply(work: _Work, operation: Operation) -> None:
    if operation.path is not None:
        _apply_at(work, operation.op, resolve(operation.path, work.type), operation.value)
    elif operation.op is Op.REMOVE:
        raise NoTarget("remove needs a path")
    elif not isinstance(operation.value, dict):
        raise InvalidValue("without a path, the value must be an object of attributes")
    else:
        for name, value in operation.value.items():
            _apply_named(work, operation.op, name, value)


def _apply_named(work: _Work, op: Op, name: str, value: Any) -> None:
    """One attribute of a value without path. Unknown ones are left out, as in a POST; so are read-only ones."""
    try:
        path = resolve(name, work.type)
    except InvalidPath:
        schema = work.type.schema_of(name)
        if schema is work.type.schema and isinstance(value, dict):
            for inner, each in value.items():
                _apply_named(work, op, inner, each)
        return
    if path.leaf is not None and (path.leaf.read_only or path.leaf.name == "schemas"):
        return
    _apply_at(work, op, path, value)


def _apply_at(work: _Work, op: Op, path: Path, value: Any) -> None:
    attribute = path.attribute
    if attribute is None:
        assert path.extension is not None
        _apply_extension(work, op, path.extension, value)
        return
    _may_change(path)
    if attribute.name == "members" and work.type.name == "Group":
        work.members.append(_on_members(op, path, value))
        return
    if op is not Op.REMOVE and _means_nothing(attribute, path, value):
        op, value = Op.REMOVE, None
    if op is Op.REMOVE and path.extension is not None and path.extension.id not in work.resource:
        return
    holder = work.holder(path.extension, make=op is not Op.REMOVE)
    _immutable_stays(path, holder, op, value)
    if path.selection is not None:
        _on_selected(holder, op, path, value)
    elif path.sub is not None:
        _on_sub(holder, op, attribute, path.sub, value)
    else:
        _ON[op](holder, attribute, value)
    if attribute.required and holder.get(attribute.name) in (None, "", []):
        raise Mutability(f"{attribute.name} is required and cannot be removed")


def _may_change(path: Path) -> None:
    for attribute in (path.attribute, path.sub):
        if attribute is not None and (attribute.read_only or attribute.name == "schemas"):
            raise Mutability(f"{attribute.name} is read-only")


def _immutable_stays(path: Path, holder: Resource, op: Op, value: Any) -> None:
    attribute = path.attribute
    assert attribute is not None
    fixed = attribute.mutability is Characteristic.IMMUTABLE and attribute.name in holder
    if fixed and (op is Op.REMOVE or whole(attribute, value) != holder[attribute.name]):
        raise Mutability(f"{attribute.name} is immutable: it has a value that cannot change")


def _means_nothing(attribute: Attribute, path: Path, value: Any) -> bool:
    """null and [] mean "no value" (RFC 7643 §2.5); so does "" for a complex one (Entra ID clears a manager so)."""
    leaf = path.sub or attribute
    return value is None or value == [] or (value == "" and leaf.is_complex and path.selection is None)


def _apply_extension(work: _Work, op: Op, extension: Schema, value: Any) -> None:
    if op is Op.REMOVE:
        work.resource.pop(extension.id, None)
        return
    if not isinstance(value, dict):
        raise InvalidValue(f"the value of {extension.id} must be an object")
    for name, each in value.items():
        _apply_named(work, op, f"{extension.id}:{name}", each)


def _add(holder: Resource, attribute: Attribute, value: Any) -> None:
    if attribute.multi_valued:
        old = holder.get(attribute.name, [])
        new = [each for each in many(attribute, value if isinstance(value, list) else [value]) if each not in old]
        _put_values(holder, attribute, old + new, new)
    elif attribute.is_complex:
        merged = {**(holder.get(attribute.name) or {}), **(whole(attribute, value) or {})}
        _put(holder, attribute, _without_nulls(attribute, merged, value))
    else:
        _put(holder, attribute, whole(attribute, value))


def _replace(holder: Resource, attribute: Attribute, value: Any) -> None:
    if attribute.multi_valued:
        _put_values(holder, attribute, many(attribute, value if isinstance(value, list) else [value]), [])
    else:
        _add(holder, attribute, value)


def _remove(holder: Resource, attribute: Attribute, value: Any) -> None:
    if attribute.multi_valued and value not in (None, []):
        unwanted = many(attribute, value if isinstance(value, list) else [value])
        kept = [each for each in holder.get(attribute.name, []) if not any(_covers(u, each) for u in unwanted)]
        _put_values(holder, attribute, kept, [])
    else:
        holder.pop(attribute.name, None)


_ON: dict[Op, Callable[[Resource, Attribute, Any], None]] = {Op.ADD: _add, Op.REPLACE: _replace, Op.REMOVE: _remove}


def _covers(unwanted: Any, value: Any) -> bool:
    if isinstance(unwanted, dict) and isinstance(value, dict):
        return all(value.get(name) == each for name, each in unwanted.items())
    return bool(unwanted == value)


def _without_nulls(attribute: Attribute, merged: Resource, value: Any) -> Resource | None:
    """A sub-attribute sent as null is cleared."""
    if isinstance(value, dict):
        for name, each in value.items():
            sub = attribute.sub(name)
            if each is None and sub is not None and not sub.read_only:
                merged.pop(sub.name, None)
    return merged or None


def _put(holder: Resource, attribute: Attribute, value: Any) -> None:
    if value is None:
        holder.pop(attribute.name, None)
    else:
        holder[attribute.name] = value


def _put_values(holder: Resource, attribute: Attribute, values: list[Any], new: list[Any]) -> None:
    """A new primary value takes the mark from the old one (RFC 7644 §3.5.2)."""
    primary = next((each for each in new if isinstance(each, dict) and each.get("primary") is True), None)
    _put(holder, attribute, one_primary(values, primary) or None)


def _on_sub(holder: Resource, op: Op, attribute: Attribute, sub: Attribute, value: Any) -> None:
    if attribute.multi_valued:
        values = holder.get(attribute.name, [])
        if not values and op is not Op.REMOVE:
            values = [{}]
        _change_selected(holder, attribute, values, values, lambda each: _with_sub(each, op, sub, value))
        return
    changed = _with_sub(holder.get(attribute.name) or {}, op, sub, value)
    _put(holder, attribute, changed or None)


def _with_sub(value: Any, op: Op, sub: Attribute, new: Any) -> Any:
    changed = dict(value) if isinstance(value, dict) else {"value": value}
    if op is Op.REMOVE:
        changed.pop(sub.name, None)
    else:
        _ON[op](changed, sub, new)
    return changed


def _on_selected(holder: Resource, op: Op, path: Path, value: Any) -> None:
    """`attr[filter]` and `attr[filter].sub`: what is selected is changed; an add makes what its filter describes."""
    attribute, sub = path.attribute, path.sub
    assert attribute is not None
    assert path.selection is not None
    values = holder.get(attribute.name, [])
    selects = compile_selection(path.selection, attribute)
    selected = [each for each in values if selects(each)]
    if not selected:
        made = _made(path.selection, attribute) if op is Op.ADD else None
        if made is None:
            raise NoTarget(f"no value of {attribute.name} matches the path")
        values, selected = [*values, made], [made]
    if op is Op.REMOVE and sub is None:
        _put_values(holder, attribute, [each for each in values if each not in selected], [])
    elif sub is not None:
        _change_selected(holder, attribute, values, selected, lambda each: _with_sub(each, op, sub, value))
    else:
        new = _selected_value(attribute, value)
        _change_selected(holder, attribute, values, selected, lambda each: _merge(each, new))


def _selected_value(attribute: Attribute, value: Any) -> Any:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return one(attribute, value)


def _merge(each: Any, new: Any) -> Any:
    return {**each, **new} if isinstance(each, dict) and isinstance(new, dict) else new


def _change_selected(
    holder: Resource, attribute: Attribute, values: list[Any], selected: list[Any], change: Callable[[Any], Any]
) -> None:
    result, new = [], []
    for each in values:
        if any(each is one_of for one_of in selected):
            each = change(each)
            new.append(each)
        if each not in (None, {}):
            result.append(each)
    _put_values(holder, attribute, result, new)


def _made(selection: Tree, attribute: Attribute) -> Resource | None:
    """The value that an equality describes: `type eq "work"` makes {"type": "work"}; None where it describes none."""
    made: Resource = {}
    for term in selection.terms if isinstance(selection, And) else (selection,):
        if not isinstance(term, Comparison) or term.operator is not Operator.EQ or term.name.sub or term.name.urn:
            return None
        sub = attribute.sub(term.name.attribute)
        if sub is None or term.literal is None:
            return None
        made[sub.name] = whole(sub, term.literal)
    return made


def _on_members(op: Op, path: Path, value: Any) -> MemberOp:
    if path.sub is not None:
        raise Mutability(f"members.{path.sub.name} cannot be changed: remove the member and add another")
    if path.selection is not None:
        return _on_selected_members(op, path.selection, path, value)
    if op is Op.ADD:
        return MembersAdd(read_members(value) if value is not None else ())
    if op is Op.REPLACE:
        return MembersSet(read_members(value) if value not in (None, []) else ())
    if value in (None, []):
        return MembersSet(())
    return MembersRemove(tuple(member.value for member in read_members(value)))


def _on_selected_members(op: Op, selection: Tree, path: Path, value: Any) -> MemberOp:
    assert path.attribute is not None
    described = _made(selection, path.attribute)
    if op is Op.REMOVE:
        if described is not None and described.keys() == {"value"}:
            return MembersRemove((described["value"],))
        return MembersRemoveWhere(compile_selection(selection, path.attribute))
    if op is Op.ADD and described is not None and "value" in described:
        return MembersAdd(read_members([described]))
    raise NoTarget("a member cannot be replaced by another: remove it and add the other")
