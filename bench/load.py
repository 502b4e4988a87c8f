"""A lean HTTP/1.1 load generator: N clients on kept-alive connections, each sending its next request on its answer.

Run as a process of its own (`python -m bench.load`), so that what it costs is not paid by the server's loop. Plain
asyncio streams: a general HTTP client costs more than the server that is measured.
Reads one JSON object on stdin: {"host", "port", "clients", "requests": [{"method", "path", "body"}], "headers"};
writes one on stdout: {"began", "seconds", "statuses", "milliseconds": [p50, p95, p99]}; `began` is the first request's
time by the clock that all processes share (CLOCK_MONOTONIC).
"""

from __future__ import annotations

import asyncio
import collections
import json
import sys
import time
from collections.abc import Iterator


def encode(host: str, headers: dict[str, str], method: str, path: str, body: str | None) -> bytes:
    """One request as bytes."""
    payload = (body or "").encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{k}: {v}" for k, v in headers.items())]
    if body is not None:
        lines += ["Content-Type: application/scim+json", f"Content-Length: {len(payload)}"]
    return "\r\n".join([*lines, "", ""]).encode() + payload


async def read_answer(reader: asyncio.StreamReader) -> int:
    """The status of one answer; its body is read and dropped."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
    return status


async def client(
    host: str, port: int, requests: Iterator[bytes], statuses: collections.Counter[int], took: list[float]
) -> None:
    """Take the next request until there is none."""
    reader, writer = await asyncio.open_connection(host, port)
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        statuses[await read_answer(reader)] += 1
        took.append(time.perf_counter() - began)
    writer.close()


async def run(job: dict[str, object]) -> dict[str, object]:
    host, port, headers = job["host"], job["port"], job["headers"]
    requests = iter([encode(host, headers, r["method"], r["path"], r.get("body")) for r in job["requests"]])  # type: ignore
    statuses: collections.Counter[int] = collections.Counter()
    took: list[float] = []
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(job["clients"]):  # type: ignore
            group.create_task(client(host, port, requests, statuses, took))  # type: ignore
    seconds = time.monotonic() - began
    took.sort()
    return {
        "began": began,
        "seconds": seconds,
        "statuses": statuses,
        "milliseconds": [round(took[int(len(took) * q)] * 1000, 2) for q in (0.5, 0.95, 0.99)] if took else [],
    }


if __name__ == "__main__":
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)
