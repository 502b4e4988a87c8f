"""POST, PUT, PATCH, DELETE: say what the resource shall be; the journal decides it in its writer, and commits.

A password is taken out before anything is recorded, and handed over beside the resource.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bridge.edge.body import aside, without_password
from bridge.edge.parts import Asked, Edge
from bridge.journal.accept import Accepted, Decide, Delete, Request, Write, accept
from bridge.journal.resources import Stored
from bridge.scim import patch
from bridge.scim.errors import InvalidValue
from bridge.scim.members import Member, MemberOp, MembersAdd, MembersSet, split_members
from bridge.scim.resource_types import ResourceType
from bridge.scim.unknown import refuse_in_patch, refuse_in_resource
from bridge.scim.validate import receive, replace, take_password
from bridge.scim.written import written

LONGEST_NAME = 1024
"""Characters of a userName or an externalId."""
LONGEST_PASSWORD = 1024


@dataclass(frozen=True, slots=True)
class Prepared:
    """A write that is read and checked as far as it can be without the current resource."""

    request: Request
    decide: Decide


async def carry_out(edge: Edge, asked: Asked, method: str) -> Accepted:
    """Carry out a POST, PUT, PATCH or DELETE; it is on disk then."""
    prepared = await aside(asked.is_large, lambda: prepare(asked, method))
    targets_for = edge.targets_for
    accepted = await edge.journal.submit(lambda tx: accept(tx, prepared.request, prepared.decide, targets_for))
    if named := written(_said(asked, method), asked.type):
        asked.search = dataclasses.replace(asked.search, written=named)
    return accepted


def prepare(asked: Asked, method: str, new_id: str | None = None) -> Prepared:
    """What the writer is to do; a `ScimError` where nothing is to be done at all."""
    operation, decider = _METHODS[method]
    request = Request(
        tenant=asked.client.tenant,
        client=asked.client.name,
        type=asked.type.name,
        id=asked.id,
        operation=operation,
        payload=without_password(asked.raw),
        if_match=asked.if_match,
        if_none_match=asked.if_none_match,
        new_id=new_id,
    )
    return Prepared(request, decider(asked))


def _create(asked: Asked) -> Decide:
    resource, members = _split(receive(_body(asked), asked.type), asked.type)
    write = _write(asked.type, resource, () if members is None else (MembersAdd(members),))
    return lambda _: write


def _put(asked: Asked) -> Decide:
    """What the body leaves out is cleared, members too."""
    raw = _body(asked)

    def decide(current: Stored | None) -> Write:
        assert current is not None
        resource, members = _split(replace(current.body, raw, asked.type), asked.type)
        operations = (MembersSet(members or ()),) if "members" in asked.type.related else ()
        return _write(asked.type, resource, operations)

    return decide


def _patch(asked: Asked) -> Decide:
    operations = _operations(asked)

    def decide(current: Stored | None) -> Write:
        assert current is not None
        patched = patch.apply(
            current.body, operations, asked.type, asked.client.profile, asked.looks, asked.show_member
        )
        return _write(asked.type, patched.resource, patched.members)

    return decide


def _delete(_: Asked) -> Decide:
    return lambda _: Delete()


_METHODS: dict[str, tuple[str, Callable[[Asked], Decide]]] = {
    "POST": ("create", _create),
    "PUT": ("replace", _put),
    "PATCH": ("patch", _patch),
    "DELETE": ("delete", _delete),
}


def _said(asked: Asked, method: str) -> Iterator[tuple[str, Any]]:
    """What the body names, with its values."""
    if method == "PATCH":
        for operation in _operations(asked):
            yield from operation.value.items() if operation.path is None else ((operation.path, operation.value),)
    elif method != "DELETE":
        yield from _body(asked).items()


def is_members_patch(asked: Asked) -> bool:
    """Whether members alone are patched, and the client did not say what it wants to be shown."""
    if "members" not in asked.type.related or asked.search.attributes or asked.search.excluded:
        return False
    return all(_is_about_members(operation) for operation in patch.read_operations(asked.raw, asked.client.profile))


def _is_about_members(operation: patch.Operation) -> bool:
    if operation.path is not None:
        return operation.path.lower().startswith("members")
    return isinstance(operation.value, dict) and all(name.lower() == "members" for name in operation.value)


def _operations(asked: Asked) -> list[patch.Operation]:
    """The operations that were sent, in the RFC's words."""
    operations = patch.read_operations(asked.raw, asked.client.profile)
    if asked.client.refuses_unknown:
        refuse_in_patch(operations, asked.type)
    return operations


def _body(asked: Asked) -> Any:
    """The resource that was sent, in the RFC's words."""
    raw = asked.client.profile.body(asked.raw, asked.type.schema.id)
    if asked.client.refuses_unknown:
        refuse_in_resource(raw, asked.type)
    return raw


def _split(resource: dict[str, Any], type_: ResourceType) -> tuple[dict[str, Any], tuple[Member, ...] | None]:
    """The resource without members, where they are kept beside it."""
    return split_members(resource) if "members" in type_.related else (resource, None)


def _write(type_: ResourceType, resource: dict[str, Any], members: tuple[MemberOp, ...]) -> Write:
    body, password = take_password(resource)
    if password is not None and len(password) > LONGEST_PASSWORD:
        raise InvalidValue(f"password is longer than {LONGEST_PASSWORD} characters")
    name, external = _name(body, type_.unique), _name(body, "externalId")
    key = None if name is None else type_.unique_key(name)
    return Write(body, key, external, members, type_.unique, password)


def _name(body: dict[str, Any], attribute: str | None) -> Any:
    """The value of an attribute by which resources are found: it stands in an index, so it is no novel."""
    value = body.get(attribute) if attribute else None
    if isinstance(value, str) and len(value) > LONGEST_NAME:
        raise InvalidValue(f"{attribute} is longer than {LONGEST_NAME} characters")
    return value
