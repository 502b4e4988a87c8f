"""A client of raw bytes on one kept-alive connection: it sends what no library would, and reads every answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

HEAD_LIMIT = 256 * 1024


@dataclass(frozen=True)
class Answer:
    """One answer as it came; header names are folded."""

    status: int
    headers: dict[str, str]
    body: bytes


class HungUp(Exception):
    """The connection ended before an answer came."""


@dataclass
class Line:
    """An async context manager: one connection, opened when it is needed and anew where the server closed it."""

    port: int
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None
    interim: list[int] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def send(self, raw: bytes) -> None:
        """Send bytes as they are."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port, limit=HEAD_LIMIT)
        self._writer.write(raw)
        await self._writer.drain()

    async def ask(self, raw: bytes, *, method: str = "GET") -> Answer:
        """Send a request, read its answer; once more where a connection that was kept had been closed meanwhile."""
        kept = self._writer is not None
        try:
            await self.send(raw)
            return await self.answer(method)
        except (HungUp, ConnectionError):
            self.close()
            if not kept:
                raise
            return await self.ask(raw, method=method)

    async def until_interim(self, status: int) -> None:
        """Wait for an interim answer such as 100; somebody else must be waiting for the whole answer."""
        while status not in self.interim:
            self._news.clear()
            await self._news.wait()

    async def answer(self, method: str = "GET") -> Answer:
        """The next answer on the connection."""
        assert self._reader is not None
        try:
            while True:
                head = await self._reader.readuntil(b"\r\n\r\n")
                status_line, *lines = head[:-4].decode("latin-1").split("\r\n")
                status = int(status_line.split(" ", 2)[1])
                if status >= 200:
                    break
                self.interim.append(status)
                self._news.set()
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            has_body = method != "HEAD" and status not in (204, 304)
            body = await self._reader.readexactly(int(headers.get("content-length", 0))) if has_body else b""
        except asyncio.IncompleteReadError as error:
            self.close()
            raise HungUp(error.partial[:200]) from None
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)


def request(method: str, target: str, body: bytes | None = None, **headers: str) -> bytes:
    """A request as bytes. `Host` and `Content-Length` are added; a header given as "" is left out."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    usual = {"Host": "bridge", **({} if body is None else {"Content-Length": str(len(body))})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**usual, **named}.items() if value)
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("utf-8", "surrogateescape") + (body or b"")
