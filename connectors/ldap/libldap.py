"""python-ldap, the library in C: connections opened, operations sent, answers taken. The only file that imports it.

    conn = open_line(server, url)        # blocks, within the server's timeouts: for a thread
    number = send(conn, operation)       # writes the request; `Congested` where the socket takes no more now
    answer = take(conn, Taken())         # what has arrived by now, or None: never blocks

What one has to know of libldap, and what is done here about it:
- it reads ldap.conf and ~/.ldaprc, which may switch the checks of certificates off: it is told not to;
- built with GnuTLS, as on Debian, it takes no notice of the oldest TLS that is allowed: the ciphers say it;
- it says `unknown error` of whatever goes wrong with TLS: `tls.py` asks again what it was;
- it asks for a ticket by what the reverse DNS says, and seals within TLS, which Active Directory refuses: both are off;
- a write into a full socket blocks for ever: the socket is set not to block, and `BUSY` means: later.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

os.environ.setdefault("LDAPNOINIT", "1")

import ldap
from ldap.controls import RequestControl, ResponseControl

from connectors.ldap import filters, tls
from connectors.ldap.ber import OCTETS, SEQUENCE, contents, tlv
from connectors.ldap.driver import (
    Add,
    Bind,
    BindRefused,
    Delete,
    Found,
    Modify,
    ModifyDn,
    NoAnswer,
    NoCredentials,
    Operation,
    ReadPage,
    Result,
    Scope,
    Search,
    Server,
    SetPassword,
    Unreachable,
    Untrusted,
)
from connectors.ldap.requests import ASSERTION, PAGED, POST_READ, paged

Conn = Any  # ldap.ldapobject.SimpleLDAPObject: python-ldap has no types
_SCOPES = {Scope.BASE: ldap.SCOPE_BASE, Scope.ONE: ldap.SCOPE_ONELEVEL, Scope.SUBTREE: ldap.SCOPE_SUBTREE}
_CONTROLS = {PAGED: ResponseControl, POST_READ: ResponseControl}


NO_OLD_TLS = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
"""In GnuTLS's words."""


class Congested(Exception):
    """The socket takes no more now."""


def open_line(server: Server, url: str) -> Conn:
    """A connection that is bound; a `DriverError` where there is none."""
    conn = ldap.initialize(url, bytes_mode=False)
    _configure(conn, server)
    try:
        if server.start_tls:
            conn.start_tls_s()
        _bind(conn, server, url)
    except ldap.LDAPError as error:
        with suppress(ldap.LDAPError):
            conn.unbind_ext()
        raise _not_open(server, url, error) from None
    os.set_blocking(conn.get_option(ldap.OPT_DESC), False)
    return conn


def _bind(conn: Conn, server: Server, url: str) -> None:
    match server.bind:
        case Bind.SIMPLE:
            conn.simple_bind_s(server.bind_dn, server.password)
        case Bind.EXTERNAL:
            conn.sasl_non_interactive_bind_s("EXTERNAL")
        case Bind.GSSAPI:
            conn.set_option(ldap.OPT_X_SASL_NOCANON, 1)
            if server.start_tls or urlsplit(url).scheme == "ldaps":
                conn.set_option(ldap.OPT_X_SASL_SSF_MAX, 0)
            conn.sasl_gssapi_bind_s()


def _configure(conn: Conn, server: Server) -> None:
    conn.set_option(ldap.OPT_PROTOCOL_VERSION, 3)
    conn.set_option(ldap.OPT_REFERRALS, 0)
    conn.set_option(ldap.OPT_NETWORK_TIMEOUT, server.connect_timeout)
    conn.set_option(ldap.OPT_TIMEOUT, server.answer_timeout)
    conn.timeout = server.answer_timeout
    conn.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    conn.set_option(ldap.OPT_X_TLS_PROTOCOL_MIN, ldap.OPT_X_TLS_PROTOCOL_TLS1_2)
    if ldap.get_option(ldap.OPT_X_TLS_PACKAGE) == "GnuTLS":
        conn.set_option(ldap.OPT_X_TLS_CIPHER_SUITE, NO_OLD_TLS)
    if authorities := tls.authorities(server.ca_certificate):
        conn.set_option(ldap.OPT_X_TLS_CACERTFILE, authorities)
    conn.set_option(ldap.OPT_X_TLS_NEWCTX, 0)


def _not_open(server: Server, url: str, error: Any) -> Unreachable | Untrusted | NoCredentials | BindRefused:
    said = _said(error)
    code, text = int(said.get("result", -1)), _text(error)
    if isinstance(error, ldap.LOCAL_ERROR | ldap.AUTH_UNKNOWN):
        return NoCredentials(text)
    if code > 0:
        if server.start_tls and isinstance(error, ldap.PROTOCOL_ERROR):
            return Untrusted(f"{url}: the server refuses StartTLS")
        return BindRefused(code, str(said.get("info") or ""))
    if (server.start_tls or urlsplit(url).scheme == "ldaps") and (reason := tls.failure(server, url)):
        return Untrusted(f"{url}: {reason}")
    return Unreachable(f"{url}: {text}")


def close(conn: Conn) -> None:
    """Let go of it; it never blocks, whatever the other end does."""
    with suppress(ldap.LDAPError):
        conn.unbind_ext()


def descriptor(conn: Conn) -> int:
    return int(conn.get_option(ldap.OPT_DESC))


def send(conn: Conn, operation: Operation) -> int:
    """Write the request, or begin to; its number. `NoAnswer` where the connection is gone: it was not sent whole."""
    try:
        return int(_send(conn, operation))
    except ldap.BUSY:
        raise Congested from None
    except ldap.LDAPError as error:
        raise NoAnswer(_text(error)) from None


