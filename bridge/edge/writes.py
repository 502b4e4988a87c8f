"""POST, PUT, PATCH, DELETE: say what the resource shall be; the journal decides it in its writer, and commits.

A password is taken out before anything is recorded.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from bridge.edge.body import aside, without_password
from bridge.edge.parts import Asked, Edge
from bridge.journal.accept import Accepted, Decide, Delete, Request, Write, accept
from bridge.journal.resources import Stored
from bridge.scim import patch
from bridge.scim.members import MemberOp, MembersAdd, MembersSet, split_members
from bridge.scim.resource_types import ResourceType
from bridge.scim.validate import receive, replace, take_password


async def create(edge: Edge, asked: Asked) -> Accepted:
    """POST."""
    resource, members = split_members(await aside(asked.is_large, lambda: receive(asked.raw, asked.type)))
    write = _write(asked.type, resource, () if members is None else (MembersAdd(members),))
    return await _accept(edge, asked, "create", lambda _: write)


async def put(edge: Edge, asked: Asked) -> Accepted:
    """PUT: what the body leaves out is cleared, members too."""

    def decide(current: Stored | None) -> Write:
        assert current is not None
        resource, members = split_members(replace(current.body, asked.raw, asked.type))
        operations = (MembersSet(members or ()),) if asked.type.name == "Group" else ()
        return _write(asked.type, resource, operations)

    return await _accept(edge, asked, "replace", decide)


async def patch_(edge: Edge, asked: Asked) -> Accepted:
    """PATCH."""
    patch.read_operations(asked.raw)  # a message that is none is refused before it waits for the writer

    def decide(current: Stored | None) -> Write:
        assert current is not None
        patched = patch.apply(current.body, asked.raw, asked.type)
        return _write(asked.type, patched.resource, patched.members)

    return await _accept(edge, asked, "patch", decide)


async def delete(edge: Edge, asked: Asked) -> Accepted:
    """DELETE."""
    return await _accept(edge, asked, "delete", lambda _: Delete())


def is_members_patch(asked: Asked) -> bool:
    """Whether members alone are patched, and the client did not say what it wants to be shown."""
    if asked.type.name != "Group" or asked.search.attributes or asked.search.excluded:
        return False
    return all(_is_about_members(operation) for operation in patch.read_operations(asked.raw))


def _is_about_members(operation: patch.Operation) -> bool:
    if operation.path is not None:
        return operation.path.lower().startswith("members")
    return isinstance(operation.value, dict) and all(name.lower() == "members" for name in operation.value)


async def _accept(edge: Edge, asked: Asked, operation: str, decide: Decide) -> Accepted:
    payload = await aside(asked.is_large, lambda: without_password(asked.raw))
    request = Request(
        tenant=asked.client.tenant,
        client=asked.client.name,
        type=asked.type.name,
        id=asked.id,
        operation=operation,
        payload=payload,
        if_match=asked.if_match,
    )
    targets_for = edge.targets_for
    return await edge.journal.submit(lambda tx: accept(tx, request, decide, targets_for))


def _write(type_: ResourceType, resource: dict[str, Any], members: tuple[MemberOp, ...]) -> Write:
    body, _ = take_password(resource)
    unique = body.get(type_.unique) if type_.unique else None
    return Write(body, None if unique is None else fold(unique), body.get("externalId"), members)


def fold(name: str) -> str:
    """Two names that fold alike are one (RFC 7643 §4.1: userName is compared without case)."""
    return unicodedata.normalize("NFKC", name).casefold()
