"""Search filters as values, and as BER (RFC 4511) for a search or a control. Pure.

A filter never exists as text: there is nothing to escape, and whatever stands in a value (`*`, parentheses, NUL) is
only ever compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.ldap.ber import OCTETS, tlv

_DESCRIPTION = re.compile(r"(?:[A-Za-z][A-Za-z0-9_-]*|[0-9]+(?:\.[0-9]+)+)(?:;[A-Za-z0-9-]+)*")


@dataclass(frozen=True)
class Equal:
    attribute: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Present:
    attribute: str


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Filter


Filter = Equal | Present | All | Any | Not

EVERYTHING = Present("objectClass")


def is_attribute(name: str) -> bool:
    """Whether this can be an attribute's name (with options such as `;lang-fr`), by its spelling."""
    return _DESCRIPTION.fullmatch(name) is not None


def ber(part: Filter) -> bytes:
    """The filter as it stands inside a control."""
    match part:
        case Equal(attribute, value):
            return tlv(0xA3, tlv(OCTETS, _named(attribute).encode()) + tlv(OCTETS, value))
        case Present(attribute):
            return tlv(0x87, _named(attribute).encode())
        case All(parts):
            return tlv(0xA0, b"".join(map(ber, parts)))
        case Any(parts):
            return tlv(0xA1, b"".join(map(ber, parts)))
        case Not(inner):
            return tlv(0xA2, ber(inner))


def text(part: Filter) -> str:
    """The filter as text (RFC 4515), for a library that wants it so: every byte of a value is escaped."""
    match part:
        case Equal(attribute, value):
            return f"({_named(attribute)}={_escaped(value)})"
        case Present(attribute):
            return f"({_named(attribute)}=*)"
        case All(parts):
            return f"(&{''.join(map(text, parts))})"
        case Any(parts):
            return f"(|{''.join(map(text, parts))})"
        case Not(inner):
            return f"(!{text(inner)})"


def _escaped(value: bytes) -> str:
    return "\\" + value.hex("\\") if value else ""


def _named(attribute: str) -> str:
    if not is_attribute(attribute):
        raise ValueError(f"{attribute!r} is not the name of an attribute")
    return attribute
