"""The command line: every command is known, and bad usage is told."""

from types import SimpleNamespace

import pytest

from bridge.cli import main as cli
from bridge.cli.main import main

COMMANDS = (
    "init",
    "check",
    "run",
    "status",
    "plan",
    "reconcile",
    "plans",
    "approve",
    "reject",
    "connectors",
    "journal",
)


@pytest.mark.parametrize("command", [*COMMANDS, "targets", "why", "links", "deliveries", "token"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])

    assert ended.value.code == 0
    assert command in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["unknown"], ["plan"], ["approve"], ["run", "--log-level", "loud"]])
def test_bad_usage_is_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130)])
def test_who_interrupts_gets_what_shells_expect(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: object) -> int:
        raise error

    monkeypatch.setattr(cli.importlib, "import_module", lambda _: SimpleNamespace(run=run))

    assert main(["connectors", "list"]) == code
