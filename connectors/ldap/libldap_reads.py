"""Long reads over python-ldap, each on a connection of its own: a cookie is worth nothing elsewhere.

A page blocks until it is whole, so it is the work of a thread; that a read is over is said on the event loop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.ldap import libldap
from connectors.ldap.door import Door
from connectors.ldap.driver import NoAnswer, ReadPage, Result


class LongReads:
    """The reads under way. `seconds`: the longest that a page may take."""

    def __init__(self, door: Door[libldap.Conn], seconds: float) -> None:
        self._door = door
        self._seconds = seconds
        self._reads: dict[int, _Read] = {}
        self._ended: set[int] = set()
        self._closed = False

    def page(self, page: ReadPage) -> Result:
        """The page; for a thread."""
        read = self._reads.pop(page.read, None)
        if read is None:
            if page.cookie:
                raise NoAnswer("the connection of this read is gone")
            read = _Read(self._door.open()[1])
        try:
            result = read.page(page, self._seconds)
        except BaseException:
            libldap.close(read.conn)
            raise
        self._reads[page.read] = read
        if page.read in self._ended or self._closed:
            self.end(page.read)
        return result

    def end(self, read: int) -> None:
        """Let the read's connection go; where a thread has it in hand, that one will."""
        self._ended.add(read)
        if (ended := self._reads.pop(read, None)) is not None:
            self._ended.discard(read)
            libldap.close(ended.conn)

    def close(self) -> None:
        """End all of them."""
        self._closed = True
        for read in list(self._reads):
            self.end(read)


@dataclass
class _Read:
    """One of them. Its next page is on its way while somebody looks at this one."""

    conn: libldap.Conn
    asked: int | None = None

    def page(self, page: ReadPage, seconds: float) -> Result:
        number = libldap.send(self.conn, page) if self.asked is None else self.asked
        result = libldap.read(self.conn, number, seconds)
        self.asked = libldap.send(self.conn, replace(page, cookie=result.cookie)) if result.cookie else None
        return result
