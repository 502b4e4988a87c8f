"""What real identity providers send, replayed against the real daemon: each recorded case by itself."""

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import Daemon

CASES = [
    pytest.param(case, id=case["id"])
    for file in sorted(Path(__file__).parent.glob("*.json"))
    for case in json.loads(file.read_text())["cases"]
]


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path_factory.mktemp("conversations"))
    daemon.configure("")
    daemon.start()
    yield daemon
    assert daemon.stop() == 0


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_request_is_answered_as_its_sender_expects(daemon: Daemon, case: dict[str, Any]) -> None:
    known: dict[str, Any] = {"unique": uuid.uuid4().hex}
    for name, given in case["given"].items():
        body = fill(given["body"], {**known, "unique": uuid.uuid4().hex})
        status, known[name] = daemon.send("POST", given["endpoint"], body)
        assert status == 201

    request, expected = fill(case["request"], known), fill(case["expect"], known)
    query = f"?{request['query']}" if "query" in request else ""
    status, body = daemon.send(
        request["method"], request["path"] + query, request.get("body"), **request.get("headers", {})
    )

    assert status in expected["status"], body
    check(expected, body or {})
    if then := expected.get("then"):
        status, body = daemon.send("GET", then["get"])
        assert status == 200
        check({"body": then["has"], "lacks": then.get("lacks", [])}, body)
        if exactly := then.get("exactly"):
            assert len(then["has"][exactly]) == len(body[exactly])


def check(expected: dict[str, Any], body: Any) -> None:
    assert matches(expected.get("body", {}), body), body
    assert [path for path in expected.get("lacks", []) if read(path, body)] == []


def fill(value: Any, known: dict[str, Any]) -> Any:
    """The value with `{name.path}` replaced by what is known."""
    if isinstance(value, dict):
        return {key: fill(each, known) for key, each in value.items()}
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


def read(path: str, body: Any) -> Any:
    """The value at a dotted path; a URN may stand first."""
    urn = re.match(r"(urn:.*:User)\.(.*)", path)
    for part in [urn[1], *urn[2].split(".")] if urn else path.split("."):
        body = (body or {}).get(part)
    return body
