"""A connector of somebody else, installed by pip, is found by its entry point and used: no line of ours names it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("plugin")
ROOT = Path(__file__).parents[2]

PROJECT = """
[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"
[project]
name = "scim-bridge-shout"
version = "1.0"
[project.entry-points."scim_bridge.connectors"]
shout = "shout:plugin"
broken = "shout.nowhere:plugin"
[tool.setuptools]
py-modules = ["shout"]
"""

MODULE = '''
"""A connector that keeps its entries in memory, in capitals."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from connectors.sdk import Context, Plugin, Secret
from connectors.sdk.memory import MemoryConnector


class Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    volume: int
    secret: Secret
    users: Kind


def build(settings: Settings, context: Context) -> MemoryConnector:
    return MemoryConnector(name={"users": settings.users.name}, identity=f"{context.target} at {settings.volume}")


plugin = Plugin("shout", Settings, build)
'''

CONFIG = """
[journal]
key = "env:JOURNAL_KEY"
[clients.default]
token = "env:TOKEN"
[targets.loud]
connector = "shout"
volume = 11
secret = "env:TOKEN"
[targets.loud.users]
name = "login"
[targets.loud.users.attributes]
login = "userName"
"""

USE = """
import asyncio, sys
from pathlib import Path
from bridge.settings import discover, load
from connectors.sdk import Context, Entry

async def main():
    plugins = discover()
    assert {"csv", "ldap", "rest", "shout", "broken"} <= set(plugins), sorted(plugins)
    target = load(Path(sys.argv[1]), plugins).targets["loud"]
    connector = plugins[target.connector].build(target.own, Context("loud", Path(".")))
    await connector.open()
    ref = await connector.create(Entry("users", {"login": ("BJ",)}))
    print((await connector.probe()).identity, ref.locator)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin's package, installed by pip into a folder of its own."""
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    (source / "pyproject.toml").write_text(PROJECT)
    (source / "shout.py").write_text(MODULE)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--disable-pip-version-check", "--target", site, source], check=True)
    return site


@pytest.fixture
def config(tmp_path: Path) -> Path:
    written = tmp_path / "bridge.toml"
    written.write_text(CONFIG)
    return written


def run(site: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    known = {"JOURNAL_KEY": "11" * 32, "TOKEN": "open-sesame"}
    environment = {**os.environ, "PYTHONPATH": str(site), **known}
    return subprocess.run(
        [sys.executable, *command], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_an_installed_plugin_is_found_and_used(site: Path, config: Path) -> None:
    done = run(site, "-c", USE, config)

    assert ("", "loud at 11 users/bj\n") == (done.stderr, done.stdout)


def test_the_check_of_the_config_knows_its_keys(site: Path, config: Path) -> None:
    config.write_text(CONFIG.replace("volume = 11", "volum = 11"))
    done = run(site, "-m", "bridge", "check", "--config", config)

    assert 2 == done.returncode
    assert (
        "targets.loud.volum\n    is not a key that is known here\n    → did you mean volume?"
        in done.stdout + done.stderr
    )
    assert "targets.loud.volume\n    is missing" in done.stdout + done.stderr


def test_a_config_that_uses_it_is_found_good(site: Path, config: Path) -> None:
    done = run(site, "-m", "bridge", "check", "--config", config)

    assert 0 == done.returncode, done.stdout + done.stderr


def test_a_broken_plugin_is_a_fault_where_it_is_used_alone(site: Path, config: Path) -> None:
    config.write_text(CONFIG.replace('"shout"', '"broken"'))
    done = run(site, "-m", "bridge", "check", "--config", config)

    assert 2 == done.returncode
    assert "shout.nowhere:plugin cannot be imported: ModuleNotFoundError" in done.stdout + done.stderr
