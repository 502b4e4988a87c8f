"""The listener under the edge: what no handler sees. Who may connect, how many at once, the longest lines, and bytes
that are no HTTP.

aiohttp would answer these by itself, as text, and log them as they came, a query string with names in it too, for
anybody without a token. We answer as SCIM does, and log only that there was something, and of which kind.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import orjson
import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from bridge.scim.errors import Crashed, HeadersTooLarge, InvalidSyntax, ScimError, UriTooLong

MEDIA_TYPE = "application/scim+json"
NAME = "scim-bridge"
LONGEST_LINE = 32 * 1024
"""Bytes of a request line: a filter of 4 KiB, percent-encoded, with room to spare."""
LONGEST_FIELD = 8 * 1024
"""Bytes of one header."""
IDLE = 120.0
"""Seconds until a connection on which no whole request comes is closed."""

MOST_CONNECTIONS = 2048
"""Open at once; fewer where the process may not have so many files (`LimitNOFILE`, `ulimit -n`)."""
QUIET = 60.0
"""Seconds between two lines in the log that say that this is full."""

log = structlog.get_logger()

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Admits = Callable[[str], bool]
"""Whether the host of this address may connect."""


def serve(answer: Answer, admits: Admits | None = None, most: int | None = None) -> web.Server:
    """A server that hands every request to `answer`; there is no router and no application between.

    One connection above `most` takes the place of the oldest from which no token has come yet.
    """
    logger = logging.getLogger("bridge.edge.listener")
    if not logger.filters:
        logger.addFilter(Unread())
    return _Server(
        answer,
        admits,
        most or _room(),
        access_log=None,
        logger=logger,
        max_line_size=LONGEST_LINE,
        max_field_size=LONGEST_FIELD,
        keepalive_timeout=IDLE,
        auto_decompress=False,
    )


def _room() -> int:
    """Connections for which there are files, with as many to spare again for what is accepted at once, and the rest."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files == resource.RLIM_INFINITY else max(16, min(MOST_CONNECTIONS, files // 3))


def welcome(request: web.BaseRequest) -> None:
    """A token came with the request: its connection is not closed to make room for another."""
    if isinstance(request.protocol, _Connection):
        request.protocol.welcome()


def json_response(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """An answer of the protocol; `body` is what shall be JSON, or bytes that are."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return web.Response(body=raw, status=status, headers={"Content-Type": MEDIA_TYPE, **(headers or {})})


class Unread(logging.Filter):
    """Says of a request that could not be read its kind alone; everything else passes."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if not isinstance(error, HttpProcessingError | web.RequestPayloadError):
            return True
        log.info("request.unreadable", problem=type(error).__name__)
        return False


class _Server(web.Server):
    """Makes our connections, and knows them: `strangers` are those from which no token has come, the oldest first."""

    def __init__(self, answer: Answer, admits: Admits | None, most: int, **settings: Any) -> None:
        super().__init__(answer, **settings)
        self._admits = admits
        self._most = most
        self._told = -QUIET
        self.strangers: dict[_Connection, None] = {}
        self.known: set[_Connection] = set()

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, self._admits, loop=self._loop, **self._kwargs)

    def enter(self, connection: _Connection) -> None:
        """One connection more; where there are too many, a stranger goes."""
        self.strangers[connection] = None
        if len(self.strangers) + len(self.known) <= self._most:
            return
        oldest = next(iter(self.strangers))
        self.leave(oldest)
        oldest.abort()
        if self._loop.time() - self._told >= QUIET:
            self._told = self._loop.time()
            log.warning("connections.full", most=self._most, closed="the oldest from which no token has come")

    def leave(self, connection: _Connection) -> None:
        """It is closed, or about to be."""
        self.strangers.pop(connection, None)
        self.known.discard(connection)


class _Connection(web.RequestHandler):
    """One connection."""

    __slots__ = ("_admits", "_server")

    def __init__(self, server: _Server, admits: Admits | None, **settings: Any) -> None:
        super().__init__(server, **settings)
        self._server = server
        self._admits = admits

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self._admits is not None and not self._admits(_host(transport)):
            log.warning("connection.refused", peer=_host(transport), reason="no proxy of edge.trusted_proxies")
            self.abort()
        else:
            self._server.enter(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._server.leave(self)
        super().connection_lost(exc)

    def welcome(self) -> None:
        """A token came over it."""
        if self in self._server.strangers:
            del self._server.strangers[self]
            self._server.known.add(self)

    def abort(self) -> None:
        """Close it at once; what it sends meanwhile is not read."""
        self._force_close = True
        assert self.transport is not None
        self.transport.abort()

    def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> Coroutine[Any, Any, tuple[web.StreamResponse, bool]]:
        """Send the answer; aiohttp would tell everybody its version, and Python's."""
        resp.headers["Server"] = NAME
        return super().finish_response(request, resp, start_time)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Answer a request that could not be read; the connection ends, for where the next one begins is not known.

        aiohttp asks for this too where an answer could not be made: that is a bug of ours.
        """
        error = _told(exc) if status < 500 else Crashed("internal error")
        if status < 500:
            log.info("request.unreadable", problem=type(exc).__name__, status=error.status)
        else:
            log.error("request.crashed", method=request.method, route=None, exc_info=exc)
        response = json_response(error.body(), error.status)
        response.force_close()
        return response


def _told(error: BaseException | None) -> ScimError:
    if not isinstance(error, LineTooLong):
        return InvalidSyntax(f"the request is not HTTP as RFC 9112 has it ({type(error).__name__})")
    if error.args[1:2] == (LONGEST_LINE,):
        return UriTooLong(
            f"the request line is longer than {LONGEST_LINE} bytes; a long filter can be sent to /.search"
        )
    return HeadersTooLarge(f"a header is longer than {LONGEST_FIELD} bytes")


def _host(transport: asyncio.BaseTransport) -> str:
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if peer else ""
