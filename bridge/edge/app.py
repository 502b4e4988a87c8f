"""The SCIM server: what each path and method means (RFC 7644 §3.2).

One dispatcher and no router, for every answer, 404 and 405 too, is ours.

/{Users,Groups}  /{Users,Groups}/{id}  /{Users,Groups}/.search  /.search  /  /Me  /Bulk
/ServiceProviderConfig  /ResourceTypes[/{name}]  /Schemas[/{urn}]

A path that is there answers OPTIONS with what else it answers, and HEAD as GET; any other method it does not know is
405 with the same list.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from bridge.edge import bulk, discover, writes
from bridge.edge.body import read_json
from bridge.edge.gate import gate, not_allowed
from bridge.edge.listener import Answer, json_response
from bridge.edge.listing import find
from bridge.edge.me import own
from bridge.edge.parts import Asked, Client, Edge
from bridge.edge.routes import Route, readable
from bridge.edge.shown import (
    dump_if_small,
    dump_large,
    dumped,
    is_alone,
    is_large,
    location,
    show_alone,
    show_member,
    shows_delivery,
)
from bridge.edge.stamps import etag
from bridge.edge.waiting import wait_for_targets
from bridge.journal import Connection, resources
from bridge.journal.accept import Accepted
from bridge.journal.resources import Stored
from bridge.scim import etags
from bridge.scim.discovery import offered
from bridge.scim.errors import MethodNotAllowed, NotFound, NotImplementedHere, PreconditionFailed
from bridge.scim.messages import Search, search_from_body, search_from_query
from bridge.scim.resource_types import ResourceType

Act = Callable[[Edge, web.BaseRequest, Asked], Awaitable[web.Response]]


def make_app(edge: Edge) -> Answer:
    """The application of the edge's listener."""

    async def dispatch(request: web.BaseRequest, client: Client, route: Route) -> web.Response:
        if route.parts is None:
            raise NotFound("there is nothing here; SCIM is at " + edge.base_url)
        try:
            return await _dispatch(edge, request, client, route.parts)
        except MethodNotAllowed as error:
            if request.method != "OPTIONS":
                raise
            return web.Response(status=204, headers={"Allow": error.allow})

    return gate(edge, dispatch)


async def _dispatch(edge: Edge, request: web.BaseRequest, client: Client, parts: tuple[str, ...]) -> web.Response:
    if not parts:
        return await _search(edge, request, client, list(edge.types.values()))
    head = parts[0].lower()
    type_ = edge.by_endpoint.get(head)
    if type_ is not None and len(parts) <= 2:
        return await _on_type(edge, request, client, type_, parts[1] if len(parts) == 2 else None)
    match (head, *parts[1:]):
        case (".search",):
            return await _search_by_post(edge, request, client, list(edge.types.values()))
        case ("me",):
            return await _on_type(edge, request, client, *own(edge, client))
        case ("bulk",):
            return await _bulk(edge, request, client)
        case _:
            return discover.answer(edge, request, client, parts)


async def _on_type(
    edge: Edge,
    request: web.BaseRequest,
    client: Client,
    type_: ResourceType,
    id_: str | None,
) -> web.Response:
    if id_ == ".search":
        return await _search_by_post(edge, request, client, [type_])
    acts = _ON_TYPE if id_ is None else _ON_RESOURCE
    act = acts.get(request.method)
    if act is None:
        raise not_allowed(request, acts)
    asked = Asked(client, type_, _query(request), id_, show_member=partial(show_member, edge))
    if request.method in ("POST", "PUT", "PATCH"):
        bounds = edge.limits.group_body if "members" in type_.related else edge.limits.body
        asked.raw, asked.is_large = await read_json(request, bounds)
    asked.if_match = request.headers.get("If-Match")
    asked.if_none_match = request.headers.get("If-None-Match")
    return await act(edge, request, asked)


_EVERYTHING = Search()


def _query(request: web.BaseRequest) -> Search:
    if not request.rel_url.raw_query_string:
        return _EVERYTHING
    return search_from_query({name.lower(): readable(value) for name, value in request.rel_url.query.items()})


async def _search(edge: Edge, request: web.BaseRequest, client: Client, types: list[ResourceType]) -> web.Response:
    if request.method not in ("GET", "HEAD"):
        raise not_allowed(request, ("GET", "HEAD"))
    return json_response(await find(edge, client, types, _query(request)))


async def _search_by_post(
    edge: Edge, request: web.BaseRequest, client: Client, types: list[ResourceType]
) -> web.Response:
    if request.method != "POST":
        raise not_allowed(request, ("POST",))
    body, _ = await read_json(request, edge.limits.body)
    return json_response(await find(edge, client, types, search_from_body(body)))


