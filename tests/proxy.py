"""A TCP proxy on loopback that misbehaves as told: what happens between us and a target on a bad day.

The mode can be changed while connections are open.

    PASS      be a wire
    REFUSE    close every connection at once
    SWALLOW   hand requests on, and drop the answers
    SLOW      hand answers on a byte at a time, so slowly that no single read runs into a timeout
    HOLE      hand nothing on, either way: the other end is gone, and nobody said so
    GARBAGE   hand answers on as bytes that mean nothing
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from types import TracebackType
from typing import Self

CHUNK = 65536


class Mode(Enum):
    PASS = auto()
    REFUSE = auto()
    SWALLOW = auto()
    SLOW = auto()
    HOLE = auto()
    GARBAGE = auto()


class Proxy:
    """An async context manager; `url` leads through it."""

    def __init__(self, port: int, pause: float = 0.1) -> None:
        self._target = port
        self._pause = pause
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.mode = Mode.PASS
        self.connections = 0
        self.carried = 0  # bytes, both ways
        self.swallowed = asyncio.Event()

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        assert self._server is not None
        self._server.close()
        await self.hang_up()
        await self._server.wait_closed()

    async def hang_up(self) -> None:
        """Break all connections; afterwards both ends can know it."""
        ends = list(self._writers)
        for writer in ends:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in ends), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode is Mode.REFUSE:
            writer.transport.abort()
            return
        self.connections += 1
        back, forth = await asyncio.open_connection("127.0.0.1", self._target)
        ends = {writer, forth}
        self._writers |= ends
        with suppress(OSError):
            await asyncio.gather(self._requests(reader, forth), self._answers(back, writer))
        self._writers -= ends
        for end in ends:
            end.close()

    async def _requests(self, reader: asyncio.StreamReader, forth: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            if self.mode is Mode.HOLE:
                continue
            self.carried += len(data)
            forth.write(data)
        forth.close()

    async def _answers(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await back.read(CHUNK):
            self.carried += len(data)
            if self.mode in (Mode.SWALLOW, Mode.HOLE):
                self.swallowed.set()
                continue
            if self.mode is Mode.GARBAGE:
                data = bytes(byte ^ 0x5A for byte in data)
            pieces = [data[i : i + 1] for i in range(len(data))] if self.mode is Mode.SLOW else [data]
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(self._pause if self.mode is Mode.SLOW else 0)
        writer.close()


@contextmanager
def aside(port: int) -> Iterator[Proxy]:
    """A proxy on a loop of its own, for tests that have none."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = Proxy(port)
    try:
        asyncio.run_coroutine_threadsafe(proxy.__aenter__(), loop).result(10)
        try:
            yield proxy
        finally:
            asyncio.run_coroutine_threadsafe(proxy.__aexit__(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
