"""The keys of a CSV target."""

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.csv import plugin
from connectors.csv.settings import CsvSettings


def settings(**written: Any) -> CsvSettings:
    return CsvSettings.model_validate({"path": "users.csv", "users": {}, **written})


def test_a_path_alone_is_enough() -> None:
    assert 0o600 == settings().mode


@pytest.mark.parametrize(("written", "mode"), [("0640", 0o640), ("644", 0o644), (0o600, 0o600)])
def test_a_mode_is_written_as_text_or_in_octal(written: str | int, mode: int) -> None:
    assert mode == settings(mode=written).mode


def test_the_first_of_the_columns_is_the_key() -> None:
    written = settings(users={"columns": ["login", "name"]})

    assert written.users is not None
    assert "login" == written.users.named_key


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"delimiter": ",,"}, "is not one character"),
        ({"delimiter": "|"}, "separator is the delimiter too"),
        ({"separator": '"'}, "is not one character"),
        ({"mode": "rw"}, "is not a file mode"),
        ({"mode": 4096}, "is not a file mode"),
        ({"mode": True}, "is not a file mode"),
        ({"path": None}, "path is missing"),
        ({"groups": {"path": "users.csv"}}, "groups.path is the file of the users"),
        ({"users": {"key": "login", "lists": ["login"]}}, "a key is one value"),
        ({"users": {"columns": ["a", "a"]}}, "names a column twice"),
        ({"users": {"key": "two\nlines"}}, "is not the name of a column"),
        ({"formulas": "maybe"}, "escape"),
        ({"colour": "red"}, "valid dictionary"),
    ],
)
def test_what_is_wrong_is_said(written: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        settings(**written)


def test_a_kind_that_the_config_declares_has_a_file_of_its_own() -> None:
    written = settings(groups={"path": "groups.csv"}, devices={"path": "devices.csv", "key": "serial"})

    assert ["groups", "devices"] == list(written.files)
    assert "serial" == written.files["devices"].named_key


@pytest.mark.parametrize("path", ["users.csv", "groups.csv"])
def test_two_kinds_cannot_share_a_file(path: str) -> None:
    with pytest.raises(ValidationError, match=r"devices\.path is the file of the "):
        settings(groups={"path": "groups.csv"}, devices={"path": path})


def test_a_file_is_no_place_for_passwords() -> None:
    fault = plugin.refuses_passwords(settings())

    assert fault is not None
    assert "write password = false" == fault.remedy
