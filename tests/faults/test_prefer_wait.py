"""`Prefer: wait` and the Delivery extension on a real daemon, with a real directory that stands still and goes on."""

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from demo.slapd import BASE, Slapd
from tests.daemon import GROUP, PATCH, USER, Daemon
from tests.faults.parts import Parts, standing
from tests.slapd import need_slapd

DELIVERY = "urn:scim-bridge:schemas:1.0:Delivery"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
GONE = quote('userName eq "gone"')
AT_ONCE = 10.0
"""Seconds; what is waited for would take far longer."""


_numbers = count(1)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon whose targets are all well, for all tests that leave them so."""
    need_slapd()
    folder = tmp_path_factory.mktemp("calm")
    slapd = Slapd(folder / "slapd").prepare().start()
    try:
        with standing(folder, slapd) as parts:
            daemon = parts.daemon().start()
            yield daemon
            assert daemon.stop() == 0
    finally:
        slapd.stop()


@pytest.fixture
def parts(tmp_path: Path, own_slapd: Callable[..., Slapd]) -> Iterator[Parts]:
    with standing(tmp_path, own_slapd()) as parts:
        yield parts


@pytest.fixture
def daemon(parts: Parts) -> Iterator[Daemon]:
    daemon = parts.daemon().start()
    yield daemon
    daemon.close()


def _send(daemon: Daemon, method: str, path: str, body: Any, prefer: str) -> tuple[int, dict[str, str], Any]:
    """One request that prefers to wait: status, headers, JSON."""
    headers = {"Authorization": f"Bearer {daemon.token}", "Content-Type": "application/scim+json", "Prefer": prefer}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(daemon.url + path, method=method, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=90) as answer:
        raw = answer.read()
        return answer.status, dict(answer.headers), json.loads(raw) if raw else None


class _Sent(threading.Thread):
    """The same, in a thread: `answer` once it is there."""

    def __init__(self, *request: Any) -> None:
        super().__init__(daemon=True)
        self._request = request
        self.start()

    def run(self) -> None:
        began = time.monotonic()
        self._answer = _send(*self._request)
        self._seconds = time.monotonic() - began

    def answer(self) -> tuple[int, dict[str, str], Any, float]:
        self.join(90)
        return *self._answer, self._seconds


def _user(name: str, **more: Any) -> dict[str, Any]:
    return {"schemas": [USER], "userName": name, "name": {"familyName": name.title()}, **more}


def _name() -> str:
    """A name that nobody else in this file has."""
    return f"user{next(_numbers)}"


def _retitle(title: str) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": title}]}


def _states(body: Any) -> dict[str, str]:
    return {each["target"]: each["state"] for each in body[DELIVERY]["targets"]}


def test_an_answer_comes_when_all_targets_have_it(daemon: Daemon, parts: Parts) -> None:
    status, headers, body = _send(daemon, "POST", "/Users", _user("kim", title="Boss"), "wait=60")

    assert status == 201
    assert headers["Preference-Applied"] == "wait=60"
    assert headers["Delivery-State"] == '"app";state=in_sync, "corp";state=in_sync, "file";state=in_sync'
    assert {"app": "in_sync", "corp": "in_sync", "file": "in_sync"} == _states(body)
    assert DELIVERY in body["schemas"]
    assert all(("kim", "Boss") in held for held in parts.held().values())
    corp = next(each for each in body[DELIVERY]["targets"] if each["target"] == "corp")
    assert {"version": 'W/"1"', "locator": f"uid=kim,ou=people,{BASE}"}.items() <= corp.items()


def test_a_delete_is_waited_for_too(daemon: Daemon, parts: Parts) -> None:
    _, _, body = _send(daemon, "POST", "/Users", _user("kim"), "wait=60")

    status, headers, nothing = _send(daemon, "DELETE", f"/Users/{body['id']}", None, 'wait=60; targets="corp,app"')

    assert (204, None) == (status, nothing)
    assert headers["Delivery-State"] == '"app";state=in_sync, "corp";state=in_sync'
    assert [] == [login for name in ("corp", "app") for login, _ in parts.held()[name]]


def test_while_a_directory_stands_still_the_answer_says_so_and_comes_when_it_goes_on(
    daemon: Daemon, parts: Parts
) -> None:
    _, _, kim = _send(daemon, "POST", "/Users", _user("kim"), "wait=60")
    path = f"/Users/{kim['id']}"
    parts.slapd.freeze()

    status, headers, late = _send(daemon, "PATCH", path, _retitle("One"), "wait=1")
    _, others, _ = _send(daemon, "PATCH", path, _retitle("Two"), 'wait=60; targets="app,file"')
    waiting = _Sent(daemon, "PATCH", path, _retitle("Three"), 'wait=60; targets="corp"')
    daemon.until(lambda: daemon.send("GET", path)[1]["title"] == "Three")
    parts.slapd.thaw()
    _, last, there, _ = waiting.answer()

    assert status == 200
    assert headers["Preference-Applied"] == "wait=1"
    assert _states(late)["corp"] in ("sending", "dirty")
    assert others["Delivery-State"] == '"app";state=in_sync, "file";state=in_sync'
    assert last["Delivery-State"] == '"corp";state=in_sync'
    assert there["title"] == "Three"
    assert ("kim", "Three") in parts.held()["corp"]


def test_a_refusal_ends_the_wait_at_once_and_is_told(calm: Daemon) -> None:
    began = time.monotonic()

    status, headers, body = _send(
        calm, "POST", "/Users", {"schemas": [USER], "userName": _name()}, 'wait=60; targets="corp"'
    )

    assert status == 201
    assert time.monotonic() - began < AT_ONCE
    assert headers["Delivery-State"] == '"corp";state=parked'
    corp = next(each for each in body[DELIVERY]["targets"] if each["target"] == "corp")
    assert {"target", "state", "errorClass", "errorCode", "error", "errorAt"} <= corp.keys()


def test_a_daemon_that_stops_answers_who_waits(daemon: Daemon, parts: Parts) -> None:
    _, _, kim = _send(daemon, "POST", "/Users", _user("kim"), "wait=60")
    path = f"/Users/{kim['id']}"
    parts.slapd.freeze()
    waiting = _Sent(daemon, "PATCH", path, _retitle("Late"), "wait=60")
    daemon.until(lambda: daemon.send("GET", path)[1].get("title") == "Late")

    code = daemon.stop()
    status, _, body, seconds = waiting.answer()
    daemon.start()
    parts.slapd.thaw()
    daemon.until(daemon.settled, seconds=60)

    assert (0, 200) == (code, status)
    assert seconds < AT_ONCE
    assert _states(body)["corp"] in ("sending", "dirty")
    assert ("kim", "Late") in parts.held()["corp"]


def test_a_client_that_leaves_is_no_longer_waited_for(daemon: Daemon, parts: Parts) -> None:
    """An answer is counted when its wait is over."""
    parts.slapd.freeze()
    body = json.dumps(_user("gone")).encode()
    head = (
        f"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {daemon.token}\r\n"
        f"Content-Type: application/scim+json\r\nPrefer: wait=60\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", daemon.port)) as line:
        line.sendall(head.encode() + body)
        daemon.until(lambda: daemon.send("GET", f"/Users?filter={GONE}")[1]["totalResults"])
    assert not _is_created(daemon)

    daemon.until(lambda: _is_created(daemon), seconds=AT_ONCE)


def _is_created(daemon: Daemon) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{daemon.ops}/metrics", timeout=10) as answer:
        return b'method="POST",status="201"' in answer.read()


def test_what_is_not_asked_for_costs_and_shows_nothing(calm: Daemon) -> None:
    status, kim = calm.send("POST", "/Users", _user(_name()))
    _, shown = calm.send("GET", f"/Users/{kim['id']}")

    assert status == 201
    assert not {name for name in (*kim, *shown) if name == DELIVERY}
    assert [USER] == kim["schemas"]


@pytest.mark.parametrize("prefer", ['wait=60; targets="nowhere"', "wait=soon", "respond-async", 'wait=60; targets=""'])
def test_a_preference_that_cannot_be_met_is_ignored(calm: Daemon, prefer: str) -> None:
    began = time.monotonic()

    status, headers, body = _send(calm, "POST", "/Users", _user(_name()), prefer)

    assert status == 201
    assert time.monotonic() - began < AT_ONCE
    assert not {"Preference-Applied", "Delivery-State"} & headers.keys()
    assert DELIVERY not in body


def test_the_state_is_shown_wherever_resources_are(calm: Daemon) -> None:
    _, _, kim = _send(calm, "POST", "/Users", _user(_name()), "wait=60")
    _, _, staff = _send(
        calm,
        "POST",
        "/Groups",
        {"schemas": [GROUP], "displayName": "staff", "members": [{"value": kim["id"]}]},
        "wait=60",
    )
    ask = f"attributes={quote(DELIVERY)}"
    it = f'userName eq "{kim["userName"]}"'
    search = {"schemas": [SEARCH], "attributes": [f"{DELIVERY}:targets"], "filter": it}
    everywhere = {"app": "in_sync", "corp": "in_sync", "file": "in_sync"}

    answers = [
        calm.send("GET", f"/Users/{kim['id']}?{ask}")[1],
        calm.send("GET", f"/Users?{ask}&filter={quote(it)}")[1]["Resources"][0],
        calm.send("GET", f"/Users?{ask}&filter={quote(it + ' and active pr or ' + it)}")[1]["Resources"][0],
        calm.send("POST", "/Users/.search", search)[1]["Resources"][0],
        calm.send("PATCH", f"/Users/{kim['id']}?{ask}", _retitle("Boss"))[1],
        calm.send("PUT", f"/Users/{kim['id']}?{ask}", _user(kim["userName"]))[1],
    ]
    _, group = calm.send("GET", f"/Groups/{staff['id']}?{ask}")
    _, fresh = calm.send("POST", f"/Users?{ask}", _user(_name()))

    assert [everywhere] * 4 == [_states(body) for body in answers[:4]]
    assert [everywhere.keys()] * 3 == [_states(body).keys() for body in (*answers[4:], fresh)]
    assert {"corp": "in_sync"} == _states(group)
    assert {DELIVERY, "schemas", "id"} == answers[0].keys()


def test_it_can_be_searched_for_by_filter(calm: Daemon) -> None:
    well, ill = _name(), _name()
    _send(calm, "POST", "/Users", _user(well), "wait=60")
    _send(calm, "POST", "/Users", {"schemas": [USER], "userName": ill}, 'wait=60; targets="corp"')
    chosen = quote(f'{DELIVERY}:targets[target eq "corp" and state eq "parked"]')

    status, found = calm.send("GET", f"/Users?filter={chosen}&attributes=userName")

    assert status == 200
    names = {each["userName"] for each in found["Resources"]}
    assert ill in names
    assert well not in names


def test_it_cannot_be_written(calm: Daemon) -> None:
    _, kim = calm.send("POST", "/Users", _user(_name(), **{DELIVERY: {"targets": [{"target": "corp"}]}}))
    remove = {"schemas": [PATCH], "Operations": [{"op": "remove", "path": f"{DELIVERY}:targets"}]}

    status, refusal = calm.send("PATCH", f"/Users/{kim['id']}", remove)

    assert DELIVERY not in kim
    assert (400, "mutability") == (status, refusal["scimType"])


def test_it_is_discovered(calm: Daemon) -> None:
    _, schema = calm.send("GET", f"/Schemas/{DELIVERY}")
    _, types = calm.send("GET", "/ResourceTypes")

    assert schema["id"] == DELIVERY
    for type_ in types["Resources"]:
        assert {"schema": DELIVERY, "required": False} in type_["schemaExtensions"]


def test_an_answer_that_did_not_change_is_sent_whole_when_the_state_is_asked_for(calm: Daemon) -> None:
    _, kim = calm.send("POST", "/Users", _user(_name()))
    path, tag = f"/Users/{kim['id']}", kim["meta"]["version"]

    plain, _ = calm.send("GET", path, None, **{"If-None-Match": tag})
    asked, _ = calm.send("GET", f"{path}?attributes={quote(DELIVERY)}", None, **{"If-None-Match": tag})

    assert (304, 200) == (plain, asked)
