"""Requests from a seed: valid ones, half-valid ones and hostile ones, to every endpoint.

A conversation is all that one client says on one connection. It knows the resources that it made itself and no others,
so its seed says all of it, whatever else is sent meanwhile.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.daemon import GROUP, PATCH, USER
from tests.soak import garble
from tests.soak.http import Answer, request

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
BASE = "/scim/v2"
LENGTH = 100
"""Requests of one conversation; the last ones delete what it made."""


@dataclass(frozen=True)
class Sent:
    """One request: what was meant by it, and the bytes. `creates` is the endpoint where it may make something."""

    method: str
    path: str
    raw: bytes
    creates: str | None = None
    deletes: str | None = None


@dataclass
class Conversation:
    """What one client says. `ids` are what it made, by endpoint."""

    seed: int
    token: str
    ids: dict[str, list[str]] = field(default_factory=lambda: {"Users": [], "Groups": []})

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self._number = 0

    def next(self) -> Sent:
        """The next request."""
        self._number += 1
        say = self.dice.choices(*zip(*_SAYINGS, strict=True))[0]
        return say(self)

    def farewell(self) -> list[Sent]:
        """What deletes all that was made."""
        paths = [f"/{endpoint}/{id_}" for endpoint, ids in self.ids.items() for id_ in ids]
        return [self.sent("DELETE", path, deletes=path.rpartition("/")[2]) for path in paths]

    def learn(self, sent: Sent, answer: Answer) -> None:
        """Remember what was made, forget what is gone."""
        if answer.status == 201 and sent.creates:
            self.ids[sent.creates].append(json.loads(answer.body)["id"])
        if answer.status in (204, 404) and sent.deletes:
            for ids in self.ids.values():
                if sent.deletes in ids:
                    ids.remove(sent.deletes)

    def sent(self, method: str, path: str, body: Any = None, **more: Any) -> Sent:
        """A request as a library would send it; `headers` may change that."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"}
        headers |= more.pop("headers", {})
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        return Sent(method, path, request(method, BASE + path, raw, **headers), **more)

    def endpoint(self) -> str:
        return self.dice.choice(("Users", "Users", "Users", "Groups"))

    def an_id(self, endpoint: str) -> str:
        """One that is there, or that is not."""
        known = self.ids[endpoint]
        if known and self.dice.random() < 0.85:
            return self.dice.choice(known)
        return self.dice.choice(("nobody", quote(garble.text(self.dice), safe=""), "0" * 36))

    def a_member(self) -> Any:
        value: dict[str, Any] = {"value": self.an_id(self.endpoint())}
        return value | self.dice.choice(({}, {"type": "User"}, {"type": "Group"}, {"display": "x"}, {"$ref": None}))

    def a_user(self) -> dict[str, Any]:
        dice = self.dice
        user: dict[str, Any] = {"schemas": [USER], "userName": f"u{self.seed}-{dice.randrange(60)}"}
        user |= {name: value for name, value in _optional(dice) if dice.random() < 0.2}
        if dice.random() < 0.2:
            user[ENTERPRISE] = {"department": garble.text(dice), "manager": {"value": self.an_id("Users")}}
        return user

    def a_group(self) -> dict[str, Any]:
        members = [self.a_member() for _ in range(self.dice.randrange(5))]
        return {"schemas": [GROUP], "displayName": f"g{self.seed}-{self._number}", "members": members}

    def a_resource(self, endpoint: str) -> dict[str, Any]:
        return self.a_user() if endpoint == "Users" else self.a_group()

    def a_patch(self, endpoint: str) -> dict[str, Any]:
        operations = [self.an_operation(endpoint) for _ in range(self.dice.randint(1, 4))]
        return {"schemas": [PATCH], "Operations": operations}

    def an_operation(self, endpoint: str) -> dict[str, Any]:
        dice = self.dice
        op = dice.choice(("add", "replace", "remove", "Add", "Replace", "Remove"))
        paths = garble.USER_PATHS if endpoint == "Users" else garble.GROUP_PATHS
        if dice.random() < 0.2:
            return {"op": op, "value": self.a_resource(endpoint)}
        path, values = dice.choice(paths)
        if "{id}" in path:
            path = path.format(id=self.an_id("Users"))
        value = self.a_member() if path.startswith("members") else dice.choice(values)
        return {"op": op, "path": path, **({"value": value} if dice.random() < 0.9 else {})}


def _optional(dice: random.Random) -> list[tuple[str, Any]]:
    return [
        ("active", dice.choice((True, False, "True", "false"))),
        ("externalId", garble.text(dice)),
        ("displayName", garble.text(dice)),
        ("name", {"familyName": garble.text(dice), "givenName": garble.text(dice)}),
        ("emails", [{"value": f"{dice.random()}@x.test", "type": dice.choice(("work", "home")), "primary": True}]),
        ("phoneNumbers", [{"value": "+1-" + str(dice.randrange(10**9))}]),
        ("addresses", [{"type": "work", "locality": garble.text(dice)}]),
        ("title", garble.text(dice)),
        ("password", "t1meMa$heen"),
        ("roles", []),
        ("x509Certificates", [{"value": "QUJD"}]),
        ("unheardOf", garble.json_value(dice)),
    ]


