"""The floor: the least that a durable HTTP server in this language must do.

Bare aiohttp, orjson, one row per request, committed in groups with `synchronous=FULL` before the answer; reads are one
SELECT by key. No SCIM, no checks, no links. Our figures are given as a share of what this reaches in the same run.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
import uuid

import orjson
from aiohttp import web

Job = tuple[str, bytes, "asyncio.Future[None]"]


def write(path: str, jobs: queue.SimpleQueue[Job], loop: asyncio.AbstractEventLoop) -> None:
    """Commit what is queued, in groups, for ever."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    while True:
        batch = [jobs.get()]
        while len(batch) < 256:
            try:
                batch.append(jobs.get_nowait())
            except queue.Empty:
                break
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO resource VALUES (?, ?)", [(key, body) for key, body, _ in batch])
        db.execute("COMMIT")
        loop.call_soon_threadsafe(_resolve, [done for _, _, done in batch])


def _resolve(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)


async def serve(path: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE resource (id TEXT PRIMARY KEY, body BLOB) STRICT")
    reading = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=write, args=(path, jobs, loop), daemon=True).start()

    async def create(request: web.Request) -> web.Response:
        resource = orjson.loads(await request.read())
        resource["id"] = str(uuid.uuid4())
        body = orjson.dumps(resource)
        done: asyncio.Future[None] = loop.create_future()
        jobs.put((resource["id"], body, done))
        await done
        return web.Response(status=201, body=body, content_type="application/scim+json")

    async def get(request: web.Request) -> web.Response:
        row = reading.execute("SELECT body FROM resource WHERE id = ?", (request.match_info["id"],)).fetchone()
        return web.Response(body=row[0], content_type="application/scim+json")

    app = web.Application()
    app.router.add_post("/scim/v2/Users", create)
    app.router.add_get("/scim/v2/Users/{id}", get)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
