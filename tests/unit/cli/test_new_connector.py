"""`connectors new` writes a project that a strict reader finds nothing in, and overwrites nothing."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bridge.cli.main import main

ROOT = Path(__file__).parents[3]
CHECKS = {
    "format": ("ruff", "format", "--check", "--no-cache", "--config", ROOT / "pyproject.toml", "."),
    "lint": ("ruff", "check", "--no-cache", "--config", ROOT / "pyproject.toml", "."),
    "types": ("mypy", "--config-file", ROOT / "pyproject.toml", "--cache-dir", ROOT / ".mypy_cache", "."),
}


def new(name: str, folder: Path) -> int:
    return main(["connectors", "new", name, "--into", str(folder)])


def project(folder: Path, name: str = "shop") -> Path:
    assert new(name, folder) == 0
    return folder


def test_it_says_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["connectors", "new", "my_shop"]) == 0
    assert "cd scim-bridge-my-shop && pip install -e '.[test]' && pytest" in capsys.readouterr().out
    assert ["scim-bridge-my-shop"] == [path.name for path in tmp_path.iterdir()]


def test_every_file_has_its_name_and_no_blank_is_left(tmp_path: Path) -> None:
    written = [path for path in project(tmp_path / "p", "my_shop").rglob("*") if path.is_file()]

    assert {"pyproject.toml", "README.md", "tests/test_connector.py", "scim_bridge_my_shop/connector.py"} <= {
        str(path.relative_to(tmp_path / "p")) for path in written
    }
    assert not [path for path in written if "template" in path.name or "$" in path.read_text()]


def test_the_entry_point_is_the_name(tmp_path: Path) -> None:
    written = tomllib.loads((project(tmp_path, "my_shop") / "pyproject.toml").read_text())

    assert {"my_shop": "scim_bridge_my_shop:plugin"} == written["project"]["entry-points"]["scim_bridge.connectors"]
    assert "scim-bridge-my-shop" == written["project"]["name"]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", ["s", "shop"])
def test_the_project_is_as_clean_as_ours(tmp_path: Path, check: str, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *CHECKS[check]],
        cwd=project(tmp_path / "p", name),
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("My-Shop", "try my_shop"),
        ("7shop", "a letter first"),
        ("", "a letter first"),
        ("../shop", "try shop"),
        ("s" * 41, "40 at most"),
        ("csv", "there is a connector csv already"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    assert new(name, tmp_path / "p") == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


def test_the_name_of_an_installed_package_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(project(tmp_path / "shop"))

    assert new("shop", tmp_path / "p") == 2
    assert "there is a Python package scim_bridge_shop already" in capsys.readouterr().err


def test_nothing_is_written_into_a_folder_that_holds_something(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").write_text("kept")

    assert new("shop", tmp_path) == 1
    assert "is not empty; nothing was written" in capsys.readouterr().err
    assert ["mine"] == [path.name for path in tmp_path.iterdir()]


def test_a_file_in_the_way_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("kept")

    assert new("shop", tmp_path / "mine") == 1
    assert "the project was not written" in capsys.readouterr().err
    assert "kept" == (tmp_path / "mine").read_text()
