"""Secret references: where they lead, and what is said where they lead nowhere."""

from pathlib import Path

import pytest

from bridge.settings.secrets import Secrets, SecretWrong


def _file(path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_a_variable_of_the_environment_is_read(tmp_path: Path) -> None:
    assert "s3cret" == Secrets(tmp_path, {"PW": "s3cret"})("env:PW")


def test_a_file_is_read_beside_the_config_and_by_its_full_path(tmp_path: Path) -> None:
    path = _file(tmp_path / "token", "s3cret")
    resolve = Secrets(tmp_path, {})

    assert "s3cret" == resolve("file:token")
    assert "s3cret" == resolve(f"file:{path}")


def test_a_credential_of_systemd_is_read(tmp_path: Path) -> None:
    _file(tmp_path / "bind", "s3cret", 0o444)  # systemd guards the folder, not the file

    assert "s3cret" == Secrets(Path("/nowhere"), {"CREDENTIALS_DIRECTORY": str(tmp_path)})("credential:bind")


@pytest.mark.parametrize("text", ["s3cret\n", "s3cret\r\n"])
def test_the_line_end_is_not_part_of_the_secret(tmp_path: Path, text: str) -> None:
    _file(tmp_path / "token", text)

    assert "s3cret" == Secrets(tmp_path, {})("file:token")


def test_inner_and_leading_space_is_kept(tmp_path: Path) -> None:
    _file(tmp_path / "token", " a b \n")

    assert " a b " == Secrets(tmp_path, {})("file:token")


def test_a_file_that_everybody_may_read_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path / "token", "s3cret", 0o644)

    with pytest.raises(SecretWrong, match="everybody on this machine may read") as wrong:
        Secrets(tmp_path, {})("file:token")

    assert f"chmod 600 {path}" == wrong.value.remedy


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("hunter2", "is not a secret reference"),
        ("env:", "is not a secret reference"),
        ("vault:x", "is not a secret reference"),
        ("env:NOPE", "the environment variable NOPE is not set"),
        ("env:EMPTY", "leads to an empty secret"),
        ("file:nope", "No such file or directory"),
        ("file:.", "is a folder"),
        ("file:binary", "is not text in UTF-8"),
        ("file:large", "is larger than a secret can be"),
        ("credential:x", "there are no systemd credentials here"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused_with_a_remedy(tmp_path: Path, reference: str, problem: str) -> None:
    _file(tmp_path / "binary", b"\xff\xfe")
    _file(tmp_path / "large", "x" * 65537)

    with pytest.raises(SecretWrong, match=problem) as wrong:
        Secrets(tmp_path, {"EMPTY": ""})(reference)

    assert wrong.value.remedy
    assert "hunter2" not in str(wrong.value) + wrong.value.remedy


@pytest.mark.parametrize("name", ["../x", "a/b", "..", "."])
def test_a_credential_is_named_and_not_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(SecretWrong, match="is not the name of a credential"):
        Secrets(tmp_path, {"CREDENTIALS_DIRECTORY": str(tmp_path)})(f"credential:{name}")
