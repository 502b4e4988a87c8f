"""A small REST app that stands for a SaaS product: users and teams, ids of its own, a bearer token.

It knows no unique names, unless told so: two users with one login are taken without a word, so that duplicates can be
counted. It records every call. Tests make it misbehave by `POST /faults`: an answer that is late, lost after the change
was made, or an error. `python -m demo.app --port 0 --token SECRET` prints its port as the last word of its first line.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from demo.app_state import NAMES, SHORTEST_PASSWORD, App, Fault, Json, merge

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OWN = ("/state", "/calls", "/faults")
"""Paths for tests: neither recorded nor subject to faults."""


APP = web.AppKey("app", App)


def make_app(app: App) -> web.Application:
    made = web.Application(middlewares=[_authenticate, _misbehave])
    made[APP] = app
    for kind in ("users", "teams"):
        made.router.add_post(f"/{{kind:{kind}}}", create)
        made.router.add_get(f"/{{kind:{kind}}}", listing)
        made.router.add_get(f"/{{kind:{kind}}}/{{id}}", read)
        made.router.add_patch(f"/{{kind:{kind}}}/{{id}}", patch)
        made.router.add_put(f"/{{kind:{kind}}}/{{id}}", put)
        made.router.add_delete(f"/{{kind:{kind}}}/{{id}}", delete)
    made.router.add_post("/users/{id}/{switch:enable|disable}", switch)
    made.router.add_put("/users/{id}/password", set_password)
    made.router.add_get("/teams/{id}/members", members)
    made.router.add_post("/teams/{id}/members", add_member)
    made.router.add_delete("/teams/{id}/members/{member}", remove_member)
    made.router.add_get("/state", show_state)
    made.router.add_get("/calls", show_calls)
    made.router.add_post("/faults", add_fault)
    made.router.add_delete("/faults", end_faults)
    return made


@web.middleware
async def _authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.headers.get("Authorization") != f"Bearer {request.app[APP].token}":
        return _error(401, "the token is not known here")
    return await handler(request)


@web.middleware
async def _misbehave(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Record the call, and go wrong where that was asked for."""
    if request.path in OWN:
        return await handler(request)
    app, fault = request.app[APP], request.app[APP].fault(request)
    call: Json = {"method": request.method, "path": request.path_qs, "body": await request.text()}
    app.calls.append(call)
    if fault.delay:
        await asyncio.sleep(fault.delay)
    answer: web.StreamResponse
    if fault.text is not None:
        answer = web.Response(status=fault.status or 200, text=fault.text, content_type="text/html")
    elif fault.status is not None:
        answer = _error(fault.status, "this is a fault that was asked for")
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = fault.retry_after
    else:
        answer = await handler(request)
        app.save()
    call["status"] = answer.status
    if fault.hold:
        await app.released.wait()
    if fault.drop and request.transport is not None:
        request.transport.abort()
    return answer


async def create(request: web.Request) -> web.Response:
    app, kind, body = request.app[APP], request.match_info["kind"], await request.json()
    name = NAMES[kind]
    if not isinstance(body.get(name), str) or not body[name]:
        return _error(422, f"{name} is required", field=name)
    if app.is_taken(kind, body):
        return _error(409, f"{name} is taken", field=name)
    defaults: Json = {"members": []} if kind == "teams" else {"active": True}
    made = {**defaults, **body, "id": app.new_id(kind[0])}
    getattr(app, kind)[made["id"]] = made
    return _json(made, 201)


async def listing(request: web.Request) -> web.Response:
    """All, or those with the given values; `page` and `per_page` take a part, and `Link` says where the next is."""
    kind, query = request.match_info["kind"], dict(request.query)
    page, size = int(query.pop("page", "1")), int(query.pop("per_page", "0"))
    found = [entry for entry in _held(request).values() if all(str(entry.get(k, "")) == v for k, v in query.items())]
    part = found[(page - 1) * size : page * size] if size else found
    answer: Json = {
        kind: part,
        "total": len(found),
        "next": str(page + 1) if size and page * size < len(found) else None,
    }
    response = _json(answer)
    if answer["next"]:
        response.headers["Link"] = f'<{request.url.update_query(page=page + 1)}>; rel="next"'
    return response


async def read(request: web.Request) -> web.Response:
    entry = _entry(request)
    return _absent() if entry is None else _json(entry)


