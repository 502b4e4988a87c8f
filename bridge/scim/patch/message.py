"""The PatchOp message: a request's body → operations. What an operation does is not asked here.

`op` and the names of members are taken in any case (Entra ID writes `Add`); members that no operation has, such as
`name` or an `id` beside `Operations`, are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bridge.scim.errors import InvalidPath, InvalidSyntax, InvalidValue, NoTarget
from bridge.scim.names import folded
from bridge.scim.profiles import GENERIC, Profile

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MOST_OPERATIONS = 1000


class Op(StrEnum):
    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


_OPS = {op.value: op for op in Op}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. Without a path it is about the resource itself, and its value holds attributes."""

    op: Op
    path: str | None
    value: Any


def read_operations(body: object, profile: Profile = GENERIC) -> list[Operation]:
    """The operations of a PatchOp message, in the RFC's words; a `ScimError` says why it is none."""
    if not isinstance(body, dict):
        raise InvalidSyntax("the body must be a PatchOp message as a JSON object")
    fields = folded(body)
    schemas = fields.get("schemas")
    if not _states_patch_op(schemas) and (schemas or not profile.assumes_schema):
        raise InvalidSyntax(f"schemas must be [{PATCH_OP!r}]")
    operations = fields.get("operations")
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntax("Operations must be a list of at least one operation")
    if len(operations) > MOST_OPERATIONS:
        raise InvalidSyntax(f"a PATCH may have {MOST_OPERATIONS} operations at most")
    return [_operation(each, profile) for each in operations]


def _states_patch_op(schemas: object) -> bool:
    return isinstance(schemas, list) and any(isinstance(s, str) and s.lower() == PATCH_OP.lower() for s in schemas)


def _operation(raw: object, profile: Profile) -> Operation:
    if not isinstance(raw, dict):
        raise InvalidSyntax("an operation must be a JSON object")
    fields = folded(raw)
    said = fields.get("op")
    op = _OPS.get(said.lower()) if isinstance(said, str) else None
    if op is None:
        raise InvalidSyntax("op must be one of add, replace, remove")
    path = fields.get("path")
    if path is not None and not isinstance(path, str):
        raise InvalidPath("path must be a string")
    path = (path or "").strip() or None
    value: Any = fields.get("value")
    _check_value(op, path, fields)
    if path is None:
        folded(value)
        return Operation(op, None, {profile.path(name): each for name, each in value.items()})
    return Operation(op, profile.path(path), value)


def _check_value(op: Op, path: str | None, fields: dict[str, Any]) -> None:
    """A remove says by its path what goes; the others need a value, and nothing cannot be added."""
    if op is Op.REMOVE:
        if path is None:
            raise NoTarget("remove needs a path")
    elif "value" not in fields or (op is Op.ADD and fields["value"] is None):
        raise InvalidValue(f"{op} needs a value")
    elif path is None and not isinstance(fields["value"], dict):
        raise InvalidValue("without a path, the value must be an object of attributes")
