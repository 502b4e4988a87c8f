"""What `token add`, `list`, `rotate` and `revoke` hand in, and what they show."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from bridge.cli.main import main
from bridge.cli.token import list_lines, made_lines, revoked_lines
from bridge.journal.tokens import PREFIX
from tests.unit.cli.words import bridge

AT = 1_795_000_000_000
WHEN = "2026-11-18 11:06:40 UTC"
MADE: dict[str, Any] = {"name": "spare", "client": "entra", "expires": None}
ENDED: dict[str, Any] = {"name": "spare", "client": "entra", "ended": 1, "old": False, "in_config": []}
LISTED: dict[str, Any] = {
    "name": "spare",
    "client": "entra",
    "made": AT,
    "expires": None,
    "replaced": None,
    "used": None,
    "state": "current",
}


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    main(["init", str(tmp_path / "b")])
    capsys.readouterr()
    return tmp_path / "b"


def asked(folder: Path, *words: str) -> CompletedProcess[str]:
    return bridge("token", *words, "--config", str(folder / "bridge.toml"))


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        ({}, ["spare: a token of the client entra, taken until it is revoked; it is shown this once"]),
        ({"expires": AT}, [f"spare: a token of the client entra, taken until {WHEN}; it is shown this once"]),
        (
            {"kept_until": AT, "in_config": ["[clients.entra] token"]},
            [
                "spare: a token of the client entra, taken until it is revoked; it is shown this once",
                f"the one before is taken until {WHEN}; end it earlier: token revoke spare --old",
                "but [clients.entra] token in the config is the same, and is taken: exchange it there, then reload",
            ],
        ),
        (
            {"kept_until": None},
            [
                "spare: a token of the client entra, taken until it is revoked; it is shown this once",
                "the one before is not taken any more",
            ],
        ),
    ],
)
def test_a_new_token_says_whose_it_is_and_until_when(answer: dict[str, Any], lines: list[str]) -> None:
    assert lines == list(made_lines(MADE | answer))


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({}, "never used, taken until it is revoked"),
        ({"used": AT}, f"last used {WHEN}, taken until it is revoked"),
        ({"state": "replaced", "expires": AT}, f"never used, replaced, taken until {WHEN}"),
        ({"state": "expired", "expires": AT}, f"never used, not taken since {WHEN}"),
        ({"state": "no_client"}, "never used, not taken: the config has no such client"),
    ],
)
def test_each_token_is_a_line(told: dict[str, Any], line: str) -> None:
    listed = list(list_lines({"tokens": [LISTED | told], "config": []}))

    assert [f"spare: of the client entra, made {WHEN}, {line}"] == listed


@pytest.mark.parametrize(("used", "says"), [(AT, f"last used {WHEN}"), (None, "not used since the daemon was started")])
def test_the_tokens_of_the_config_are_told_by_their_place(used: int | None, says: str) -> None:
    config = [{"client": "entra", "place": "[clients.entra] token", "used": used}]

    assert [
        f"[clients.entra] token: in the config, {says}; exchange it there, then reload",
        "none in the journal: `token add CLIENT` makes one",
    ] == list(list_lines({"tokens": [], "config": config}))


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ({}, "spare: no token of this name is taken from the client entra any more"),
        ({"old": True}, "spare: what it replaced is not taken any more; the token itself is"),
        ({"old": True, "ended": 0}, "spare: no token before it is taken any more; nothing was changed"),
    ],
)
def test_what_was_ended_is_told(answer: dict[str, Any], line: str) -> None:
    assert [line] == list(revoked_lines(ENDED | answer))


def test_the_token_stands_alone_on_stdout(folder: Path) -> None:
    told = asked(folder, "add", "default", "--name", "spare", "--expires", "90d")

    assert (0, 1) == (told.returncode, told.stdout.count("\n"))
    assert told.stdout.startswith(PREFIX)
    assert "spare: a token of the client default, taken until" in told.stderr
    assert told.stdout.strip() not in told.stderr


def test_as_json_the_token_is_beside_what_is_said_of_it(folder: Path) -> None:
    shown = json.loads(asked(folder, "add", "default", "--json").stdout)

    assert shown.pop("token").startswith(PREFIX)
    assert {"name": "default", "client": "default", "expires": None} == shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["add", "default", "--expires", "soon"], "--expires soon is not a duration"),
        (["add", "default", "--expires", "90"], "--expires 90 is not a duration"),
        (["add", "default", "--expires", "0"], "--expires 0 is not a duration"),
        (["add", "default", "--expires", "36501d"], "more than 100 years"),
        (["add", "default", "--name", "a\nb"], "is no name"),
        (["add", "default", "--name", ""], "is no name"),
        (["rotate", "default", "--keep", "1y"], "--keep 1y is not a duration"),
    ],
)
def test_what_cannot_be_read_is_2(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["token", *words])
    assert says in capsys.readouterr().err


def test_nothing_was_revoked_where_nothing_is(folder: Path) -> None:
    told = asked(folder, "revoke", "spare")

    assert 1 == told.returncode
    assert (
        "token revoke: there is no token 'spare'; tokens: none; "
        "in the config, to be exchanged there: [clients.default] token\n"
    ) in told.stderr


@pytest.mark.parametrize("words", [["add"], ["rotate"], ["add", "default", "--name"]])
def test_a_token_in_the_place_of_a_name_is_not_repeated(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["token", *words, f"{PREFIX}canary"])

    said = capsys.readouterr()
    assert "that is a token" in said.err
    assert "canary" not in said.err + said.out
