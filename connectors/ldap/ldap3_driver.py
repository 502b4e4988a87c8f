"""The driver over ldap3: SAFE_SYNC connections in a pool, for use by threads. The only file that imports ldap3.

What one has to know of ldap3 2.9.1, and what is done here about it:
- certificates are not checked by default, and host names by a method that Python has dropped: `_Tls` uses the
  standard library's context, which checks both;
- a failed search may return True: only result codes are looked at;
- a `Server` object shared by connections hides a failed connect, so each connection gets its own;
- its requests are costly: they are written by `requests.py`; so it cannot ask for further ranges of values by itself;
- with the schema loaded (`get_info`) each connection downloads 100 kB and values are altered on the way.
"""

from __future__ import annotations

import select
import ssl
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from math import ceil
from typing import Any

import ldap3
from ldap3.core.exceptions import LDAPException

from connectors.ldap import requests
from connectors.ldap.door import Door
from connectors.ldap.driver import (
    Add,
    Bind,
    BindRefused,
    EndRead,
    Found,
    NoAnswer,
    Operation,
    ReadPage,
    Result,
    Server,
    StartAfresh,
    Unreachable,
    Untrusted,
)
from connectors.ldap.requests import PAGED, POST_READ

_SEQUENCES = (list, tuple)
Line = Any  # ldap3.Connection, whose stubs type half of its methods


class Ldap3Driver:
    """Keeps idle connections, opens one where there is none, and drops what is stale or broken."""

    def __init__(self, server: Server) -> None:
        self._door = Door(server, _open_line)
        self._idle: deque[tuple[str, Line]] = deque()
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
        url, line = self._take()
        result = _send(line, operation)
        self._idle.append((url, line))
        return result

    def close(self) -> None:
        for line in (*(line for _, line in self._idle), *self._reads.values()):
            _drop(line)

    def _take(self) -> tuple[str, Line]:
        """A connection to the server of now: what was written there may not have come to another one yet."""
        while self._idle:
            with suppress(IndexError):
                url, line = self._idle.pop()
                if url == self._door.url and not _is_stale(line):
                    return url, line
                _drop(line)
        return self._door.open()

    def _page(self, page: ReadPage) -> Result:
        line = self._reads.pop(page.read, None)
        if line is None:
            if page.cookie:
                raise NoAnswer("the connection of this read is gone")
            _, line = self._door.open()
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


def _open_line(server: Server, url: str) -> Line:
    secure = _Tls(server.ca_certificate)
    line = _connection(server, url, secure)
    try:
        line.open(read_server_info=False)
        line.socket.settimeout(server.answer_timeout)
        if server.start_tls:
            line.start_tls(read_server_info=False)
        result = _result(line.bind(read_server_info=False)[1])
    except (LDAPException, OSError) as error:
        _drop(line)
        raise _no_connection(url, secure, error) from None
    if result.code:
        _drop(line)
        raise BindRefused(result.code, result.diagnostic)
    return line


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
    external = {"authentication": ldap3.SASL, "sasl_mechanism": ldap3.EXTERNAL, "sasl_credentials": b""}
    simple = {"user": server.bind_dn, "password": server.password}
    return ldap3.Connection(
        place,
        **(external if server.bind is Bind.EXTERNAL else simple),
        client_strategy=ldap3.SAFE_SYNC,
        check_names=False,
        auto_referrals=False,
        auto_range=False,
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
    """Write the request, and let ldap3 read the answer."""
    number = line.server.next_message_id()
    try:
        line.strategy._outstanding[number] = operation
        line.socket.sendall(requests.encode(number, operation))
        found, result = line.strategy.get_response(number)
    except (LDAPException, OSError) as error:
        _drop(line)
        raise NoAnswer(str(error)) from None
    except BaseException:
        _drop(line)
        raise
    return _result(result, found, operation.dn if isinstance(operation, Add) else "")


def _result(result: Any, answer: Iterable[Any] = (), added: str = "") -> Result:
    """From what ldap3 makes of an answer: the result, and the entries before it."""
    controls = result.get("controls") or {}
    found, referrals = [], list(result.get("referrals") or ())
    for part in answer:
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


def _attributes(raw: Any) -> dict[str, Sequence[bytes]]:
    listed = {name: values if isinstance(values, _SEQUENCES) else [values] for name, values in raw.items()}
    return {name: tuple(v if isinstance(v, bytes) else str(v).encode() for v in vs) for name, vs in listed.items()}


def _text(raw: Any) -> str:
    return raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else str(raw)
