"""A stored resource as an answer shows it: with `id` and `meta`, a group's members, a user's groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from bridge.edge import delivery_state
from bridge.edge.parts import Asked, Edge
from bridge.edge.stamps import etag, timestamp
from bridge.journal import Connection, memberships
from bridge.journal.resources import Stored
from bridge.scim.delivery import is_asked_for
from bridge.scim.members import Member
from bridge.scim.messages import Search
from bridge.scim.project import answer, wants
from bridge.scim.resource_types import ResourceType

LARGE_GROUP = 1000
"""Members from which on a group is shown in a thread, and a PATCH of members alone is answered without it."""


def location(edge: Edge, type_: ResourceType, id_: str) -> str:
    return f"{edge.base_url}/{type_.endpoint}/{id_}"


async def dumped(edge: Edge, asked: Asked, stored: Stored, *, delivery: bool = False) -> bytes:
    """The resource as JSON; a large group is put together in a thread. `delivery`: with the targets' state, unasked."""

    def dump(db: Connection) -> bytes:
        return orjson.dumps(show(db, edge, asked.type, stored, asked.search, delivery=delivery))

    def dump_if_small(db: Connection) -> bytes | None:
        costly = delivery or shows_members(asked.type, asked.search) or shows_delivery(asked.search)
        return None if costly and is_large(db, stored) else dump(db)

    small = edge.journal.read(dump_if_small)
    return await edge.journal.scan(dump) if small is None else small


def is_large(db: Connection, stored: Stored) -> bool:
    return memberships.exceeds(db, stored.id, LARGE_GROUP)


def shows_members(type_: ResourceType, search: Search) -> bool:
    """Whether members are part of the answer, be there any or not."""
    return "members" in type_.related and wants("members", type_, search.attributes, search.excluded)


def shows_delivery(search: Search) -> bool:
    """Whether the client asked how far the targets are."""
    return bool(search.attributes) and is_asked_for(search.attributes)


def show(
    db: Connection, edge: Edge, type_: ResourceType, stored: Stored, search: Search, *, delivery: bool = False
) -> dict[str, Any]:
    """The resource as the search wants it; what is not shown is not read."""
    whole = describe(edge, type_, stored)
    for name in type_.related:
        if wants(name, type_, search.attributes, search.excluded):
            add_related(db, edge, name, whole)
    asked = shows_delivery(search)
    if asked:
        delivery_state.attach(db, edge, stored, whole)
    shown = answer(whole, type_, search.attributes, search.excluded, search.written)
    if delivery and not asked:
        delivery_state.attach(db, edge, stored, shown)
    return shown


def show_alone(edge: Edge, type_: ResourceType, stored: Stored, search: Search) -> dict[str, Any]:
    """A resource that nothing is related to yet, for it was made just now."""
    return answer(describe(edge, type_, stored), type_, search.attributes, search.excluded, search.written)


def describe(edge: Edge, type_: ResourceType, stored: Stored) -> dict[str, Any]:
    """The resource with `id` and `meta`, without what is kept elsewhere."""
    return {
        **stored.body,
        "id": stored.id,
        "meta": {
            "resourceType": type_.name,
            "created": timestamp(stored.created),
            "lastModified": timestamp(stored.modified),
            "location": location(edge, type_, stored.id),
            "version": etag(stored.version),
        },
    }


def add_related(db: Connection, edge: Edge, name: str, whole: dict[str, Any]) -> None:
    """Add a group's members or a user's groups, where there are any."""
    if name == "members":
        values = [_member(edge, member) for member in memberships.of(db, whole["id"])]
    else:
        values = list(_groups(db, edge, whole["id"]))
    if values:
        whole[name] = values


def _member(edge: Edge, member: Member) -> dict[str, Any]:
    type_ = edge.types.get(member.type or "User")
    if type_ is None:  # of a type that the config declares no more
        return member.as_scim()
    return {**member.as_scim(), "$ref": location(edge, type_, member.value)}


def _groups(db: Connection, edge: Edge, id_: str) -> Iterable[dict[str, Any]]:
    """The groups a resource is in, and the groups these are in; a cycle ends where it began."""
    seen = {id_}
    ring, kind = [id_], "direct"
    while ring:
        found: list[str] = []
        for each in ring:
            for group, body in memberships.groups_of(db, each):
                if group in seen:
                    continue
                seen.add(group)
                found.append(group)
                shown = {"value": group, "$ref": f"{edge.base_url}/Groups/{group}", "type": kind}
                yield {**shown, "display": body["displayName"]} if "displayName" in body else shown
        ring, kind = found, "indirect"
