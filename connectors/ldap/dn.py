"""Distinguished names as values (RFC 4514): built from typed parts, parsed, and folded to be compared. Pure.

A DN is never made by joining strings, and two DNs are never compared as text: a server may answer with other
case, spaces, escapes or another order inside a multi-valued RDN than were written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_ESCAPED = frozenset('"+,;<>\\=')
_PLAIN = re.compile(r'(?![ #])[^"+,;<>\\=\0\udc80-\udcff]*(?<! )')
_TYPE = re.compile(r"\s*(?:[Oo][Ii][Dd]\.)?([A-Za-z][A-Za-z0-9_-]*|[0-9]+(?:\.[0-9]+)+)\s*=[ ]*")
_HEX = re.compile(r"#((?:[0-9A-Fa-f]{2})+)[ ]*")
_SPACES = re.compile(" +")
_PAIR = re.compile(r"[0-9A-Fa-f]{2}")

ALIASES = {
    "commonname": "cn",
    "2.5.4.3": "cn",
    "surname": "sn",
    "2.5.4.4": "sn",
    "countryname": "c",
    "2.5.4.6": "c",
    "localityname": "l",
    "2.5.4.7": "l",
    "stateorprovincename": "st",
    "2.5.4.8": "st",
    "organizationname": "o",
    "2.5.4.10": "o",
    "organizationalunitname": "ou",
    "2.5.4.11": "ou",
    "userid": "uid",
    "0.9.2342.19200300.100.1.1": "uid",
    "domaincomponent": "dc",
    "0.9.2342.19200300.100.1.25": "dc",
}
"""Names that mean the same attribute in every directory."""


class NotADn(ValueError):
    """The text is not a distinguished name."""


@dataclass(frozen=True)
class Rdn:
    """One step: usually one attribute and its value, several where the RDN is multi-valued."""

    parts: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self._written

    @cached_property  # the steps of a base stand in every DN
    def _written(self) -> str:
        return "+".join(f"{name}={escape(value)}" for name, value in self.parts)

    @cached_property
    def compared(self) -> str:
        """As it is compared: no alias, no case, nor the order of its parts counts."""
        named = ((ALIASES.get(name.lower(), name.lower()), value) for name, value in self.parts)
        return "+".join(sorted(f"{name}={escape(plain(value))}" for name, value in named))


@dataclass(frozen=True)
class Dn:
    """A name from its entry up to the root; no steps at all is the root."""

    rdns: tuple[Rdn, ...]

    def __str__(self) -> str:
        return self._written

    @cached_property
    def _written(self) -> str:
        return ",".join([rdn._written for rdn in self.rdns])

    @cached_property
    def compared(self) -> str:
        """As it is compared: equal text for equal names. It is itself a DN of the same entry."""
        return ",".join([rdn.compared for rdn in self.rdns])

    @property
    def parent(self) -> Dn:
        return Dn(self.rdns[1:])

    def child(self, attribute: str, value: str) -> Dn:
        return Dn((Rdn(((attribute, value),)), *self.rdns))


def plain(value: str) -> str:
    """Compare as nearly all naming attributes do: case and runs of spaces do not count.

    Spaces at the ends stay: OpenLDAP takes a name with them for the same, 389 DS for another; what is folded must be
    found by both.
    """
    if value.isascii() and " " not in value:
        return value.lower()
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", value)).casefold()


def fold(dn: Dn) -> str:
    """The DN as it is compared."""
    return dn.compared


def is_below(dn: Dn, base: Dn) -> bool:
    """Whether `dn` is `base` or stands somewhere below it."""
    return len(dn.rdns) >= len(base.rdns) and fold(Dn(dn.rdns[len(dn.rdns) - len(base.rdns) :])) == fold(base)


def escape(value: str) -> str:
    """A value inside a DN. Bytes that are no UTF-8 (kept as surrogates by `parse`) come out as hex."""
    if _PLAIN.fullmatch(value):
        return value
    out = ["\\" + c if c in _ESCAPED else _escape_odd(c) for c in value]
    if value[:1] in (" ", "#"):
        out[0] = "\\" + value[0]
    if len(value) > 1 and value[-1] == " ":
        out[-1] = "\\ "
    return "".join(out)


def _escape_odd(c: str) -> str:
    if c == "\0":
        return "\\00"
    if "\udc80" <= c <= "\udcff":
        return f"\\{ord(c) - 0xDC00:02x}"
    return c


def parse(text: str) -> Dn:
    """Read a DN; `NotADn` says in a plain sentence what is wrong."""
    if not text.strip():
        return Dn(())
    rdns: list[Rdn] = []
    parts: list[tuple[str, str]] = []
    at = 0
    while True:
        named = _TYPE.match(text, at)
        if named is None:
            raise NotADn(f"no 'attribute=value' at character {at + 1}")
        value, at = _value(text, named.end())
        parts.append((named[1], value))
        end = text[at : at + 1]
        if end != "+":
            rdns.append(Rdn(tuple(parts)))
            parts = []
        if not end:
            return Dn(tuple(rdns))
        at += 1


def _value(text: str, at: int) -> tuple[str, int]:
    """The value that begins at `at`, and where its separator stands (or the end)."""
    if hexed := _HEX.match(text, at):
        return _decode(_inside(bytes.fromhex(hexed[1]))), _separator(text, hexed.end())
    out = bytearray()
    keep = 0  # trailing spaces beyond this length were not escaped
    while at < len(text) and text[at] not in ",+;":
        if text[at] == "\\":
            taken, at = _escaped(text, at + 1)
            out += taken
            keep = len(out)
        else:
            out += text[at].encode("utf-8", "surrogateescape")
            keep = len(out) if text[at] != " " else keep
            at += 1
    return _decode(bytes(out[:keep])), at


def _separator(text: str, at: int) -> int:
    if text[at : at + 1] not in ("", ",", "+", ";"):
        raise NotADn(f"a comma is missing at character {at + 1}")
    return at


def _escaped(text: str, at: int) -> tuple[bytes, int]:
    if pair := _PAIR.match(text, at):
        return bytes.fromhex(pair[0]), pair.end()
    if at >= len(text):
        raise NotADn("it ends in a backslash")
    return text[at].encode("utf-8", "surrogateescape"), at + 1


def _inside(encoded: bytes) -> bytes:
    """The text inside a value written as `#hex`: BER of a string; anything else is taken as it is."""
    if len(encoded) >= 2 and encoded[1] == len(encoded) - 2 and encoded[1] < 0x80:
        return encoded[2:]
    return encoded


def _decode(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


_SIMPLE_VALUE = r"[a-z][a-z0-9-]*=[^\\\",;+<>= #\x00-\x1f]+(?: [^\\\",;+<>= \x00-\x1f]+)*"
_SIMPLE = re.compile(f"{_SIMPLE_VALUE}(?:,{_SIMPLE_VALUE})*")
_FOLDED_VALUE = r"(?:uid|cn|ou|o|dc)=[a-z0-9._@-]+(?: [a-z0-9._@-]+)*"
_FOLDED = re.compile(f"{_FOLDED_VALUE}(?:,{_FOLDED_VALUE})*")
"""What is folded already; most names are."""


def tidy(text: str) -> str:
    """One spelling for each DN, its letters' case aside; quick, for groups have many members."""
    if _SIMPLE.fullmatch(text):
        return text
    try:
        return str(parse(text))
    except NotADn:
        return text


def dedupe(dns: Iterable[str]) -> list[str]:
    """Each DN once, in order, by comparison and not by spelling; text that is no DN is left as it is."""
    return list({folded(dn): dn for dn in dns}.values())


def folded(text: str) -> str:
    """`fold` for text; what is no DN is compared as it stands."""
    if _FOLDED.fullmatch(text):
        return text
    try:
        return fold(parse(text))
    except NotADn:
        return text
