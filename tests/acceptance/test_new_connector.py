"""What `connectors new` writes is installed by pip as it stands: its tests pass, a daemon delivers by it.

It is certified. One that breaks promises is found by `connectors certify`: ours with two lines altered.
"""

from __future__ import annotations

import json
import os
import shutil
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
mail = 'emails[type eq "work"].value'
title = "title"
"""
ALTERED = {
    'raise Conflict("there is a file of this name already"': 'raise Gone("there is a file of this name already"',
    'if ref.id in ("", found[1].id):': "if True:",
}


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


def test_it_is_certified(daemon: Daemon) -> None:
    *verdicts, _, counts, missing = daemon.command("connectors", "certify", "people", "--yes").splitlines()

    assert "people: a folder of JSON files" == verdicts[0]
    assert {"kept"} == {line.split()[0] for line in verdicts[1:] if "several values" not in line}
    assert counts.endswith(" kept, 0 BROKEN, 1 not tried")
    assert "not offered: members, activation, password, moves, marks" == missing
    assert not list((daemon.folder / "drops" / "people").glob("*.json"))


def test_one_that_breaks_promises_is_found(
    site: Path, daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(site, tmp_path / "altered")
    source = tmp_path / "altered" / "scim_bridge_shelf" / "connector.py"
    for line, altered in ALTERED.items():
        assert line in source.read_text()
        source.write_text(source.read_text().replace(line, altered))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "altered"))
    told = daemon.command("connectors", "certify", "people", "--yes", codes=(1,)).splitlines()

    broken = dict(line.removeprefix("BROKEN").strip().split(": ", 1) for line in told if line.startswith("BROKEN"))

    assert {
        "creating twice is a conflict",
        "an update never reaches another entry at the old place",
        "a delete never reaches another entry at the old place",
    } == broken.keys()
    assert "connectors.sdk.errors.Gone: there is a file of this name already" == broken["creating twice is a conflict"]