async def patch(request: web.Request) -> web.Response:
    """JSON merge patch (RFC 7396), but null stays as null."""
    entry = _entry(request)
    if entry is None:
        return _absent()
    body = await request.json()
    if request.app[APP].is_taken(request.match_info["kind"], body, entry):
        return _error(409, "the name is taken")
    merge(entry, {**body, "id": entry["id"]})
    return _json(entry)


async def put(request: web.Request) -> web.Response:
    """The whole entry: what is not sent is gone."""
    entry = _entry(request)
    if entry is None:
        return _absent()
    kept: Json = {name: entry[name] for name in ("id", "members") if name in entry}
    body = await request.json()
    if request.app[APP].is_taken(request.match_info["kind"], body, entry):
        return _error(409, "the name is taken")
    entry.clear()
    entry.update({**body, **kept})
    return _json(entry)


async def delete(request: web.Request) -> web.Response:
    gone = _held(request).pop(request.match_info["id"], None)
    if gone is None:
        return _absent()
    for team in request.app[APP].teams.values():
        if gone["id"] in team["members"]:
            team["members"].remove(gone["id"])
    return web.Response(status=204)


async def switch(request: web.Request) -> web.Response:
    user = request.app[APP].users.get(request.match_info["id"])
    if user is None:
        return _absent()
    user["active"] = request.match_info["switch"] == "enable"
    return web.Response(status=204)


async def set_password(request: web.Request) -> web.Response:
    """Kept apart from the user, and shown to nobody; one of less than eight characters is refused."""
    app, id_, body = request.app[APP], request.match_info["id"], await request.json()
    if id_ not in app.users:
        return _absent()
    if len(body["password"]) < SHORTEST_PASSWORD:
        return _error(422, f"the password {body['password']} is too short", field="password")
    app.passwords[id_] = body["password"]
    return web.Response(status=204)


async def members(request: web.Request) -> web.Response:
    team = request.app[APP].teams.get(request.match_info["id"])
    return _absent() if team is None else _json({"members": [{"id": member} for member in team["members"]]})


async def add_member(request: web.Request) -> web.Response:
    app, member = request.app[APP], (await request.json())["user"]
    team = app.teams.get(request.match_info["id"])
    if team is None or member not in app.users:
        return _absent()
    if member in team["members"]:
        return _error(409, "is a member already")
    team["members"].append(member)
    return web.Response(status=204)


async def remove_member(request: web.Request) -> web.Response:
    team, member = request.app[APP].teams.get(request.match_info["id"]), request.match_info["member"]
    if team is None or member not in team["members"]:
        return _absent()
    team["members"].remove(member)
    return web.Response(status=204)


async def show_state(request: web.Request) -> web.Response:
    return _json(request.app[APP].state())


async def show_calls(request: web.Request) -> web.Response:
    return _json(request.app[APP].calls)


async def add_fault(request: web.Request) -> web.Response:
    request.app[APP].faults.append(Fault(**await request.json()))
    return web.Response(status=204)


async def end_faults(request: web.Request) -> web.Response:
    """No more faults, and answers that are held go out."""
    app = request.app[APP]
    app.faults.clear()
    app.released.set()
    app.released = asyncio.Event()
    return web.Response(status=204)


def _held(request: web.Request) -> dict[str, Json]:
    held: dict[str, Json] = getattr(request.app[APP], request.match_info["kind"])
    return held


def _entry(request: web.Request) -> Json | None:
    return _held(request).get(request.match_info["id"])


def _json(what: Any, status: int = 200) -> web.Response:
    return web.json_response(what, status=status)


def _absent() -> web.Response:
    return _error(404, "there is no such thing")


def _error(status: int, message: str, **more: str) -> web.Response:
    return _json({"message": message, **more}, status)


async def serve(app: App, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    runner = web.AppRunner(make_app(app), shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    print(f"the app listens on 127.0.0.1, port {runner.addresses[0][1]}", flush=True)
    await ended.wait()
    await runner.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.app", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--token", required=True)
    parser.add_argument("--file", type=Path, help="keep the state here; absent: in memory")
    options = parser.parse_args()
    asyncio.run(serve(App(options.token, file=options.file), options.port))


if __name__ == "__main__":
    main()
