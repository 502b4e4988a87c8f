"""`run` says in one line why it cannot, and its exit code says what sort of reason that is."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.daemon import Daemon
from tests.unit.cli.test_check import FILE
from tests.unit.cli.words import bridge


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    daemon.configure(FILE)
    yield daemon
    daemon.close()


def test_a_wrong_config_is_2(daemon: Daemon) -> None:
    daemon.configure(FILE.replace("userName", "usrName"))

    done = bridge("run", "--config", str(daemon.config))

    assert done.returncode == 2
    assert "targets.file.users.attributes.login" in done.stderr


def test_an_address_that_is_taken_is_1_and_named(daemon: Daemon) -> None:
    with closing(socket.create_server(("127.0.0.1", daemon.port))):
        done = bridge("run", "--config", str(daemon.config))

    assert done.returncode == 1
    assert f"127.0.0.1:{daemon.port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_daemon_on_the_same_journal_is_1(daemon: Daemon) -> None:
    daemon.start()

    done = bridge("run", "--config", str(daemon.config))

    assert done.returncode == 1
    assert "another scim-bridge has this journal open" in done.stderr


def test_a_journal_of_another_key_is_1(daemon: Daemon) -> None:
    daemon.start()
    assert daemon.stop() == 0
    (daemon.folder / "credentials" / "journal-key").write_text("22" * 32)

    done = bridge("run", "--config", str(daemon.config))

    assert done.returncode == 1
    assert "another key" in done.stderr
