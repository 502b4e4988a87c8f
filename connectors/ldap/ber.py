"""The pieces of BER (X.690) that requests and the values of controls are made of. Pure."""

from __future__ import annotations

OCTETS = 0x04
SEQUENCE = 0x30


def contents(data: bytes) -> list[bytes]:
    """The contents of the elements that stand one after the other."""
    found, at = [], 0
    while at < len(data):
        size, at = data[at + 1], at + 2
        if size & 0x80:
            end = at + (size & 0x7F)
            size, at = int.from_bytes(data[at:end], "big"), end
        found.append(data[at : at + size])
        at += size
    return found


def tlv(tag: int, content: bytes) -> bytes:
    """One element: tag, definite length, content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
