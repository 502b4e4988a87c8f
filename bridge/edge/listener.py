"""How aiohttp shall listen, for what no handler sees: the longest request line, and bytes that are no HTTP.

aiohttp answers the latter by itself (400, as text) and would log them as they came, a query string with names in it
too, for anybody without a token. We say only that there was something, and of which kind.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

LONGEST_LINE = 32 * 1024
"""Bytes of a request line: a filter of 4 KiB, percent-encoded, with room to spare."""

log = structlog.get_logger()


class Unread(logging.Filter):
    """Says of a request that could not be read its kind alone; everything else passes."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if not isinstance(error, HttpProcessingError | web.RequestPayloadError):
            return True
        log.info("request.unreadable", problem=type(error).__name__)
        return False


Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def serve(answer: Answer) -> web.Server:
    """A server that hands every request to `answer`; there is no router and no application between."""
    logger = logging.getLogger("bridge.edge.listener")
    if not logger.filters:
        logger.addFilter(Unread())
    return web.Server(answer, access_log=None, logger=logger, max_line_size=LONGEST_LINE, auto_decompress=False)
