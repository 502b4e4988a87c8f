"""Replay a recorded case against a real daemon: make what it needs, send its request, look at the answer.

A case is data: `given` resources, a `request`, and what is `expect`ed. `{unique}` in it is a fresh word, `{u.id}` reads
a resource that was made. A `body` or `has` is found in the answer, where more may be; `exactly` names the list of `has`
that has no other items; `lacks` are paths that are absent or empty. A `whole` is all of the answer; "*" in it stands
for any text. `headers` are patterns.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.daemon import Daemon

HERE = Path(__file__).parent
PROFILES = ("entra", "okta", "onelogin", "jumpcloud", "ping", "wso2", "fusionauth")
CLIENT = """
[clients.{name}]
token = "file:credentials/token-{name}"
profile = "{profile}"
tenant = "{name}"
"""


def load(file: Path) -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads(file.read_text())
    return recorded


def start(folder: Path, clients: dict[str, str]) -> Daemon:
    """A daemon with a client, in a tenant of its own, for each name; the values are their profiles."""
    daemon = Daemon(folder)
    daemon.configure("".join(CLIENT.format(name=name, profile=profile) for name, profile in clients.items()))
    for name in clients:
        path = folder / "credentials" / f"token-{name}"
        path.touch(mode=0o600)
        path.write_text(f"token-of-{name}")
    return daemon.start()


@dataclass(frozen=True)
class Sender:
    """One client of the daemon."""

    daemon: Daemon
    token: str

    @classmethod
    def of(cls, daemon: Daemon, client: str) -> Sender:
        return cls(daemon, daemon.token if client == "default" else f"token-of-{client}")

    def send(self, request: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
        query = f"?{request['query']}" if "query" in request else ""
        headers = {"Authorization": f"Bearer {self.token}", **request.get("headers", {})}
        return self.daemon.exchange(request["method"], request["path"] + query, request.get("body"), **headers)

    def replay(self, case: dict[str, Any]) -> None:
        """Fail where the answer is not the one that is expected."""
        known = self.make(case.get("given", {}))
        request, expected = fill(case["request"], known), fill(case["expect"], known)
        status, headers, body = self.send(request)

        assert status in expected["status"], (status, body)
        for name, pattern in expected.get("headers", {}).items():
            assert re.fullmatch(pattern, headers.get(name.lower(), "")), (name, headers)
        check(expected, body)
        if then := expected.get("then"):
            self._then(then)

    def make(self, given: dict[str, Any]) -> dict[str, Any]:
        """The resources that a case needs, by its names for them."""
        known: dict[str, Any] = {"unique": uuid.uuid4().hex}
        for name, wanted in given.items():
            body = fill(wanted["body"], {**known, "unique": uuid.uuid4().hex})
            status, _, known[name] = self.send({"method": "POST", "path": wanted["endpoint"], "body": body})
            assert status == 201, known[name]
        return known

    def _then(self, then: dict[str, Any]) -> None:
        status, _, body = self.send({"method": "GET", "path": then["get"]})
        assert status == then.get("status", 200), body
        check({"body": then.get("has", {}), "lacks": then.get("lacks", []), "whole": then.get("whole")}, body)
        if exactly := then.get("exactly"):
            assert len(then["has"][exactly]) == len(body[exactly])

    def clear(self) -> None:
        """Delete all that this client sees."""
        for endpoint in ("/Users", "/Groups"):
            _, _, found = self.send({"method": "GET", "path": endpoint, "query": "attributes=id&count=1000"})
            for each in found["Resources"]:
                self.send({"method": "DELETE", "path": f"{endpoint}/{each['id']}"})


def check(expected: dict[str, Any], body: Any) -> None:
    assert matches(expected.get("body", {}), body or {}), body
    assert [] == [path for path in expected.get("lacks", []) if read(path, body)]
    if (whole := expected.get("whole")) is not None:
        assert is_whole(whole, body), f"expected {json.dumps(whole)}\ngot {json.dumps(body)}"


def fill(value: Any, known: dict[str, Any]) -> Any:
    """The value with `{name.path}` replaced by what is known."""
    if isinstance(value, dict):
        return {fill(key, known): fill(each, known) for key, each in value.items()}
    if isinstance(value, list):
        return [fill(each, known) for each in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"\{([A-Za-z][\w.]*)\}", lambda match: str(look(match[1], known)), value)


def look(path: str, known: Any) -> Any:
    for part in path.split("."):
        known = known[int(part)] if isinstance(known, list) else known[part]
    return known


def matches(wanted: Any, found: Any) -> bool:
    """Whether everything wanted is found; more may be found."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(k in found and matches(v, found[k]) for k, v in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and all(any(matches(w, f) for f in found) for w in wanted)
    return bool(wanted == found)


def is_whole(wanted: Any, found: Any) -> bool:
    """Whether what is wanted is all that is found; lists in any order (RFC 7643 §2.4)."""
    if wanted == "*":
        return isinstance(found, str)
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and wanted.keys() == found.keys()
            and all(is_whole(value, found[name]) for name, value in wanted.items())
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(wanted) == len(found) and _pair_off(wanted, list(found))
    return bool(wanted == found)


def _pair_off(wanted: list[Any], found: list[Any]) -> bool:
    for each in wanted:
        at = next((i for i, have in enumerate(found) if is_whole(each, have)), None)
        if at is None:
            return False
        del found[at]
    return True


def read(path: str, body: Any) -> Any:
    """The value at a dotted path; a URN may stand first."""
    urn = re.match(r"(urn:.*:User)\.(.*)", path)
    for part in [urn[1], *urn[2].split(".")] if urn else path.split("."):
        body = (body or {}).get(part)
    return body
