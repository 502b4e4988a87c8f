"""Every example of config/ loads as it stands, with its secrets where it says they are."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bridge.daemon.resource_types import judge
from bridge.settings import Settings, discover, generate_key, load

FOLDER = Path(__file__).parents[2] / "config"
EXAMPLES = sorted(path.name for path in FOLDER.glob("*.toml"))


@pytest.fixture(params=EXAMPLES)
def example(request: pytest.FixtureRequest) -> Path:
    return FOLDER / str(request.param)


def _load(example: Path, folder: Path) -> Settings:
    """Load a copy of the example beside the schemas, with made-up credentials."""
    config = Path(shutil.copy(example, folder))
    shutil.copytree(FOLDER / "schemas", folder / "schemas")
    credentials = folder / "credentials"
    credentials.mkdir()
    for name in re.findall(r'"(?:file:credentials/|credential:)([^"]+)"', config.read_text()):
        secret = credentials / name
        secret.write_text(generate_key())
        secret.chmod(0o600)
    return load(config, discover(), judge, {"CREDENTIALS_DIRECTORY": str(credentials)})


def test_there_are_examples() -> None:
    assert {"minimal.toml", "openldap.toml", "rest-app.toml", "csv-nightly.toml"} < set(EXAMPLES)


def test_an_example_loads_with_its_mapping(example: Path, tmp_path: Path) -> None:
    settings = _load(example, tmp_path)

    assert settings.targets
    assert all(target.kinds for target in settings.targets.values())


def test_an_example_builds_its_connectors(example: Path, tmp_path: Path) -> None:
    """Building does no I/O: an example needs no server."""
    from connectors.sdk import Context

    plugins = discover()
    for target in _load(example, tmp_path).targets.values():
        assert plugins[target.connector].build(target.own, Context(target.name, tmp_path))


def test_an_example_holds_no_secret(example: Path) -> None:
    for line in example.read_text().splitlines():
        names_one = re.match(r"\s*(\w*(password|token|key|secret))\s*=(?! true| \{)", line)
        if names_one and "credentials" not in line:
            assert re.search(r'= "(env|file|credential):', line) or line.startswith("key = "), line


def test_an_example_begins_with_what_it_is_for(example: Path) -> None:
    assert example.read_text().startswith("# ")


def test_the_page_of_active_directory_shows_its_example() -> None:
    page = (FOLDER.parent / "docs/targets/active-directory.md").read_text()

    assert (FOLDER / "active-directory.toml").read_text().endswith(page.split("```toml\n")[1].split("```")[0])
