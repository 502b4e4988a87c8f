"""Which server a connection is opened to, and whether it may be tried at all: the same for every library.

All connections lead to one server of the list at a time, so that what was written can be read again; the next one is
taken where that one is gone, and the first is looked at again by a probe. A refused bind is remembered: eight
connections must not be eight bad binds.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from connectors.ldap.driver import BindRefused, Server, Unreachable, Untrusted

NOT_NOW = (51, 52, 80)
"""Busy, unavailable, other: no judgement of our credentials."""

Line = TypeVar("Line")


class Door(Generic[Line]):
    """Opens connections, from any thread. `open_line` raises a `DriverError` where it cannot."""

    def __init__(self, server: Server, open_line: Callable[[Server, str], Line]) -> None:
        self._server = server
        self._open_line = open_line
        self._first = 0  # the preferred server that answered last
        self._proven = False
        self._refused: BindRefused | None = None
        self._lock = Lock()

    @property
    def url(self) -> str:
        """The server that connections lead to now."""
        return self._server.urls[self._first]

    def start_afresh(self) -> None:
        self._first, self._proven, self._refused = 0, False, None

    def open(self) -> tuple[str, Line]:
        """A connection, and the server that it leads to."""
        if self._refused:
            raise BindRefused(*self._refused.args)
        if self._proven:
            return self._try_all()
        with self._lock:  # until the password is proven, one at a time
            if self._refused:
                raise BindRefused(*self._refused.args)
            return self._try_all()

    def _try_all(self) -> tuple[str, Line]:
        urls = self._server.urls
        failure: Unreachable | Untrusted = Unreachable("no server is named")
        for number in range(self._first, self._first + len(urls)):
            at = number % len(urls)
            try:
                line = self._bound(urls[at])
            except (Unreachable, Untrusted) as error:
                failure = error
                continue
            self._first, self._proven = at, True
            return urls[at], line
        raise failure

    def _bound(self, url: str) -> Line:
        try:
            return self._open_line(self._server, url)
        except BindRefused as refused:
            if refused.code in NOT_NOW:
                raise Unreachable(f"{url} takes no binds now ({refused.text or refused.code})") from None
            self._proven = False
            self._refused = refused
            raise
