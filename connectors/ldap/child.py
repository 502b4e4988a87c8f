"""The child process that ldap3 lives in: reads operations from a socket, runs them in threads, writes results back.

ldap3 works in Python and holds the interpreter lock; in a process of its own it takes nothing from the daemon's
event loop, and a thread that hangs in a dead directory can be ended at once, with the process. The first message
is the `Server`: a password never stands on a command line. The process ends when its parent closes the socket or dies.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from connectors.ldap.driver import DriverError, Operation, Result, Server
from connectors.ldap.frames import Incoming, pack
from connectors.ldap.ldap3_driver import Ldap3Driver

PR_SET_PDEATHSIG = 1
PARENT_GONE = 3
MOST_BYTES = 1 << 18


def main() -> None:
    """Serve until the parent is gone. The arguments: the socket's descriptor and the parent's process id."""
    descriptor, parent = map(int, sys.argv[1:])
    for ours_alone in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ours_alone, signal.SIG_IGN)  # sent to the whole group: the daemon decides when we end
    _die_with(parent)
    with socket.socket(fileno=descriptor) as channel:
        _Service(channel).serve()
    os._exit(0)  # threads may hang in a dead directory


def _die_with(parent: int) -> None:
    """Ask the kernel to end us with our parent; the end of the socket tells us the same where that is not to be had."""
    with suppress(ImportError, OSError, AttributeError, MemoryError):
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(PARENT_GONE)


class _Service:
    """One socket and the driver behind it."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._asked: SimpleQueue[tuple[int, Operation]] = SimpleQueue()
        self._answers: deque[tuple[int, Result | Exception]] = deque()
        self._writing = Lock()

    def serve(self) -> None:
        messages = self._messages()
        server: Server | None = next(messages, None)
        if server is None:
            return
        driver = Ldap3Driver(server)
        for _ in range(server.connections):
            Thread(target=self._work, args=(driver,), daemon=True).start()
        for message in messages:
            self._asked.put(message)

    def _messages(self) -> Iterator[Any]:
        """What the parent says, until it is gone (also by kill -9)."""
        incoming = Incoming()
        with suppress(ConnectionResetError):
            while data := self._channel.recv(MOST_BYTES):
                yield from incoming.feed(data)

    def _work(self, driver: Ldap3Driver) -> None:
        while True:
            number, operation = self._asked.get()
            self._answers.append((number, _run(driver, operation)))
            self._write()

    def _write(self) -> None:
        """Write what is answered. Who finds another thread writing leaves it to that one, which looks again."""
        while self._answers and self._writing.acquire(blocking=False):
            try:
                with suppress(OSError):
                    self._channel.sendall(pack(_taken(self._answers)))
            finally:
                self._writing.release()


def _run(driver: Ldap3Driver, operation: Operation) -> Result | Exception:
    try:
        return driver.run(operation)
    except DriverError as error:
        return error
    except Exception as error:  # a bug: said in the parent, where it is logged
        return RuntimeError(f"{type(error).__name__}: {error}")


def _taken(answers: deque[tuple[int, Result | Exception]]) -> list[tuple[int, Result | Exception]]:
    return [answers.popleft() for _ in range(len(answers))]


if __name__ == "__main__":
    main()
