"""`init` writes a folder that works as it stands, and overwrites nothing."""

import base64
from pathlib import Path

import pytest

from bridge.cli.main import main
from bridge.daemon.wiring import load_settings


def test_what_it_writes_is_a_config_without_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "deep" / "bridge"

    assert main(["init", str(folder)]) == 0
    assert f"scim-bridge run --config {folder}/bridge.toml" in capsys.readouterr().out
    assert {"people"} == load_settings(folder / "bridge.toml").targets.keys()


def test_secrets_stand_alone_in_their_files_for_the_owners_eyes(tmp_path: Path) -> None:
    main(["init", str(tmp_path / "b")])
    credentials = tmp_path / "b" / "credentials"
    token, key = (credentials / "scim-token").read_text(), (credentials / "journal-key").read_text()

    assert len(token) >= 40
    assert token == token.strip()
    assert len(base64.b64decode(key)) == 32
    assert 0o700 == credentials.stat().st_mode & 0o777
    assert [0o600, 0o600] == [path.stat().st_mode & 0o777 for path in credentials.iterdir()]
    assert 0o600 == (tmp_path / "b" / "journal.db").stat().st_mode & 0o777


def test_two_bridges_share_no_secret(tmp_path: Path) -> None:
    for name in ("a", "b"):
        main(["init", str(tmp_path / name)])
    secrets = [path.read_text() for name in ("a", "b") for path in (tmp_path / name / "credentials").iterdir()]

    assert len(set(secrets)) == 4


@pytest.mark.parametrize("taken", ["bridge.toml", "credentials", "journal.db"])
def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str], taken: str) -> None:
    (tmp_path / taken).write_text("mine")

    assert main(["init", str(tmp_path)]) == 1
    assert taken in capsys.readouterr().err
    assert [taken] == [path.name for path in tmp_path.iterdir()]
    assert (tmp_path / taken).read_text() == "mine"


def test_a_place_where_nothing_can_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")

    assert main(["init", str(tmp_path / "file" / "deeper")]) == 1
    assert "not written" in capsys.readouterr().err
