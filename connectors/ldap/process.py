"""The daemon's end of the child process: operations go in, results come out, and nothing waits for ever.

The process is started by the first call and again after its death. A call has a bound of its own, above the
driver's timeouts; where all threads of the child are overdue (a directory that sends a byte a minute), the child
is ended, and the next call starts another.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from itertools import count
from pathlib import Path

from connectors.ldap.driver import DriverError, NoAnswer, Operation, Result, Server
from connectors.ldap.frames import HEADER, pack, size, unpack

SLACK_SECONDS = 1.0
HOME = Path(__file__).parents[2]


class DriverProcess:
    """Runs operations on one directory, many at a time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._bound = server.connect_timeout + server.answer_timeout + SLACK_SECONDS
        self._numbers = count(1)
        self._starting = asyncio.Lock()
        self._child: _Child | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._child.process.pid if self._child and self._child.alive else None

    async def run(self, operation: Operation) -> Result:
        """What the server answered; a `DriverError` where it did not."""
        child = await self._living()
        number = next(self._numbers)
        answer = child.send(number, operation)
        try:
            async with asyncio.timeout(self._bound):
                return await answer
        except TimeoutError:
            raise NoAnswer(f"no answer within {self._bound:g} s") from None
        finally:
            if child.overdue(number) >= self._server.connections:
                child.end()

    def tell(self, operation: Operation) -> None:
        """Hand over what needs no answer, and nothing where there is no child."""
        if self._child and self._child.alive:
            self._child.tell((next(self._numbers), operation))

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
    """One process and its socket."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.alive = True
        self.gone = asyncio.Event()
        self._transport: asyncio.WriteTransport | None = None
        self._waiting: dict[int, asyncio.Future[Result]] = {}
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def tell(self, message: object) -> None:
        if self._transport:
            self._transport.write(pack(message))

    def send(self, number: int, operation: Operation) -> asyncio.Future[Result]:
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self.tell((number, operation))
        return answer

    def overdue(self, number: int) -> int:
        """How many calls nobody waits for any more, now that this one has ended."""
        if number not in self._waiting:
            return 0
        return sum(answer.done() for answer in self._waiting.values())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        at = 0
        while len(self._buffer) - at >= HEADER:
            end = at + HEADER + size(self._buffer[at : at + HEADER])
            if len(self._buffer) < end:
                break
            self._answered(*unpack(self._buffer[at + HEADER : end]))
            at = end
        del self._buffer[:at]

    def _answered(self, number: int, answer: Result | Exception) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, Exception):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)

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
    _, child = await asyncio.get_running_loop().create_connection(lambda: _Child(process), sock=ours)
    child.tell(server)
    return child
