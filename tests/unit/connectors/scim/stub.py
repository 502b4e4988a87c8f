"""A service that does what real ones do to their clients, and writes down what it was sent.

It applies no PATCH: what is tried here is what we send, and what we make of the answers. Real services are in
tests/contract.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
CONFIG = "ServiceProviderConfig"
_FILTER = re.compile(r'(\S+) eq "(.*)"')
DISCOVERY = (CONFIG, "ResourceTypes", "Schemas")


@dataclass(frozen=True)
class Sent:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]

    @property
    def operations(self) -> Any:
        return self.body["Operations"]


@dataclass
class Answer:
    """What the service answers in place of its own; `method` None: to whatever comes next."""

    method: str
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def error(status: int, detail: str = "no", **more: str) -> dict[str, str]:
    return {"schemas": ERROR, "status": str(status), "detail": detail, **more}


@dataclass
class Service:
    """What it holds by endpoint and id; `filters` and `pages`: whether it heeds a filter, and startIndex.

    Changes that name one of `absent` are refused as a whole.
    """

    resources: dict[str, dict[str, Any]] = field(default_factory=lambda: {"Users": {}, "Groups": {}})
    documents: dict[str, Any] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    filters: bool = True
    pages: bool = True
    cursors: bool = False
    most: int = 1000
    absent: set[str] = field(default_factory=set)
    refused: list[Sent] = field(default_factory=list)
    total: Callable[[int, int], Any] = lambda total, _: total  # of all there are, and of those in the answer

    def writes(self, method: str | None = None) -> list[Sent]:
        return [each for each in self.sent if each.method == (method or each.method) and each.method != "GET"]

    def reads(self, path: str) -> list[Sent]:
        return [each for each in self.sent if each.method == "GET" and each.path == path]

    def hold(self, endpoint: str, id_: str, **resource: Any) -> None:
        self.resources[endpoint][id_] = {"id": id_, **resource}

    async def answer(self, request: web.Request) -> web.Response:
        raw = await request.text()
        query, headers = dict(request.query), dict(request.headers)
        sent = Sent(request.method, request.path, query, json.loads(raw) if raw else None, headers)
        self.sent.append(sent)
        canned = next((each for each in self.answers if each.method == sent.method), None)
        if canned is not None:
            self.answers.remove(canned)
            return _shown(canned.status, canned.body, canned.headers)
        return self._own(sent)

    def _own(self, sent: Sent) -> web.Response:
        _, endpoint, *rest = sent.path.split("/")
        if endpoint in DISCOVERY:
            found = self.documents.get(endpoint)
            return _shown(404, error(404)) if found is None else _shown(200, found)
        held = self.resources[endpoint]
        if sent.method == "POST":
            id_ = f"n{len(held)}"
            held[id_] = {**sent.body, "id": id_}
            return _shown(201, held[id_])
        if not rest:
            return _shown(200, self._listed(list(held.values()), sent.query))
        if rest[0] not in held:
            return _shown(404, error(404))
        if sent.method == "DELETE":
            del held[rest[0]]
        if sent.method == "PUT":
            held[rest[0]] = sent.body
        if sent.method == "PATCH" and any(member in str(sent.body) for member in map(repr, self.absent)):
            self.refused.append(sent)
            return _shown(404, error(404))
        version = held.get(rest[0], {}).get("version", "1")
        return _shown(200 if sent.method in ("GET", "PUT") else 204, held.get(rest[0]), {"ETag": f'W/"{version}"'})

    def _listed(self, held: list[Any], query: dict[str, str]) -> dict[str, Any]:
        if self.filters and (matched := _FILTER.fullmatch(query.get("filter", ""))):
            name, value = matched.groups()
            held = [each for each in held if str(each.get(name, "")).casefold() == value.casefold()]
        count = min(int(query.get("count", self.most)), self.most)
        first = int(query.get("cursor") or 0) if self.cursors else int(query.get("startIndex", 1)) - 1
        some = held[first : first + count] if self.pages else held[:count]
        found = {"schemas": [LIST], "totalResults": self.total(len(held), len(some)), "Resources": some}
        following = first + count
        return {**found, "nextCursor": str(following)} if self.cursors and following < len(held) else found


def _shown(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    if body is None or status == 204:
        return web.Response(status=status, headers=headers)
    return web.json_response(body, status=status, headers=headers, content_type="application/scim+json")
