"""The driver over python-ldap, in the daemon's own process: many requests under way on each connection.

A request costs some 25 µs of the event loop, so no other process and no thread is needed for it: it is written, and its
answer is taken when the socket says that something came. What can block is left to threads: opening a connection, and
the pages of a long read (`libldap_reads.py`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from connectors.ldap import libldap
from connectors.ldap.door import Door
from connectors.ldap.driver import EndRead, NoAnswer, Operation, ReadPage, Result, Server, StartAfresh, Unreachable
from connectors.ldap.libldap_reads import LongReads

DEEP = 16
"""Requests under way on one connection before another is opened."""
TICK = 0.05
"""Seconds after which a connection that owes answers is looked at anyway: what was not written yet goes then."""


class LibldapDriver:
    """Runs operations on one directory, many at a time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._door = Door(server, libldap.open_line)
        self._threads = ThreadPoolExecutor(server.connections, thread_name_prefix="libldap")
        self._lines: list[_Line] = []
        self._opening: asyncio.Future[tuple[str, libldap.Conn]] | None = None
        self._reads = LongReads(self._door, server.answer_timeout)
        self._closed = False

    @property
    def pid(self) -> int | None:
        """No other process speaks for us."""
        return None

    async def run(self, operation: Operation) -> Result:
        match operation:
            case StartAfresh():
                self._door.start_afresh()
                return Result(0)
            case EndRead():
                self.tell(operation)
                return Result(0)
            case ReadPage():
                return await asyncio.get_running_loop().run_in_executor(self._threads, self._reads.page, operation)
        line = self._best()
        if line is None:
            line = await self._open()
        try:
            return await line.ask(operation)
        except NotSent:  # the connection went while it was idle
            return await self._ask_anew(operation)

    def tell(self, operation: Operation) -> None:
        if isinstance(operation, EndRead):
            self._reads.end(operation.read)

    async def close(self) -> None:
        self._closed = True
        for line in self._lines:
            line.close("closed")
        self._reads.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask_anew(self, operation: Operation) -> Result:
        try:
            return await (await self._open()).ask(operation)
        except NotSent as error:
            raise Unreachable(str(error)) from None

    def _best(self) -> _Line | None:
        """The least loaded connection to the server of now; where all are deep in work, another one is on its way."""
        self._lines = [line for line in self._lines if self._is_good(line)]
        usable = [line for line in self._lines if not line.is_suspect and line.url == self._door.url]
        best = min(usable, key=lambda line: line.load, default=None)
        if best is not None and best.load >= DEEP and len(usable) < self._server.connections:
            self._begin_to_open()
        return best

    def _is_good(self, line: _Line) -> bool:
        """Open still. One to another server, or that owed an answer too long, goes when nothing is under way on it."""
        if not line.load:
            line.look()
            if line.is_suspect or line.url != self._door.url:
                line.close("not used any more")
        return not line.closed

    async def _open(self) -> _Line:
        """Another connection; whoever wants one meanwhile waits for the same, and fails with it."""
        await asyncio.shield(self._begin_to_open())
        line = self._best()
        if line is None:
            raise Unreachable("the connection was closed at once")
        return line

    def _begin_to_open(self) -> asyncio.Future[tuple[str, libldap.Conn]]:
        if self._opening is None:
            self._opening = asyncio.get_running_loop().run_in_executor(self._threads, self._door.open)
            self._opening.add_done_callback(self._opened)
        return self._opening

    def _opened(self, opening: asyncio.Future[tuple[str, libldap.Conn]]) -> None:
        self._opening = None
        if opening.cancelled() or opening.exception() is not None:
            return
        url, conn = opening.result()
        if self._closed:
            libldap.close(conn)
        else:
            self._lines.append(_Line(url, conn, self._server.answer_timeout))


class NotSent(Exception):
    """The connection is gone, and the request was not sent on it."""


class _Line:
    """One connection, and the requests that are under way on it."""

    def __init__(self, url: str, conn: libldap.Conn, patience: float) -> None:
        self.url = url
        self.closed = False
        self.is_suspect = False
        self._conn = conn
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._taken = libldap.Taken()
        self._waiting: dict[int, asyncio.Future[Result]] = {}
        self._due: deque[tuple[float, int]] = deque()  # in the order of sending: the patience is one for all
        self._congested: list[asyncio.Future[None]] = []
        self._tick: asyncio.TimerHandle | None = None
        self._descriptor = libldap.descriptor(conn)
        self._loop.add_reader(self._descriptor, self.look)

    @property
    def load(self) -> int:
        return len(self._waiting) + len(self._congested)

    async def ask(self, operation: Operation) -> Result:
        """Send it and wait for the answer."""
        end = self._loop.time() + self._patience
        while (number := self._send(operation)) is None:
            if self._loop.time() > end:
                raise NotSent("the connection takes no more")
            await self._room()
        answer: asyncio.Future[Result] = self._loop.create_future()
        self._waiting[number] = answer
        self._due.append((self._loop.time() + self._patience, number))
        self._keep_looking()
        return await answer

    async def _room(self) -> None:
        """Until it is worth trying again."""
        room: asyncio.Future[None] = self._loop.create_future()
        self._congested.append(room)
        self._keep_looking()
        await room

    def look(self) -> None:
        """Take all answers that are there; whatever was held up before goes on."""
        try:
            while not self.closed and (answer := libldap.take(self._conn, self._taken)) is not None:
                self._answered(*answer)
        except NoAnswer as error:
            self.close(str(error))
        congested, self._congested = self._congested, []
        for room in congested:
            if not room.done():
                room.set_result(None)

    def close(self, why: str) -> None:
        """Let go of it; who waits for an answer gets none."""
        if self.closed:
            return
        self.closed = True
        self._loop.remove_reader(self._descriptor)
        libldap.close(self._conn)
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(NoAnswer(why))

    def _send(self, operation: Operation) -> int | None:
        """The request's number; None where the socket takes no more now."""
        if self.closed:
            raise NotSent("the connection is gone")
        try:
            return libldap.send(self._conn, operation)
        except libldap.Congested:
            return None
        except NoAnswer as error:
            self.close(str(error))
            raise NotSent(str(error)) from None

    def _answered(self, number: int, result: Result) -> None:
        answer = self._waiting.pop(number, None)
        if answer is not None and not answer.done():
            answer.set_result(result)
        while self._due and self._due[0][1] not in self._waiting:
            self._due.popleft()

    def _keep_looking(self) -> None:
        if self._tick is None and not self.closed:
            self._tick = self._loop.call_later(TICK, self._on_tick)

    def _on_tick(self) -> None:
        self._tick = None
        self.look()
        while self._due and self._due[0][0] <= self._loop.time():
            self._give_up(self._due.popleft()[1])
        if self.load:
            self._keep_looking()

    def _give_up(self, number: int) -> None:
        """Nobody waits beyond the bound; what comes later is not looked at."""
        answer = self._waiting.pop(number, None)
        if answer is None:
            return
        self.is_suspect = True
        if not answer.done():
            answer.set_exception(NoAnswer(f"no answer within {self._patience:g} s"))
