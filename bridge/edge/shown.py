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
    small = edge.journal.read(lambda db: dump_if_small(db, edge, asked, stored, delivery=delivery))
    return await dump_large(edge, asked, stored, delivery=delivery) if small is None else small


def dump_if_small(db: Connection, edge: Edge, asked: Asked, stored: Stored, *, delivery: bool = False) -> bytes | None:
    """The resource as JSON; None for a large group whose members or targets are shown."""
    costly = delivery or shows_members(asked.type, asked.search) or shows_delivery(asked.search)
    return None if costly and is_large(db, stored) else _dump(db, edge, asked, stored, delivery=delivery)


async def dump_large(edge: Edge, asked: Asked, stored: Stored, *, delivery: bool = False) -> bytes:
    """The resource as JSON, put together in a thread."""
    return await edge.journal.scan(lambda db: _dump(db, edge, asked, stored, delivery=delivery))


def _dump(db: Connection, edge: Edge, asked: Asked, stored: Stored, *, delivery: bool) -> bytes:
    return orjson.dumps(show(db, edge, asked.type, stored, asked.search, delivery=delivery))


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
        if (name != "groups" or stored.grouped) and wants(name, type_, search.attributes, search.excluded):
            add_related(db, edge, name, whole)
    asked = shows_delivery(search)
    if asked:
        delivery_state.attach(db, edge, stored, whole)
    shown = answer(whole, type_, search.attributes, search.excluded, search.written)
    if delivery and not asked:
        delivery_state.attach(db, edge, stored, shown)
    return shown


def is_alone(type_: ResourceType, stored: Stored, search: Search) -> bool:
    """Whether all that is shown stands in the resource itself."""
    if shows_delivery(search):
        return False
    kept_elsewhere = [name for name in type_.related if name != "groups" or stored.grouped]
    return not any(wants(name, type_, search.attributes, search.excluded) for name in kept_elsewhere)


def show_alone(edge: Edge, type_: ResourceType, stored: Stored, search: Search) -> dict[str, Any]:
    """A resource that is alone."""
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
        values = [show_member(edge, member) for member in memberships.of(db, whole["id"])]
    else:
        values = list(_groups(db, edge, whole["id"]))
    if values:
        whole[name] = values


def show_member(edge: Edge, member: Member) -> dict[str, Any]:
    """A member with a reference to it."""
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
        named = memberships.groups_of_many(db, ring)
        for each in ring:
            for group, body in named.get(each, ()):
                if group in seen:
                    continue
                seen.add(group)
                found.append(group)
                shown = {"value": group, "$ref": f"{edge.base_url}/Groups/{group}", "type": kind}
                yield {**shown, "display": body["displayName"]} if "displayName" in body else shown
        ring, kind = found, "indirect"
