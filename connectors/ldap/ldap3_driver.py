"""The driver over ldap3: SAFE_SYNC connections in a pool, for use by threads. The only file that imports ldap3.

What one has to know of ldap3 2.9.1, and what is done here about it:
- certificates are not checked by default, and host names by a method that Python has dropped: `_Tls` uses the
  standard library's context, which checks both;
- a failed search may return True: only result codes are looked at;
- a `Server` object shared by connections hides a failed connect, so each connection gets its own;
- with the schema loaded (`get_info`) each connection downloads 100 kB and values are altered on the way.
"""

from __future__ import annotations

import select
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from math import ceil
from threading import Lock
from typing import Any

import ldap3
from ldap3.core.exceptions import LDAPException

from connectors.ldap import filters
from connectors.ldap.ber import OCTETS, SEQUENCE, tlv
from connectors.ldap.driver import (
    Add,
    BindRefused,
    Compare,
    Delete,
    EndRead,
    Found,
    Modify,
    ModifyDn,
    NoAnswer,
    Operation,
    ReadPage,
    Result,
    Scope,
    Search,
    Server,
    StartAfresh,
    Unreachable,
    Untrusted,
)

ASSERTION = "1.3.6.1.1.12"
POST_READ = "1.3.6.1.1.13.2"
PAGED = "1.2.840.113556.1.4.319"
_SCOPES = {Scope.BASE: ldap3.BASE, Scope.ONE: ldap3.LEVEL, Scope.SUBTREE: ldap3.SUBTREE}
_SEQUENCES = (list, tuple)
Line = Any  # ldap3.Connection, whose stubs type half of its methods


class Ldap3Driver:
    """Keeps idle connections, opens one where there is none, and drops what is stale or broken."""

    def __init__(self, server: Server) -> None:
        self._door = _Door(server)
        self._idle: deque[Line] = deque()
        self._reads: dict[int, Line] = {}
        self._ended: set[int] = set()

    def run(self, operation: Operation) -> Result:
        match operation:
            case StartAfresh():
                self._door.start_afresh()
                return Result(0)
            case EndRead(read):
                self._end(read)
                return Result(0)
            case ReadPage():
                return self._page(operation)
        line = self._take()
        result = _send(line, operation)
        self._idle.append(line)
        return result

    def close(self) -> None:
        for line in (*self._idle, *self._reads.values()):
            _drop(line)

    def _take(self) -> Line:
        while self._idle:
            with suppress(IndexError):
                line = self._idle.pop()
                if not _is_stale(line):
                    return line
                _drop(line)
        return self._door.open()

    def _page(self, page: ReadPage) -> Result:
        line = self._reads.pop(page.read, None)
        if line is None:
            if page.cookie:
                raise NoAnswer("the connection of this read is gone")
            line = self._door.open()
        result = _send(line, page)
        self._reads[page.read] = line
        if page.read in self._ended:
            self._end(page.read)
        return result

    def _end(self, read: int) -> None:
        """Let the read's connection go; where another thread has it in hand, that one will."""
        self._ended.add(read)
        if line := self._reads.pop(read, None):
            self._ended.discard(read)
            _drop(line)


