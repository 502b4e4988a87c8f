"""What keeps the process small and its pauses short, however long it lives and whatever is sent.

CPython and asyncio are made for short lives and few connections. Both settings are for the whole process.
"""

from __future__ import annotations

import asyncio.selector_events
import asyncio.sslproto
import gc

READ = 32 * 1024
"""Bytes that are read from a connection at once."""
YOUNG = 10_000
"""Objects made since, from which on garbage is looked for: some hundred requests' worth."""


def read_in_pieces() -> None:
    """Have asyncio take memory for a small read, from now on.

    It takes 256 KiB each time and gives back what no byte came for. What is kept meanwhile comes to lie behind it, so
    in the end many holes of such a size belong to the process and are of no use; and a TLS connection keeps as much.
    """
    asyncio.selector_events._SelectorSocketTransport.max_size = READ  # type: ignore[attr-defined]
    asyncio.sslproto.SSLProtocol.max_size = READ


def forget_seldom() -> None:
    """Look for garbage among what is made from now on alone, and less often: once all is in place.

    What the daemon is made of stays; to go through it stopped every request, for tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
