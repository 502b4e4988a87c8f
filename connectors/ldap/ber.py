"""The one piece of BER that the values of our controls are made of. Pure; the rest of the wire is the driver's."""

from __future__ import annotations

OCTETS = 0x04
SEQUENCE = 0x30


def tlv(tag: int, content: bytes) -> bytes:
    """One element: tag, definite length, content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