async def _bulk(edge: Edge, request: web.BaseRequest, client: Client) -> web.Response:
    if not offered(edge.features, client.profile).bulk:
        raise NotImplementedHere("bulk is not offered to this client (/ServiceProviderConfig)")
    if request.method != "POST":
        raise not_allowed(request, ("POST",))
    body, is_large = await read_json(request, edge.limits.bulk)
    return json_response(await bulk.answer(edge, client, body, is_large=is_large))


async def _list(edge: Edge, _request: web.BaseRequest, asked: Asked) -> web.Response:
    return json_response(await find(edge, asked.client, [asked.type], asked.search))


async def _get(edge: Edge, _request: web.BaseRequest, asked: Asked) -> web.Response:
    stored = edge.journal.glance(lambda db: _find(db, asked))
    if asked.if_match is not None and not etags.names(asked.if_match, stored.version):
        raise PreconditionFailed(etags.FAILED)
    if _has_it(asked, stored):
        return web.Response(status=304, headers={"ETag": etag(stored.version)})
    if is_alone(asked.type, stored, asked.search):
        return _show(edge, asked, stored, 200, show_alone(edge, asked.type, stored, asked.search))
    stored, body = edge.journal.read(lambda db: _look(db, edge, asked))
    return _show(edge, asked, stored, 200, body or await dump_large(edge, asked, stored))


def _find(db: Connection, asked: Asked) -> Stored:
    stored = resources.get(db, asked.client.tenant, asked.type.name, asked.id or "")
    if stored is None:
        raise NotFound(f"there is no {asked.type.name} with id {(asked.id or '')[:80]}")
    return stored


def _look(db: Connection, edge: Edge, asked: Asked) -> tuple[Stored, bytes | None]:
    """The resource, and as it is shown, both of one moment; a large one is not put together here."""
    stored = _find(db, asked)
    return stored, dump_if_small(db, edge, asked, stored)


def _has_it(asked: Asked, stored: Stored) -> bool:
    """Whether the client has what it asks for. How far the targets are goes on without a new version."""
    has = asked.if_none_match is not None and etags.names(asked.if_none_match, stored.version)
    return has and not shows_delivery(asked.search)


async def _create(edge: Edge, request: web.BaseRequest, asked: Asked) -> web.Response:
    accepted = await writes.carry_out(edge, asked, "POST")
    return await _resource(edge, asked, accepted, 201, await wait_for_targets(edge, request, accepted.stored))


async def _put(edge: Edge, request: web.BaseRequest, asked: Asked) -> web.Response:
    accepted = await writes.carry_out(edge, asked, "PUT")
    return await _resource(edge, asked, accepted, 200, await wait_for_targets(edge, request, accepted.stored))


async def _patch(edge: Edge, request: web.BaseRequest, asked: Asked) -> web.Response:
    accepted = await writes.carry_out(edge, asked, "PATCH")
    waited = await wait_for_targets(edge, request, accepted.stored)
    if writes.is_members_patch(asked) and edge.journal.read(lambda db: is_large(db, accepted.stored)):
        return web.Response(status=204, headers={"ETag": etag(accepted.stored.version), **waited})
    return await _resource(edge, asked, accepted, 200, waited)


async def _delete(edge: Edge, request: web.BaseRequest, asked: Asked) -> web.Response:
    accepted = await writes.carry_out(edge, asked, "DELETE")
    return web.Response(status=204, headers=await wait_for_targets(edge, request, accepted.stored))


_ON_TYPE: dict[str, Act] = {"GET": _list, "HEAD": _list, "POST": _create}
_ON_RESOURCE: dict[str, Act] = {"GET": _get, "HEAD": _get, "PUT": _put, "PATCH": _patch, "DELETE": _delete}


async def _resource(edge: Edge, asked: Asked, accepted: Accepted, status: int, waited: dict[str, str]) -> web.Response:
    stored = accepted.stored
    body: object
    is_alone = accepted.created and "members" not in asked.type.related
    if is_alone and not waited and not shows_delivery(asked.search):
        body = show_alone(edge, asked.type, stored, asked.search)
    else:
        body = await dumped(edge, asked, stored, delivery=bool(waited))
    return _show(edge, asked, stored, status, body, waited)


def _show(
    edge: Edge, asked: Asked, stored: Stored, status: int, body: object, waited: dict[str, str] | None = None
) -> web.Response:
    headers = {"ETag": etag(stored.version), "Location": location(edge, asked.type, stored.id), **(waited or {})}
    return json_response(body, status, headers)
