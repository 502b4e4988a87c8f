"""What an operator is told who wants an entry back: by the daemon, or from the journal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.cli.restore import time_of
from tests.daemon import USER, Daemon
from tests.unit.cli.test_check import FILE
from tests.unit.cli.words import bridge

NOW = 1_700_000_000_000


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2h", NOW - 7_200_000),
        ("30d", NOW - 30 * 86_400_000),
        ("2023-11-14T22:13:20", NOW),
        ("2023-11-14T22:13:20Z", NOW),
        ("2023-11-14T23:13:20+01:00", NOW),
        ("2023-11-14", NOW - 80_000_000),
    ],
)
def test_a_time_is_a_date_or_how_long_ago(written: str, expected: int) -> None:
    assert expected == time_of(written, NOW)


@pytest.mark.parametrize("written", ["yesterday", "2023-13-01", ""])
def test_anything_else_is_none(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        time_of(written, NOW)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    daemon.configure(FILE)
    yield daemon
    daemon.close()


@pytest.mark.parametrize("running", [True, False])
def test_a_plan_is_made_and_approved(daemon: Daemon, running: bool) -> None:
    daemon.start()
    _, kim = daemon.send("POST", "/Users", {"schemas": [USER], "userName": "kim"})
    daemon.until(daemon.settled)
    daemon.send("DELETE", f"/Users/{kim['id']}")
    daemon.wait_for("delivery.applied", resource=kim["id"], did=["delete"])
    if not running:
        daemon.stop()
    config = ("--config", str(daemon.config))

    made = bridge("restore", "kim", "file", "--at", "1h", *config)
    done = bridge("approve", made.stdout.split()[1], *config)

    assert (0, 0) == (made.returncode, done.returncode), made.stderr + done.stderr
    assert "asked for: kim as it was at" in made.stdout
    assert "(as it was)" in made.stdout
    assert "1 released" in done.stdout
    if running:
        daemon.until(lambda: [line for line in daemon.lines if line.get("did") == ["create"]][1:])


def test_what_cannot_be_restored_is_said_plainly(daemon: Daemon) -> None:
    config = ("--config", str(daemon.config))

    nobody = bridge("restore", "kim", "file", "--at", "1h", *config)
    nowhere = bridge("restore", "kim", "crop", "--at", "1h", *config)
    never = bridge("restore", "kim", "file", "--at", "soon", *config)

    assert (1, 1, 2) == (nobody.returncode, nowhere.returncode, never.returncode)
    assert "nothing of kim was taken away at file since" in nobody.stderr
    assert "there is no target 'crop'" in nowhere.stderr
    assert "'soon' is no time" in never.stderr
