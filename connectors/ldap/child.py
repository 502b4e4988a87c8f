"""The child process a driver lives in: reads operations from a socket, runs them in threads, writes results back.

ldap3 works in Python and holds the interpreter lock; in a process of its own it takes nothing from the daemon's
event loop, and a thread that hangs in a dead directory can be ended at once, with the process. The first message
is the `Server`: a password never stands on a command line. The process ends when its parent closes the socket or dies.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Any

from connectors.ldap.driver import Driver, DriverError, Operation, Result
from connectors.ldap.frames import HEADER, pack, size, unpack
from connectors.ldap.ldap3_driver import Ldap3Driver

PR_SET_PDEATHSIG = 1
PARENT_GONE = 3


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
        self._incoming = channel.makefile("rb")
        self._writing = Lock()

    def serve(self) -> None:
        server = self._receive()
        if server is None:
            return
        driver: Driver = Ldap3Driver(server)
        pool = ThreadPoolExecutor(server.connections)
        while (message := self._receive()) is not None:
            pool.submit(self._answer, driver, *message)

    def _receive(self) -> Any:
        """The next message; None at the end, and where the parent was killed."""
        try:
            header = self._incoming.read(HEADER)
        except ConnectionResetError:
            return None
        if len(header) < HEADER:
            return None
        return unpack(self._incoming.read(size(header)))

    def _answer(self, driver: Driver, number: int, operation: Operation) -> None:
        answer: Result | Exception
        try:
            answer = driver.run(operation)
        except DriverError as error:
            answer = error
        except Exception as error:  # a bug: said in the parent, where it is logged
            answer = RuntimeError(f"{type(error).__name__}: {error}")
        with self._writing, suppress(OSError):
            self._channel.sendall(pack((number, answer)))


if __name__ == "__main__":
    main()
