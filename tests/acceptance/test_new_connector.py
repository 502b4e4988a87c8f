"""What `connectors new` writes is installed by pip as it stands: its tests pass, and a daemon delivers by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon import USER, Daemon

pytestmark = pytest.mark.xdist_group("plugin")

TARGET = """
[targets.people]
connector = "shelf"
path = "drops/people"
[targets.people.users]
name = "login"
[targets.people.users.attributes]
login = "userName"
name = "displayName"
"""


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    run("bridge", "connectors", "new", "shelf", "--into", folder, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def site(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The project, installed into a folder of its own that every process of these tests sees."""
    site = tmp_path_factory.mktemp("site")
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    run("pip", "install", "--quiet", *offline, "--target", site, project, cwd=project)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
        yield site


@pytest.fixture
def daemon(site: Path, tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    daemon.configure(TARGET)
    yield daemon
    daemon.close()


def test_its_tests_pass_at_the_first_run(project: Path, site: Path) -> None:
    told = run("pytest", "-q", "-p", "no:cacheprovider", cwd=project)

    assert " passed" in told
    assert "skipped" not in told


def test_it_is_listed(site: Path, tmp_path: Path) -> None:
    assert "shelf\tscim_bridge_shelf.settings" in run("bridge", "connectors", "list", cwd=tmp_path).splitlines()


def test_a_daemon_delivers_by_it(daemon: Daemon) -> None:
    daemon.start()
    status, kim = daemon.send("POST", "/Users", {"schemas": [USER], "userName": "Kim", "displayName": "Kim Y"})
    assert status == 201
    daemon.wait_for("delivery.applied", target="people", resource=kim["id"])
    folder = daemon.folder / "drops" / "people"
    made = json.loads((folder / "kim.json").read_text())
    daemon.send("PUT", f"/Users/{kim['id']}", {"schemas": [USER], "userName": "kay", "displayName": "Kay"})
    daemon.until(lambda: (folder / "kay.json").exists() and daemon.settled())

    assert {"login": ["Kim"], "name": ["Kim Y"]} == made["attributes"]
    assert {"id": made["id"], "attributes": {"login": ["kay"], "name": ["Kay"]}} == json.loads(
        (folder / "kay.json").read_text()
    )
    daemon.send("DELETE", f"/Users/{kim['id']}")
    daemon.until(lambda: not list(folder.glob("*.json")) and daemon.settled())
