"""The listeners: opened before the daemon says that it is ready, closed first when it stops."""

from __future__ import annotations

import resource
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bridge.edge import Admits, Answer, serve
from bridge.settings import Address

LAST_ANSWERS = 2.0
"""Seconds that requests in hand have to be answered when we stop."""
WAITING = 1024
"""Connections that wait to be accepted, and are at once; fewer where that alone would take the files that there are."""
FILES = 16384
"""Files that the process takes leave to have open, if it may: every connection is one."""


class DoorTaken(Exception):
    """An address cannot be listened on; the text says which and why."""


@asynccontextmanager
async def door(
    answer: Answer, listen: Address, certificate: ssl.SSLContext | None = None, admits: Admits | None = None
) -> AsyncIterator[None]:
    """Answer on the address for as long as the context is open."""
    waiting = min(WAITING, _take_files() // 8)
    runner = web.ServerRunner(serve(answer, admits), handle_signals=False, shutdown_timeout=LAST_ANSWERS)
    await runner.setup()
    try:
        try:
            site = web.TCPSite(
                runner, listen.host, listen.port, ssl_context=certificate, backlog=waiting, reuse_address=True
            )
            await site.start()
        except OSError as error:
            raise DoorTaken(f"cannot listen on {listen}: {error.strerror}; is another scim-bridge running?") from error
        yield
    finally:
        await runner.cleanup()


def _take_files() -> int:
    """How many files the process may have open from now on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
