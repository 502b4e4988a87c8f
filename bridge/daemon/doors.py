"""The listeners: opened before the daemon says that it is ready, closed first when it stops."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bridge.edge import Admits, Answer, serve
from bridge.settings import Address

LAST_ANSWERS = 2.0
"""Seconds that requests in hand have to be answered when we stop."""


class DoorTaken(Exception):
    """An address cannot be listened on; the text says which and why."""


@asynccontextmanager
async def door(
    answer: Answer, listen: Address, certificate: ssl.SSLContext | None = None, admits: Admits | None = None
) -> AsyncIterator[None]:
    """Answer on the address for as long as the context is open."""
    runner = web.ServerRunner(serve(answer, admits), handle_signals=False, shutdown_timeout=LAST_ANSWERS)
    await runner.setup()
    try:
        try:
            site = web.TCPSite(
                runner, listen.host, listen.port, ssl_context=certificate, backlog=1024, reuse_address=True
            )
            await site.start()
        except OSError as error:
            raise DoorTaken(f"cannot listen on {listen}: {error.strerror}; is another scim-bridge running?") from error
        yield
    finally:
        await runner.cleanup()
