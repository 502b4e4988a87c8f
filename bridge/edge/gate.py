"""The gate: the outermost layer, before routing.

It knows who calls, turns every outcome into a SCIM answer, and writes the one log line of a request. Nothing is told to
a caller without a token but 401.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson
import structlog
from aiohttp import web

from bridge.edge.parts import Client, Edge
from bridge.journal import JournalBusy, JournalError, JournalFull
from bridge.scim.errors import MethodNotAllowed, NotFound, ScimError, TooLarge, Unauthorized, Unavailable

MEDIA_TYPE = "application/scim+json"
ANONYMOUS = ("/healthz", "/readyz")

log = structlog.get_logger()

Handler = Callable[[web.Request, Client], Awaitable[web.Response]]


def gate(edge: Edge, handle: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The whole edge as one function from request to response."""

    async def answer(request: web.Request) -> web.Response:
        began = edge.clock.monotonic()
        client: Client | None = None
        try:
            if request.path in ANONYMOUS:
                return _health(edge, request)
            client = authenticate(edge, request)
            response = await handle(request, client)
        except Exception as error:
            response = _refuse(error, request)
        seconds = edge.clock.monotonic() - began
        name = client.name if client else "-"
        edge.metrics.answered(name, request.method, response.status, seconds)
        log.info(
            "request.answered",
            client=name,
            method=request.method,
            route=_route(request),
            status=response.status,
            milliseconds=round(seconds * 1000, 1),
        )
        return response

    return answer


def authenticate(edge: Edge, request: web.Request) -> Client:
    """The client whose bearer token (RFC 6750) came with the request."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    client = edge.clients.find(token.strip()) if scheme.lower() == "bearer" else None
    if client is None:
        raise Unauthorized("a valid bearer token is needed")
    return client


def json_response(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, headers=headers, content_type=MEDIA_TYPE)


def _health(edge: Edge, request: web.Request) -> web.Response:
    well = request.path == "/healthz" or edge.is_ready()
    return web.Response(status=200 if well else 503, text="ok\n" if well else "not ready\n")


def _refuse(error: Exception, request: web.Request) -> web.Response:
    if isinstance(error, JournalBusy | JournalFull):
        error = Unavailable("the change could not be kept just now; send it again", error.retry_after)
    elif isinstance(error, JournalError):
        error = Unavailable("the bridge is stopping; send it again", 5)
    elif isinstance(error, web.HTTPRequestEntityTooLarge):
        error = TooLarge("the body is too large")
    if not isinstance(error, ScimError):
        log.error("request.crashed", method=request.method, route=_route(request), exc_info=error)
        return json_response({**NotFound("internal error").body(), "status": "500"}, 500)
    response = json_response(error.body(), error.status, _headers(error))
    if isinstance(error, TooLarge):
        response.force_close()  # what is still on its way is not read
    return response


def _headers(error: ScimError) -> dict[str, str]:
    match error:
        case Unauthorized():
            return {"WWW-Authenticate": 'Bearer realm="scim-bridge"'}
        case MethodNotAllowed():
            return {"Allow": error.allow}
        case Unavailable():
            return {"Retry-After": str(error.retry_after)}
        case _:
            return {}


def _route(request: web.Request) -> str:
    """The path without ids."""
    return "/".join(part if len(part) < 24 or part.startswith("urn:") else "{id}" for part in request.path.split("/"))[
        :120
    ]
