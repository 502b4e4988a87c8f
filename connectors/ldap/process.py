"""The daemon's end of the child process: operations go in, results come out, and nothing waits for ever.

The process is started by the first call and again after its death. A call has a bound of its own, above ldap3's
timeouts; where all threads of the child are overdue (a directory that sends a byte a minute), the child
is ended, and the next call starts another.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections import deque
from itertools import count
from pathlib import Path

from connectors.ldap.driver import DriverError, NoAnswer, Operation, Result, Server
from connectors.ldap.frames import Incoming, pack

SLACK_SECONDS = 1.0
HOME = Path(__file__).parents[2]


class DriverProcess:
    """Runs operations on one directory, many at a time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._starting = asyncio.Lock()
        self._child: _Child | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._child.process.pid if self._child and self._child.alive else None

    async def run(self, operation: Operation) -> Result:
        """What the server answered; a `DriverError` where it did not."""
        child = self._child if self._child and self._child.alive else await self._living()
        number, answer = child.ask(operation)
        try:
            return await answer
        finally:
            if child.overdue(number) >= self._server.connections:
                child.end()

    def tell(self, operation: Operation) -> None:
        """Hand over what needs no answer, and nothing where there is no child."""
        if self._child and self._child.alive:
            self._child.tell(operation)

    async def close(self) -> None:
        """End the child, whatever its threads are doing."""
        if self._child:
            child, self._child = self._child, None
            child.end()
            await child.gone.wait()

    async def _living(self) -> _Child:
        async with self._starting:
            if self._child is None or not self._child.alive:
                self._child = await _start(self._server)
            return self._child


class _Child(asyncio.Protocol):
    """One process and its socket. What is asked in one iteration of the loop goes in one write."""

    def __init__(self, process: subprocess.Popen[bytes], server: Server) -> None:
        self.process = process
        self.alive = True
        self.gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._bound = server.connect_timeout + server.answer_timeout + SLACK_SECONDS
        self._transport: asyncio.WriteTransport | None = None
        self._numbers = count(1)
        self._outgoing: list[object] = [server]
        self._incoming = Incoming()
        self._waiting: dict[int, asyncio.Future[Result]] = {}
        self._due: deque[tuple[float, int]] = deque()  # in the order of asking: the bound is one for all
        self._reaper: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._flush()

    def ask(self, operation: Operation) -> tuple[int, asyncio.Future[Result]]:
        answer: asyncio.Future[Result] = self._loop.create_future()
        number = self.tell(operation)
        self._waiting[number] = answer
        due = self._loop.time() + self._bound
        self._due.append((due, number))
        if self._reaper is None:
            self._reaper = self._loop.call_at(due, self._reap)
        return number, answer

    def tell(self, operation: Operation) -> int:
        number = next(self._numbers)
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing.append((number, operation))
        return number

    def _flush(self) -> None:
        outgoing, self._outgoing = self._outgoing, []
        if self._transport and self.alive:
            self._transport.write(pack(outgoing))

    def overdue(self, number: int) -> int:
        """How many calls nobody waits for any more, now that this one has ended."""
        if number not in self._waiting:
            return 0
        return sum(answer.done() for answer in self._waiting.values())

    def data_received(self, data: bytes) -> None:
        for number, answer in self._incoming.feed(data):
            self._answered(number, answer)
        while self._due and self._due[0][1] not in self._waiting:
            self._due.popleft()

    def _answered(self, number: int, answer: Result | Exception) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, Exception):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)

    def _reap(self) -> None:
        """Let nobody wait beyond the bound; what is overdue is kept in mind, for its thread still hangs."""
        while self._due and self._due[0][0] <= self._loop.time():
            _, number = self._due.popleft()
            waiting = self._waiting.get(number)
            if waiting and not waiting.done():
                waiting.set_exception(NoAnswer(f"no answer within {self._bound:g} s"))
        self._reaper = self._loop.call_at(self._due[0][0], self._reap) if self._due else None

    def connection_lost(self, error: Exception | None) -> None:
        self.end()
        self.gone.set()

    def end(self) -> None:
        """Kill the process and fail what waits for it."""
        if not self.alive:
            return
        self.alive = False
        self.process.kill()
        self.process.wait()
        if self._transport:
            self._transport.abort()
        if self._reaper:
            self._reaper.cancel()
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(NoAnswer("the driver's process ended"))


async def _start(server: Server) -> _Child:
    ours, theirs = socket.socketpair()
    try:
        command = [sys.executable, "-m", "connectors.ldap.child", str(theirs.fileno()), str(os.getpid())]
        path = os.pathsep.join(filter(None, (str(HOME), os.environ.get("PYTHONPATH"))))
        process = subprocess.Popen(  # noqa: ASYNC220, S603  # a few milliseconds; our own interpreter and module
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
    except OSError as error:
        ours.close()
        raise DriverError(f"the driver's process cannot be started: {error}") from None
    finally:
        theirs.close()
    _, child = await asyncio.get_running_loop().create_connection(lambda: _Child(process, server), sock=ours)
    return child
