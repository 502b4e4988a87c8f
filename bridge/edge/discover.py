"""Discovery (RFC 7644 §4): ServiceProviderConfig, ResourceTypes, Schemas. Read-only, and never filtered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from bridge.edge.gate import not_allowed
from bridge.edge.listener import json_response
from bridge.edge.parts import Client, Edge
from bridge.scim import discovery
from bridge.scim.discovery import offered
from bridge.scim.errors import Forbidden, NotFound
from bridge.scim.messages import list_response


def answer(edge: Edge, request: web.BaseRequest, client: Client, parts: tuple[str, ...]) -> web.Response:
    """The document at this path; `NotFound` where there is none."""
    head = parts[0].lower()
    documents = _documents(edge, client, head)
    if documents is None or len(parts) > 2 or (len(parts) == 2 and head == "serviceproviderconfig"):
        raise NotFound("there is nothing at this path")
    if request.method not in ("GET", "HEAD"):
        raise not_allowed(request, ("GET", "HEAD"))
    if any(name.lower() == "filter" for name in request.rel_url.query):
        raise Forbidden("discovery cannot be filtered (RFC 7644 §4)")
    if head == "serviceproviderconfig":
        return json_response(documents[""])
    if len(parts) == 1:
        return json_response(list_response(list(documents.values()), len(documents)))
    found = {name.lower(): document for name, document in documents.items()}.get(parts[1].lower())
    if found is None:
        raise NotFound(f"there is no {parts[1][:120]} here")
    return json_response(found)


def _documents(edge: Edge, client: Client, head: str) -> dict[str, dict[str, Any]] | None:
    types = edge.types.values()
    match head:
        case "serviceproviderconfig":
            features = replace(edge.features, change_password=edge.takes_passwords(client.tenant))
            return {"": discovery.service_provider_config(offered(features, client.profile), edge.base_url)}
        case "resourcetypes":
            return {each.name: discovery.resource_type(each, edge.base_url) for each in types}
        case "schemas":
            schemas = discovery.schemas(types)
            return {urn: discovery.schema(schema, edge.base_url) for urn, schema in schemas.items()}
        case _:
            return None
