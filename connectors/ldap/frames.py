"""How messages stand on the socket between the daemon and the driver's process: four bytes of length, and a pickle.

A frame is a list of messages: what is there at one time goes in one write, for the other end's wake-up is what costs.
Both ends are ours, and the socket has no name: nobody else can write to it.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from typing import Any

HEADER = 4


def pack(messages: Sequence[object]) -> bytes:
    """Messages as they go over the socket."""
    body = pickle.dumps(messages, pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(HEADER, "big") + body


class Incoming:
    """Takes bytes as they come, and gives the messages that are whole."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        self._buffer += data
        at = 0
        while (start := at + HEADER) <= len(self._buffer):
            end = start + int.from_bytes(self._buffer[at:start], "big")
            if end > len(self._buffer):
                break
            yield from pickle.loads(self._buffer[start:end])  # noqa: S301  # from our own parent or child
            at = end
        del self._buffer[:at]
