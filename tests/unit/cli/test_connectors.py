"""`connectors list` names what is installed, and what of it is broken."""

from collections.abc import Iterator
from typing import Any

import pytest

from bridge.cli import connectors
from bridge.cli.main import main
from bridge.settings.plugins import PluginBroken


def test_our_own_are_listed_like_anybodys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connectors", "list"]) == 0
    names = {line.split("\t")[0] for line in capsys.readouterr().out.splitlines()}
    assert {"csv", "ldap", "rest"} <= names


def test_a_broken_one_is_named_and_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Installed(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            raise PluginBroken("no module named x")

        def __iter__(self) -> Iterator[str]:
            return iter(("one", "two"))

    monkeypatch.setattr(connectors, "discover", Installed)

    assert main(["connectors", "list"]) == 1
    assert ["one\tBROKEN: no module named x", "two\tBROKEN: no module named x"] == capsys.readouterr().out.splitlines()
