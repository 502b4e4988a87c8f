"""The gate: the outermost layer, before routing.

It knows who calls, turns every outcome into a SCIM answer, and writes the one log line of a request. Nothing is told to
a caller without a token but 401.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import structlog
from aiohttp import web

from bridge.edge.listener import Answer, json_response, welcome
from bridge.edge.parts import Client, Edge
from bridge.edge.routes import Route
from bridge.journal import JournalBusy, JournalError, JournalFull
from bridge.scim.errors import Crashed, MethodNotAllowed, ScimError, TooLarge, TooSlow, Unauthorized, Unavailable

ANONYMOUS = ("/healthz", "/readyz")
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

log = structlog.get_logger()

Handler = Callable[[web.BaseRequest, Client, Route], Awaitable[web.Response]]


def gate(edge: Edge, handle: Handler) -> Answer:
    """The whole edge as one function from request to response."""
    told = log.bind()  # once: it is most of what a line that is not written costs

    async def answer(request: web.BaseRequest) -> web.Response:
        began = edge.clock.monotonic()
        path = request.rel_url.raw_path
        if path in ANONYMOUS:
            return _health(edge, path)
        route = edge.routes.find(path)
        client: Client | None = None
        try:
            client = authenticate(edge, request)
            welcome(request)
            response = await handle(request, client, route)
        except Exception as error:
            response = _refuse(as_scim(error, request.method, route.name))
        seconds = edge.clock.monotonic() - began
        name = client.name if client else "-"
        method = request.method if request.method in METHODS else "other"
        edge.metrics.answered(name, method, response.status, seconds)
        tell = told.debug if response.status < 400 else told.info
        tell(
            "request.answered",
            client=name,
            method=method,
            route=route.name,
            status=response.status,
            milliseconds=round(seconds * 1000, 1),
        )
        return response

    return answer


def authenticate(edge: Edge, request: web.BaseRequest) -> Client:
    """The client whose bearer token (RFC 6750) came with the request; two tokens are none, whichever is valid."""
    credentials = request.headers.getall("Authorization", ())
    scheme, _, token = credentials[0].partition(" ") if len(credentials) == 1 else ("", "", "")
    client = edge.clients.find(token.strip(), edge.clock.now()) if scheme.lower() == "bearer" else None
    if client is None:
        raise Unauthorized("a valid bearer token is needed")
    return client


def not_allowed(request: web.BaseRequest, methods: Iterable[str]) -> MethodNotAllowed:
    """What is said of a method that the path does not answer."""
    return MethodNotAllowed(f"{request.method[:20]} is not possible here", ", ".join((*methods, "OPTIONS")))


def _health(edge: Edge, path: str) -> web.Response:
    well = path == "/healthz" or edge.takes_requests
    return web.Response(status=200 if well else 503, text="ok\n" if well else "not ready\n")


def as_scim(error: Exception, method: str, route: str) -> ScimError:
    """What is told of an error; one that nobody foresaw is logged, and nothing is told of it."""
    match error:
        case ScimError():
            return error
        case JournalBusy() | JournalFull():
            return Unavailable("this could not be done just now; send it again", error.retry_after)
        case JournalError():
            return Unavailable("the bridge is stopping; send it again", 5)
        case _:
            log.error("request.crashed", method=method, route=route, exc_info=error)
            return Crashed("internal error")


def _refuse(error: ScimError) -> web.Response:
    response = json_response(error.body(), error.status, _headers(error))
    if isinstance(error, TooLarge | TooSlow):
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
