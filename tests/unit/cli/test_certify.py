"""`connectors certify` writes to nothing that is not a throw-away, and says why. What it finds: tests/acceptance."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bridge.cli import certify
from bridge.cli.main import main
from bridge.cli.verdicts import Outcome, Verdict, show, sum_up
from bridge.daemon.control import protocol

TARGETS = """
[targets.people]
connector = "csv"
path = "people.csv"
[targets.people.users.attributes]
login = "userName"
name = "displayName"
mail = 'emails[type eq "work"].value'
title = "title"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    main(["init", str(tmp_path / "b")])
    config = tmp_path / "b" / "bridge.toml"
    config.write_text(config.read_text().partition("\n[targets.")[0] + TARGETS)
    return config


@pytest.fixture(autouse=True)
def no_kit(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of these comes so far as to start pytest within pytest."""
    monkeypatch.setattr("bridge.cli.kit.run", lambda *_: pytest.fail("the kit was run"))


def words(config: Path, *more: str, target: str = "people") -> list[str]:
    return ["connectors", "certify", target, "--config", str(config), *more]


def test_without_a_yes_nothing_is_written(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words(config)) == 2
    assert "It must be a throw-away" in capsys.readouterr().err
    assert not (config.parent / "people.csv").exists()


def test_a_target_that_holds_somebody_is_left_as_it_is(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = "login,name,mail,title\nkim,Kim,,\ncertify1,left by an earlier run,,\n"
    (config.parent / "people.csv").write_text(held)

    assert main(words(config, "--yes")) == 1
    assert "the target holds 1 of users that the kit has not written" in capsys.readouterr().err
    assert held == (config.parent / "people.csv").read_text()


def test_a_target_that_is_not_there_is_told_with_those_that_are(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(config, "--yes", target="corp")) == 1
    assert "there is no target corp; there are: people" in capsys.readouterr().err


def test_a_wrong_file_is_told_whole(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(config.read_text().replace('path = "people.csv"', 'paht = "people.csv"'))

    assert main(words(config, "--yes")) == 2
    assert "targets.people.paht" in capsys.readouterr().err


def test_a_mapping_that_is_too_small_is_told(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(config.read_text().replace('title = "title"', ""))

    assert main(words(config, "--yes")) == 1
    assert "map a text that two people may share" in capsys.readouterr().err


def test_without_pytest_it_says_how_to_get_it(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(certify, "find_spec", lambda _: None)

    assert main(words(config, "--yes")) == 1
    assert "pip install 'scim-bridge[testing]'" in capsys.readouterr().err


def test_where_a_daemon_runs_nothing_is_written(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(protocol, "ask", lambda *_: {"targets": {}})

    assert main(words(config, "--yes")) == 1
    assert "a daemon runs on this config" in capsys.readouterr().err


def test_a_bug_of_a_connector_is_told_as_one(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def survey(*_: object) -> None:
        await asyncio.sleep(0)
        raise TypeError("no such argument")

    monkeypatch.setattr(certify, "survey", survey)

    assert main(words(config, "--yes")) == 1
    assert "the connector failed (TypeError: no such argument); tell its author" in capsys.readouterr().err


def test_a_verdict_is_a_line_and_why_stands_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    show(Verdict("it is kept", Outcome.KEPT))
    show(Verdict("it is broken", Outcome.BROKEN, "this\nis why"))

    assert "kept        it is kept\nBROKEN      it is broken: this\n            is why\n" == capsys.readouterr().out


def test_one_broken_promise_is_enough(capsys: pytest.CaptureFixture[str]) -> None:
    kept, broken = Verdict("a", Outcome.KEPT), Verdict("b", Outcome.BROKEN, "why")

    assert sum_up([kept, Verdict("c", Outcome.NOT_TRIED, "why")], [])
    assert not sum_up([kept, broken], ["members", "marks"])
    assert "1 kept, 1 BROKEN, 0 not tried\nnot offered: members, marks\n" in capsys.readouterr().out
