"""A command is answered by the daemon where one runs, and from its journal where none does."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon import USER, Daemon
from tests.unit.cli.test_check import FILE
from tests.unit.cli.words import bridge


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    daemon.configure(FILE)
    yield daemon
    daemon.close()


def test_the_same_is_told_with_and_without_a_daemon(daemon: Daemon) -> None:
    daemon.start()
    daemon.send("POST", "/Users", {"schemas": [USER], "userName": "kim"})
    daemon.until(daemon.settled)
    with_daemon = json.loads(bridge("status", "--json", "--config", str(daemon.config)).stdout)
    assert daemon.stop() == 0
    without = json.loads(bridge("status", "--json", "--config", str(daemon.config)).stdout)

    assert (True, False) == (with_daemon.pop("running"), without.pop("running"))
    assert with_daemon == without
    assert with_daemon["targets"]["file"]["in_sync"] == 1


@pytest.mark.parametrize("running", [True, False])
def test_an_unknown_target_is_named_beside_those_that_are_known(daemon: Daemon, running: bool) -> None:
    if running:
        daemon.start()

    done = bridge("plan", "crop", "--config", str(daemon.config))

    assert done.returncode == 1
    assert "there is no target 'crop'; targets: file" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("running", [True, False])
def test_a_plan_of_a_target_that_is_as_it_should_be_is_0(daemon: Daemon, running: bool) -> None:
    if running:
        daemon.start()

    done = bridge("plan", "file", "--config", str(daemon.config))

    assert done.returncode == 0, done.stderr
    assert "dry run of file" in done.stdout


def test_a_wrong_config_is_2(daemon: Daemon) -> None:
    daemon.config.write_text("[journal")

    assert bridge("status", "--config", str(daemon.config)).returncode == 2


def test_a_journal_that_another_process_holds_is_said(daemon: Daemon) -> None:
    """A daemon whose control socket is gone."""
    daemon.start()
    (daemon.folder / "control.sock").unlink()

    done = bridge("status", "--config", str(daemon.config))

    assert done.returncode == 1
    assert "another scim-bridge has this journal open" in done.stderr
