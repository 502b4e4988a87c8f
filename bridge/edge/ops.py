"""The ops listener: /metrics for Prometheus, /status for people and dashboards. Loopback, and without a token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from bridge.edge.metrics import Metrics, of_targets

Status = Callable[[], Awaitable[dict[str, Any]]]


def make_ops_app(metrics: Metrics, status: Status) -> web.Application:
    """The application of the ops listener; `status` makes the status document."""

    async def show_metrics(_request: web.Request) -> web.Response:
        lines = [*metrics.lines(), *of_targets((await status())["targets"])]
        return web.Response(text="\n".join([*lines, ""]), content_type="text/plain")

    async def show_status(_request: web.Request) -> web.Response:
        return web.Response(body=orjson.dumps(await status()), content_type="application/json")

    app = web.Application()
    app.router.add_get("/metrics", show_metrics)
    app.router.add_get("/status", show_status)
    return app
