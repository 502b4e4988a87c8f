"""Operations as they go over the wire (RFC 4511, BER). Pure.

ldap3 builds each request as a tree of pyasn1 objects, encodes that, and decodes it again for its own notes: 0.5 ms of
CPU for one add. The requests are written here instead, in a tenth of that; connecting, TLS, the bind and all reading
of answers stay ldap3's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from connectors.ldap import filters
from connectors.ldap.ber import OCTETS, SEQUENCE, tlv
from connectors.ldap.driver import (
    Add,
    Delete,
    Modify,
    ModifyDn,
    Operation,
    ReadPage,
    Scope,
    Search,
    SetPassword,
)

ASSERTION = "1.3.6.1.1.12"
POST_READ = "1.3.6.1.1.13.2"
PAGED = "1.2.840.113556.1.4.319"
SET_BY_RFC_3062 = "1.3.6.1.4.1.4203.1.11.1"

_BOOLEAN, _INTEGER, _ENUMERATED, _SET, _CONTROLS = 0x01, 0x02, 0x0A, 0x31, 0xA0
_TRUE, _FALSE = tlv(_BOOLEAN, b"\xff"), tlv(_BOOLEAN, b"\0")
_SCOPES = {Scope.BASE: 0, Scope.ONE: 1, Scope.SUBTREE: 2}


def encode(number: int, operation: Operation) -> bytes:
    """One LDAP message."""
    request, controls = _REQUESTS[type(operation)](operation)
    message = _integer(number) + request
    return tlv(SEQUENCE, message + tlv(_CONTROLS, controls) if controls else message)


def _add(what: Add) -> tuple[bytes, bytes]:
    attributes = b"".join(_attribute(name, values) for name, values in what.attributes.items())
    back = tlv(SEQUENCE, b"".join(map(_text, what.read_back)))
    controls = _control(POST_READ, False, back) if what.read_back else b""
    return tlv(0x68, _text(what.dn) + tlv(SEQUENCE, attributes)), controls


def _modify(what: Modify) -> tuple[bytes, bytes]:
    mods = (tlv(SEQUENCE, _integer(mod.do, _ENUMERATED) + _attribute(mod.attribute, mod.values)) for mod in what.mods)
    return tlv(0x66, _text(what.dn) + tlv(SEQUENCE, b"".join(mods))), _assertion(what.only_if)


def _modify_dn(what: ModifyDn) -> tuple[bytes, bytes]:
    superior = b"" if what.superior is None else tlv(0x80, _bytes(what.superior))
    return tlv(0x6C, _text(what.dn) + _text(what.rdn) + _TRUE + superior), _assertion(what.only_if)


def _delete(what: Delete) -> tuple[bytes, bytes]:
    return tlv(0x4A, _bytes(what.dn)), _assertion(what.only_if)


def _set_password(what: SetPassword) -> tuple[bytes, bytes]:
    value = tlv(SEQUENCE, tlv(0x80, _bytes(what.dn)) + tlv(0x82, what.password))
    return tlv(0x77, tlv(0x80, SET_BY_RFC_3062.encode()) + tlv(0x81, value)), b""


def _search(what: Search) -> tuple[bytes, bytes]:
    """Aliases are never followed: what they lead to is not ours."""
    parts = (
        _text(what.base),
        _integer(_SCOPES[what.scope], _ENUMERATED),
        _integer(0, _ENUMERATED),
        _integer(what.limit),
        _integer(0),
        _FALSE,
        filters.ber(what.where),
        tlv(SEQUENCE, b"".join(map(_text, what.attributes))),
    )
    return tlv(0x63, b"".join(parts)), b""


def _read_page(page: ReadPage) -> tuple[bytes, bytes]:
    return _search(page.search)[0], _control(PAGED, True, paged(page))


def paged(page: ReadPage) -> bytes:
    """The value of the control that asks for a page (RFC 2696)."""
    return tlv(SEQUENCE, _integer(page.size) + tlv(OCTETS, page.cookie))


_REQUESTS: dict[type[Any], Callable[[Any], tuple[bytes, bytes]]] = {
    Add: _add,
    Modify: _modify,
    ModifyDn: _modify_dn,
    Delete: _delete,
    SetPassword: _set_password,
    Search: _search,
    ReadPage: _read_page,
}


def _assertion(only_if: filters.Filter | None) -> bytes:
    return b"" if only_if is None else _control(ASSERTION, True, filters.ber(only_if))


def _control(oid: str, critical: bool, value: bytes) -> bytes:
    return tlv(SEQUENCE, _text(oid) + (_TRUE if critical else b"") + tlv(OCTETS, value))


def _attribute(name: str, values: Iterable[bytes]) -> bytes:
    return tlv(SEQUENCE, _text(name) + tlv(_SET, b"".join(tlv(OCTETS, value) for value in values)))


def _integer(number: int, tag: int = _INTEGER) -> bytes:
    return tlv(tag, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _text(text: str) -> bytes:
    return tlv(OCTETS, _bytes(text))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
