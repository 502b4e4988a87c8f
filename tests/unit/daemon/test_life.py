"""A daemon's life: it is told to read its config again, in good and in bad, and to stop in the middle of its work."""

import csv
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import GROUP, PATCH, USER, Daemon

CSV = """
[targets.{name}]
connector = "csv"
path = "drops/{name}.csv"
[targets.{name}.users.attributes]
login = "userName"
title = "title"
"""
HANGING = """
[targets.app]
connector = "rest"
base_url = "http://127.0.0.1:{port}"
token = "file:credentials/scim-token"
timeout = "30s"
[targets.app.users]
key = "login"
create = "POST /users"
read = "GET /users/{{id}}"
update = "PATCH /users/{{id}}"
delete = "DELETE /users/{{id}}"
list = "GET /users"
find = "GET /users?login={{value}}"
items = "users"
[targets.app.users.attributes]
login = "userName"
"""
ONE, TWO = CSV.format(name="one"), CSV.format(name="two")


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    daemon.configure(ONE)
    yield daemon.start()
    daemon.close()


def _reload(daemon: Daemon, event: str = "daemon.reloaded") -> dict[str, Any]:
    seen = len(daemon.lines)
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGHUP)
    return daemon.wait_for(event, since=seen)


def _create(daemon: Daemon, name: str) -> str:
    status, body = daemon.send("POST", "/Users", {"schemas": [USER], "userName": name})
    assert status == 201
    return str(body["id"])


def _retitle(daemon: Daemon, id_: str, title: str) -> None:
    operation = {"op": "replace", "path": "title", "value": title}
    status, _ = daemon.send("PATCH", f"/Users/{id_}", {"schemas": [PATCH], "Operations": [operation]})
    assert status == 200


def _held(daemon: Daemon, target: str) -> dict[str, str]:
    """What the file holds once everything is delivered: login → title."""
    daemon.until(daemon.settled)
    with (daemon.folder / "drops" / f"{target}.csv").open(newline="", encoding="utf-8") as file:
        return {row["login"]: row["title"] for row in csv.DictReader(file)}


def test_a_target_that_is_added_gets_who_is_there(daemon: Daemon) -> None:
    _create(daemon, "kim")
    daemon.configure(ONE + TWO)

    assert ["one", "two"] == _reload(daemon)["targets"]
    _create(daemon, "lee")
    assert {"kim": "", "lee": ""} == _held(daemon, "two") == _held(daemon, "one")


def test_a_target_that_is_removed_gets_nothing_more_and_catches_up_when_it_is_back(daemon: Daemon) -> None:
    daemon.configure(ONE + TWO)
    _reload(daemon)
    kim, lee = _create(daemon, "kim"), _create(daemon, "lee")
    assert {"kim", "lee"} == _held(daemon, "two").keys()

    daemon.configure(ONE)
    assert ["one"] == _reload(daemon)["targets"]
    _retitle(daemon, kim, "Boss")
    daemon.send("DELETE", f"/Users/{lee}")
    assert {"kim": "Boss"} == _held(daemon, "one")
    assert {"kim": "", "lee": ""} == _held(daemon, "two")

    daemon.configure(ONE + TWO)
    _reload(daemon)
    assert {"kim": "Boss"} == _held(daemon, "two")


def test_a_target_that_was_away_over_a_restart_catches_up_too(daemon: Daemon) -> None:
    kim = _create(daemon, "kim")
    assert {"kim": ""} == _held(daemon, "one")
    assert daemon.stop() == 0
    daemon.configure("")
    daemon.start()
    _retitle(daemon, kim, "Boss")
    assert daemon.stop() == 0
    daemon.configure(ONE)
    daemon.start()

    assert {"kim": "Boss"} == _held(daemon, "one")


def test_requests_that_come_while_targets_are_exchanged_reach_all_of_them(daemon: Daemon) -> None:
    """Reloads back and forth under writes: nobody falls between the old targets and the new ones."""
    names = [f"user{n}" for n in range(60)]
    for number, name in enumerate(names):
        if number % 6 == 0:
            daemon.configure(ONE + (TWO if number % 12 == 0 else ""))
            assert daemon.process is not None
            daemon.process.send_signal(signal.SIGHUP)
        _create(daemon, name)
    daemon.configure(ONE + TWO)
    daemon.until(lambda: _events(daemon)["daemon.reloaded"] >= 1)
    _reload(daemon)

    assert set(names) == _held(daemon, "two").keys() == _held(daemon, "one").keys()


def _events(daemon: Daemon) -> Counter[str]:
    return Counter(line.get("event", "") for line in daemon.lines)


def test_a_bad_file_leaves_everything_as_it_was_and_says_why(daemon: Daemon) -> None:
    daemon.configure(ONE.replace("userName", "usrName") + TWO)

    line = _reload(daemon, "daemon.reload_refused")

    assert any("targets.one.users.attributes.login" in fault for fault in line["faults"])
    _create(daemon, "kim")
    assert {"kim": ""} == _held(daemon, "one")
    assert {"one"} == daemon.status()["targets"].keys()


def test_a_file_that_is_no_toml_leaves_everything_as_it_was(daemon: Daemon) -> None:
    daemon.config.write_text("this is not = = TOML")

    assert _reload(daemon, "daemon.reload_refused")["faults"]
    _create(daemon, "kim")
    assert {"kim": ""} == _held(daemon, "one")


def test_a_clients_token_is_exchanged(daemon: Daemon) -> None:
    old, daemon.token = daemon.token, "another-token"
    daemon.configure(ONE)
    _reload(daemon)

    assert daemon.send("GET", "/Users")[0] == 200
    assert daemon.send("GET", "/Users", Authorization=f"Bearer {old}")[0] == 401


def test_what_needs_a_restart_is_said_and_not_done(daemon: Daemon) -> None:
    text = daemon.config.read_text()
    daemon.config.write_text(text.replace('path = "journal.db"', 'path = "other.db"'))
    seen = len(daemon.lines)

    _reload(daemon)

    daemon.wait_for("daemon.restart_needed", since=seen, section="journal")
    assert not (daemon.folder / "other.db").exists()


def test_a_group_keeps_its_members_over_a_targets_exchange(daemon: Daemon) -> None:
    """A changed mapping starts the target anew; the users are looked at again, and nothing else happens."""
    kim = _create(daemon, "kim")
    daemon.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "staff", "members": [{"value": kim}]})
    daemon.configure(ONE.replace('title = "title"', 'title = "userType"'))
    _reload(daemon)

    assert {"kim": ""} == _held(daemon, "one")
    assert daemon.send("GET", f"/Users/{kim}")[1]["groups"][0]["display"] == "staff"


def test_it_stops_within_ten_seconds_in_the_middle_of_its_deliveries(daemon: Daemon) -> None:
    """The app takes every connection and never answers; its time limit is longer than the daemon's."""
    with closing(socket.socket()) as app:
        app.bind(("127.0.0.1", 0))
        app.listen(128)
        daemon.configure(ONE + HANGING.format(port=app.getsockname()[1]))
        _reload(daemon)
        for number in range(20):
            _create(daemon, f"user{number}")
        began = time.monotonic()

        assert daemon.stop(10) == 0
        assert time.monotonic() - began < 10

    assert ["daemon.stopping", "daemon.stopped"] == [
        line["event"] for line in daemon.lines if str(line["event"]).startswith("daemon.stop")
    ]
    assert daemon.stderr() == ""

    daemon.configure(ONE)
    daemon.start()
    assert 20 == len(_held(daemon, "one"))