def _send(conn: Conn, operation: Operation) -> Any:
    match operation:
        case Add(dn, attributes, read_back):
            back = tlv(SEQUENCE, b"".join(tlv(OCTETS, name.encode()) for name in read_back))
            controls = [RequestControl(POST_READ, False, back)] if read_back else None
            return conn.add_ext(dn, [(name, list(values)) for name, values in attributes.items()], controls)
        case Modify(dn, mods, only_if):
            listed = [(int(mod.do), mod.attribute, list(mod.values) or None) for mod in mods]
            return conn.modify_ext(dn, listed, _assertion(only_if))
        case ModifyDn(dn, rdn, superior, only_if):
            return conn.rename(dn, rdn, superior, 1, _assertion(only_if))
        case Delete(dn, only_if):
            return conn.delete_ext(dn, _assertion(only_if))
        case SetPassword(dn, password):
            return conn.passwd(dn, None, password)
        case Search():
            return _search(conn, operation, None)
        case ReadPage(search=search):
            return _search(conn, search, [RequestControl(PAGED, True, paged(operation))])
    raise TypeError(f"{type(operation).__name__} is nothing to send")


def _search(conn: Conn, what: Search, controls: Sequence[RequestControl] | None) -> Any:
    return conn.search_ext(
        what.base,
        _SCOPES[what.scope],
        filters.text(what.where),
        list(what.attributes),
        serverctrls=controls,
        sizelimit=what.limit,
    )


def _assertion(only_if: filters.Filter | None) -> list[RequestControl] | None:
    return None if only_if is None else [RequestControl(ASSERTION, True, filters.ber(only_if))]


@dataclass(slots=True)
class Taken:
    """What has come of each request so far: entries, and references to other servers."""

    found: dict[int, list[Found]] = field(default_factory=dict)
    referrals: dict[int, list[str]] = field(default_factory=dict)


def take(conn: Conn, taken: Taken) -> tuple[int, Result] | None:
    """The next answer that is whole; None where none is. `NoAnswer`: the connection is gone."""
    while True:
        try:
            kind, data, number, controls, *_ = conn.result4(
                ldap.RES_ANY, ldap.MSG_ONE, timeout=0, resp_ctrl_classes=_CONTROLS
            )
        except ldap.LDAPError as error:
            return _refused(error, taken)
        if kind is None:
            return None
        if kind == ldap.RES_SEARCH_ENTRY:
            taken.found.setdefault(number, []).extend(_found(data))
        elif kind == ldap.RES_SEARCH_REFERENCE:
            taken.referrals.setdefault(number, []).extend(url for _, urls in data for url in urls)
        else:
            return number, _result(0, number, taken, {each.controlType: each.encodedControlValue for each in controls})


def read(conn: Conn, number: int, seconds: float) -> Result:
    """The answer to a page, all of it: for a thread, on its own connection.

    Entry by entry it would be quicker alone, but each takes the interpreter from whoever looks at the page before.
    """
    try:
        _, data, _, controls, *_ = conn.result4(number, ldap.MSG_ALL, timeout=seconds, resp_ctrl_classes=_CONTROLS)
    except ldap.LDAPError as error:
        return _refused(error, Taken())[1]
    return _page(data, controls)


def _page(data: Sequence[Any], controls: Sequence[Any]) -> Result:
    found = tuple([Found._make(each) for each in data if each[0] is not None])
    referrals = tuple(url for dn, urls in data if dn is None for url in urls)
    cookies = [_cookie(each.encodedControlValue) for each in controls if each.controlType == PAGED]
    return Result(0, found=found, cookie=cookies[0] if cookies else b"", referrals=referrals)


def _refused(error: Any, taken: Taken) -> tuple[int, Result]:
    said = _said(error)
    code = int(said.get("result", -1))
    if code < 0 or "msgid" not in said:
        raise NoAnswer(_text(error)) from None
    number = int(said["msgid"])
    return number, _result(code, number, taken, {}, str(said.get("info") or ""), str(said.get("matched") or ""))


def _result(
    code: int, number: int, taken: Taken, controls: dict[str, bytes], diagnostic: str = "", matched: str = ""
) -> Result:
    found = taken.found.pop(number, [])
    if POST_READ in controls:
        found.append(_read_back(controls[POST_READ]))
    cookie = _cookie(controls[PAGED]) if PAGED in controls else b""
    return Result(code, diagnostic, matched, tuple(found), cookie, tuple(taken.referrals.pop(number, ())))


def _found(data: Any) -> list[Found]:
    return [Found._make(each) for each in data]


def _read_back(encoded: bytes) -> Found:
    """A SearchResultEntry (RFC 4511 section 4.5.2)."""
    dn, attributes = contents(contents(encoded)[0])
    named = (contents(each) for each in contents(attributes))
    return Found(dn.decode("utf-8", "surrogateescape"), {name.decode(): tuple(contents(vs)) for name, vs in named})


def _cookie(encoded: bytes) -> bytes:
    """Of a page's answer (RFC 2696): the size, which nobody needs, and the cookie."""
    _, cookie = contents(contents(encoded)[0])
    return cookie


def _said(error: Any) -> dict[str, Any]:
    """What libldap knows of it: `result` (below zero: its own), `desc`, `info`, `msgid` …"""
    return error.args[0] if error.args and isinstance(error.args[0], dict) else {}


def _text(error: Any) -> str:
    if isinstance(error, ldap.TIMEOUT):
        return "no answer in time"
    return str(_said(error).get("info") or _said(error).get("desc") or error)
