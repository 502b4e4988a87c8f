"""`check` says everything at once; with --connect it reaches every target, or asks the daemon that does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon import Daemon, free_port
from tests.unit.cli.words import bridge

FILE = """
[targets.file]
connector = "csv"
path = "drops/users.csv"
[targets.file.users.attributes]
login = "userName"
"""
AWAY = """
[targets.app]
connector = "rest"
base_url = "http://127.0.0.1:{port}"
token = "file:credentials/scim-token"
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


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    yield daemon
    daemon.close()


def test_a_sound_file_is_0_and_reaches_nothing(daemon: Daemon) -> None:
    daemon.configure(FILE)

    done = bridge("check", "--config", str(daemon.config))

    assert (0, "") == (done.returncode, done.stderr)
    assert "no faults; targets: file" in done.stdout
    assert not (daemon.folder / "journal.db").exists()


def test_every_fault_is_told_at_once_with_its_place(daemon: Daemon) -> None:
    daemon.configure(FILE.replace("userName", "usrName").replace("path =", "pth ="))

    done = bridge("check", "--config", str(daemon.config))

    assert done.returncode == 2
    assert "targets.file.pth" in done.stderr
    assert "targets.file.users.attributes.login" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_2(tmp_path: Path) -> None:
    done = bridge("check", cwd=tmp_path)

    assert done.returncode == 2
    assert "bridge.toml" in done.stderr


def test_connect_says_what_each_target_is_and_1_where_one_is_away(daemon: Daemon) -> None:
    daemon.configure(FILE + AWAY.format(port=free_port()))

    done = bridge("check", "--connect", "--config", str(daemon.config))

    assert done.returncode == 1
    assert "file: CSV" in done.stdout
    assert "app: " in done.stdout
    assert "next look in" in done.stdout


def test_beside_a_daemon_it_is_the_daemon_that_says(daemon: Daemon) -> None:
    daemon.configure(FILE)
    daemon.start()
    daemon.wait_for("target.came_up")

    done = bridge("check", "--connect", "--config", str(daemon.config))

    assert (0, "") == (done.returncode, done.stderr)
    assert "file: reached (says the running daemon)" in done.stdout