def _create(talk: Conversation) -> Sent:
    endpoint = talk.endpoint()
    return talk.sent("POST", f"/{endpoint}", talk.a_resource(endpoint), creates=endpoint)


def _read(talk: Conversation) -> Sent:
    endpoint = talk.endpoint()
    query = talk.dice.choice(("", "", "?attributes=userName,emails.value", "?excludedAttributes=members,name"))
    return talk.sent(talk.dice.choice(("GET", "HEAD")), f"/{endpoint}/{talk.an_id(endpoint)}{query}")


def _change(talk: Conversation) -> Sent:
    endpoint = talk.endpoint()
    tag = talk.dice.choice(('W/"1"', '"1"', 'W/"2"', "*", "", 'W/"'))
    headers = {"If-Match": tag} if talk.dice.random() < 0.2 else {}
    path = f"/{endpoint}/{talk.an_id(endpoint)}"
    if talk.dice.random() < 0.3:
        return talk.sent("PUT", path, talk.a_resource(endpoint), headers=headers)
    return talk.sent("PATCH", path, talk.a_patch(endpoint), headers=headers)


def _delete(talk: Conversation) -> Sent:
    endpoint = talk.endpoint()
    id_ = talk.an_id(endpoint)
    return talk.sent("DELETE", f"/{endpoint}/{id_}", deletes=id_)


def _list(talk: Conversation) -> Sent:
    dice = talk.dice
    path = dice.choice(("/Users", "/Users", "/Groups", "/"))
    query = {"count": dice.choice(("1", "3", "0", "-1", "x", "10"))}
    if dice.random() < 0.8:
        query["filter"] = garble.a_filter(dice, f"u{talk.seed}-{dice.randrange(60)}")
    for name, values in garble.PARAMETERS:
        if dice.random() < 0.1:
            query[name] = dice.choice(values)
    if dice.random() < 0.2:
        body = {"schemas": [SEARCH], **query}
        return talk.sent("POST", path.rstrip("/") + "/.search", body)
    return talk.sent("GET", path + "?" + "&".join(f"{name}={quote(value)}" for name, value in query.items()))


def _bulk(talk: Conversation) -> Sent:
    """Creates nothing that stays: what is made is deleted in the same bulk."""
    operations: list[dict[str, Any]] = []
    for number in range(talk.dice.randint(1, 4)):
        endpoint = talk.endpoint()
        data = talk.a_resource(endpoint)
        data["externalId"] = f"bulkId:b{talk.dice.randrange(5)}"
        operations.append({"method": "POST", "path": f"/{endpoint}", "bulkId": f"b{number}", "data": data})
        operations.append({"method": "DELETE", "path": f"/{endpoint}/bulkId:b{number}"})
    endpoint = talk.endpoint()
    change = {"method": "PATCH", "path": f"/{endpoint}/{talk.an_id(endpoint)}", "data": talk.a_patch(endpoint)}
    operations.insert(talk.dice.randrange(len(operations)), change)
    more = talk.dice.choice(({}, {}, {"failOnErrors": 1}, {"failOnErrors": 0}))
    return talk.sent("POST", "/Bulk", {"schemas": [BULK], "Operations": operations, **more})


def _discover(talk: Conversation) -> Sent:
    return talk.sent(talk.dice.choice(("GET", "HEAD", "OPTIONS")), talk.dice.choice(garble.DISCOVERY))


def _garbled_body(talk: Conversation) -> Sent:
    """A message that was right until something in it was exchanged."""
    base = talk.dice.choice((_create, _change, _bulk, _list))(talk)
    head, _, body = base.raw.partition(b"\r\n\r\n")
    body = garble.json_in(talk.dice, body) if talk.dice.random() < 0.6 else garble.bytes_in(talk.dice, body)
    headers = {"Authorization": f"Bearer {talk.token}", "Content-Type": "application/scim+json"}
    target = head.split(b" ")[1].decode()
    raw = request(base.method, target, body, **headers)
    return Sent(base.method, base.path, raw, base.creates, base.deletes)


def _garbled_head(talk: Conversation) -> Sent:
    dice = talk.dice
    method = dice.choice(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "FOO", "get"))
    headers = dict(dice.sample(garble.HEADERS, dice.randrange(4)))
    path = dice.choice((*garble.PATHS, "/" + quote(garble.text(dice)), f"/Users/{talk.an_id('Users')}/x"))
    body = dice.choice((None, b"{}", b"", json.dumps(talk.a_user()).encode()))
    return talk.sent(method, path, body, headers=headers)


_SAYINGS: list[tuple[Callable[[Conversation], Sent], float]] = [
    (_create, 15),
    (_read, 15),
    (_change, 20),
    (_delete, 5),
    (_list, 15),
    (_bulk, 4),
    (_discover, 4),
    (_garbled_body, 14),
    (_garbled_head, 8),
]
