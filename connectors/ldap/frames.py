"""How messages stand on the socket between the daemon and the driver's process: four bytes of length, and a pickle.

Both ends are ours, and the socket has no name: nobody else can write to it.
"""

from __future__ import annotations

import pickle
from typing import Any

HEADER = 4


def pack(message: object) -> bytes:
    """One message as it goes over the socket."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(HEADER, "big") + body


def unpack(body: bytes | bytearray) -> Any:
    """A message without its header."""
    return pickle.loads(body)  # noqa: S301  # from our own parent or child


def size(header: bytes | bytearray) -> int:
    """How long the message behind this header is."""
    return int.from_bytes(header[:HEADER], "big")
