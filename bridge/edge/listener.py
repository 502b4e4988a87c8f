"""The listener under the edge: what no handler sees. Who may connect, the longest lines, bytes that are no HTTP.

aiohttp would answer the latter by itself, as text, and log them as they came, a query string with names in it too, for
anybody without a token. We answer as SCIM does, and log only that there was something, and of which kind.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from bridge.scim.errors import HeadersTooLarge, InvalidSyntax, ScimError, UriTooLong

MEDIA_TYPE = "application/scim+json"
LONGEST_LINE = 32 * 1024
"""Bytes of a request line: a filter of 4 KiB, percent-encoded, with room to spare."""
LONGEST_FIELD = 8 * 1024
"""Bytes of one header."""
IDLE = 120.0
"""Seconds until a connection on which no whole request comes is closed."""

log = structlog.get_logger()

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Admits = Callable[[str], bool]
"""Whether the host of this address may connect."""


def serve(answer: Answer, admits: Admits | None = None) -> web.Server:
    """A server that hands every request to `answer`; there is no router and no application between."""
    logger = logging.getLogger("bridge.edge.listener")
    if not logger.filters:
        logger.addFilter(Unread())
    return _Server(
        answer,
        admits,
        access_log=None,
        logger=logger,
        max_line_size=LONGEST_LINE,
        max_field_size=LONGEST_FIELD,
        keepalive_timeout=IDLE,
        auto_decompress=False,
    )


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
    """Makes our connections."""

    def __init__(self, answer: Answer, admits: Admits | None, **settings: Any) -> None:
        super().__init__(answer, **settings)
        self._admits = admits

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, self._admits, loop=self._loop, **self._kwargs)


class _Connection(web.RequestHandler):
    """One connection."""

    __slots__ = ("_admits",)

    def __init__(self, server: _Server, admits: Admits | None, **settings: Any) -> None:
        super().__init__(server, **settings)
        self._admits = admits

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._admits is not None and not self._admits(_host(transport)):
            log.warning("connection.refused", peer=_host(transport), reason="no proxy of edge.trusted_proxies")
            self._force_close = True  # what it sends meanwhile is not read
            assert isinstance(transport, asyncio.Transport)
            transport.abort()
            return
        super().connection_made(transport)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Answer a request that could not be read; the connection ends, for where the next one begins is not known."""
        error = _told(exc)
        log.info("request.unreadable", problem=type(exc).__name__, status=error.status)
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