class _Door:
    """Opens connections. A refused bind is remembered: eight threads must not be eight bad binds."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._first = 0  # the preferred server that answered last
        self._proven = False
        self._refused: BindRefused | None = None
        self._lock = Lock()

    def start_afresh(self) -> None:
        self._first, self._proven, self._refused = 0, False, None

    def open(self) -> Line:
        if self._refused:
            raise BindRefused(*self._refused.args)
        if self._proven:
            return self._try_all()
        with self._lock:  # until the password is proven, one at a time
            if self._refused:
                raise BindRefused(*self._refused.args)
            return self._try_all()

    def _try_all(self) -> Line:
        urls = self._server.urls
        failure: Unreachable | Untrusted = Unreachable("no server is named")
        for number in range(self._first, self._first + len(urls)):
            at = number % len(urls)
            try:
                line = self._open(urls[at])
            except (Unreachable, Untrusted) as error:
                failure = error
                continue
            self._first, self._proven = at, True
            return line
        raise failure

    def _open(self, url: str) -> Line:
        tls = _Tls(self._server.ca_certificate)
        line = _connection(self._server, url, tls)
        try:
            line.open(read_server_info=False)
            line.socket.settimeout(self._server.answer_timeout)
            if self._server.start_tls:
                line.start_tls(read_server_info=False)
            result = _result(line.bind(read_server_info=False))
        except (LDAPException, OSError) as error:
            _drop(line)
            raise _no_connection(url, tls, error) from None
        if result.code:
            _drop(line)
            self._refuse(result)
        return line

    def _refuse(self, result: Result) -> None:
        """Busy and unavailable are no judgement of our credentials."""
        if result.code in (51, 52, 80):
            raise Unreachable(f"the server does not take binds now ({result.diagnostic or result.code})")
        self._proven = False
        self._refused = BindRefused(result.code, result.diagnostic)
        raise self._refused


class _Tls(ldap3.Tls):
    """TLS whose certificate and host name are checked by the standard library."""

    def __init__(self, ca_certificate: str | None) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED, ca_certs_file=ca_certificate)
        self.failure: OSError | None = None

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        try:
            context = ssl.create_default_context(cafile=self.ca_certs_file)
            connection.socket = context.wrap_socket(connection.socket, server_hostname=connection.server.host)
        except OSError as error:
            self.failure = error
            raise


def _connection(server: Server, url: str, tls: _Tls) -> Line:
    place = ldap3.Server(url, get_info=ldap3.NONE, tls=tls, connect_timeout=server.connect_timeout)
    return ldap3.Connection(
        place,
        server.bind_dn,
        server.password,
        client_strategy=ldap3.SAFE_SYNC,
        check_names=False,
        auto_referrals=False,
        return_empty_attributes=False,
        receive_timeout=ceil(server.answer_timeout),
    )


def _no_connection(url: str, tls: _Tls, error: Exception) -> Unreachable | Untrusted:
    if isinstance(tls.failure, ssl.SSLError):
        reason = getattr(tls.failure, "verify_message", "") or tls.failure.reason or str(tls.failure)
        return Untrusted(f"{url}: {reason}")
    if "startTLS" in str(error):
        return Untrusted(f"{url}: the server refuses StartTLS")
    return Unreachable(f"{url}: {error}")


def _is_stale(line: Line) -> bool:
    """A connection that has something to say while idle says that it is closed."""
    if line.closed or line.socket is None:
        return True
    poll = select.poll()
    poll.register(line.socket, select.POLLIN)
    return bool(poll.poll(0))


def _drop(line: Line | None) -> None:
    """Close without a word: an unbind could block on a dead connection."""
    if line is not None and line.socket is not None:
        with suppress(OSError):
            line.socket.close()


def _send(line: Line, operation: Operation) -> Result:
    try:
        return _CALLS[type(operation)](line, operation)
    except (LDAPException, OSError) as error:
        _drop(line)
        raise NoAnswer(str(error)) from None
    except BaseException:
        _drop(line)
        raise


def _add(line: Line, what: Add) -> Result:
    controls = [(POST_READ, False, _names(what.read_back))] if what.read_back else None
    answer = line.add(what.dn, attributes=dict(what.attributes), controls=controls)
    return _result(answer, what.dn)


def _modify(line: Line, what: Modify) -> Result:
    changes: dict[str, list[tuple[int, list[bytes]]]] = {}
    for mod in what.mods:
        changes.setdefault(mod.attribute, []).append((int(mod.do), list(mod.values)))
    return _result(line.modify(what.dn, changes, controls=_assertion(what.only_if)))


def _modify_dn(line: Line, what: ModifyDn) -> Result:
    return _result(
        line.modify_dn(what.dn, what.rdn, new_superior=what.superior, controls=_assertion(what.only_if)),
    )


def _delete(line: Line, what: Delete) -> Result:
    return _result(line.delete(what.dn, controls=_assertion(what.only_if)))


def _compare(line: Line, what: Compare) -> Result:
    return _result(line.compare(what.dn, what.attribute, what.value))


def _search(line: Line, what: Search, controls: list[Any] | None = None) -> Result:
    answer = line.search(
        what.base,
        filters.text(what.where),
        _SCOPES[what.scope],
        dereference_aliases=ldap3.DEREF_NEVER,
        attributes=list(what.attributes),
        size_limit=what.limit,
        controls=controls,
    )
    return _result(answer)


def _read_page(line: Line, page: ReadPage) -> Result:
    size = page.size.to_bytes(4, "big").lstrip(b"\0") or b"\0"
    value = tlv(SEQUENCE, tlv(0x02, b"\0" + size) + tlv(OCTETS, page.cookie))
    return _search(line, page.search, [(PAGED, True, value)])


_CALLS: dict[type[Any], Callable[[Line, Any], Result]] = {
    Add: _add,
    Modify: _modify,
    ModifyDn: _modify_dn,
    Delete: _delete,
    Compare: _compare,
    Search: _search,
    ReadPage: _read_page,
}


def _assertion(only_if: filters.Filter | None) -> list[Any] | None:
    return None if only_if is None else [(ASSERTION, True, filters.ber(only_if))]


def _names(attributes: tuple[str, ...]) -> bytes:
    return tlv(SEQUENCE, b"".join(tlv(OCTETS, name.encode()) for name in attributes))


def _result(answer: Any, added: str = "") -> Result:
    """From what SAFE_SYNC returns: (status, result, response, request)."""
    result = answer[1]
    controls = result.get("controls") or {}
    found, referrals = [], list(result.get("referrals") or ())
    for part in answer[2] or ():
        if part["type"] == "searchResEntry":
            found.append(Found(_text(part["raw_dn"]), _attributes(part["raw_attributes"])))
        elif part["type"] == "searchResRef":
            referrals += part["uri"]
    if POST_READ in controls:
        found.append(Found(added, _attributes(controls[POST_READ]["value"]["result"])))
    cookie = controls[PAGED]["value"]["cookie"] if PAGED in controls else b""
    return Result(
        result["result"], result["message"] or "", result["dn"] or "", tuple(found), cookie or b"", tuple(referrals)
    )


def _attributes(raw: Any) -> dict[str, tuple[bytes, ...]]:
    listed = {name: values if isinstance(values, _SEQUENCES) else [values] for name, values in raw.items()}
    return {name: tuple(v if isinstance(v, bytes) else str(v).encode() for v in vs) for name, vs in listed.items()}


def _text(raw: Any) -> str:
    return raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else str(raw)
