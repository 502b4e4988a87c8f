"""The ops listener: /metrics for Prometheus, /status for people and dashboards. Loopback, and without a token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from bridge.edge.listener import Answer
from bridge.edge.metrics import Metrics, of_targets
from bridge.journal import JournalBusy

Status = Callable[[], Awaitable[dict[str, Any]]]


def make_ops_app(metrics: Metrics, status: Status) -> Answer:
    """The application of the ops listener; `status` makes the status document."""

    async def answer(request: web.BaseRequest) -> web.Response:
        try:
            return await shown(request)
        except JournalBusy as error:
            headers = {"Retry-After": str(error.retry_after)}
            return web.Response(status=503, headers=headers, text=f"not now: {error}\n")

    async def shown(request: web.BaseRequest) -> web.Response:
        match request.path if request.method in ("GET", "HEAD") else None:
            case "/metrics":
                lines = [*metrics.lines(), *of_targets((await status())["targets"])]
                return web.Response(text="\n".join([*lines, ""]), content_type="text/plain")
            case "/status":
                return web.Response(body=orjson.dumps(await status()), content_type="application/json")
            case _:
                return web.Response(status=404, text="there are GET /metrics and GET /status\n")

    return answer
