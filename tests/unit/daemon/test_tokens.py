"""Tokens as an operator asks for them, beside an edge on a clock of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bridge.clock import SetClock
from bridge.daemon.commands import Commands
from bridge.daemon.control.protocol import CommandFailed, Question
from bridge.daemon.house import House
from bridge.daemon.tokens import Tokens
from bridge.daemon.wiring import journal_of
from bridge.journal import Journal, JournalBusy, actions, tokens
from bridge.settings import Settings
from bridge.settings.load import load
from bridge.settings.plugins import discover

ENTRA = """
[clients.entra]
token = "env:ENTRA"
profile = "entra"
tenant = "azure"
"""
CONFIG = """
[journal]
key = "env:JOURNAL_KEY"
[clients.default]
token = "env:TOKEN"
"""
ENVIRON = {"JOURNAL_KEY": "00" * 32, "TOKEN": "first", "ENTRA": "second"}
UID = 1000
DAY = 86_400_000


@dataclass
class Office:
    """A house without targets, and a person who asks."""

    folder: Path
    house: House
    journal: Journal
    clock: SetClock

    def settings(self, text: str) -> Settings:
        return settings(self.folder, text)

    async def ask(self, command: str, subject: str | None = None, token: str | None = None, **options: Any) -> Any:
        """`token` as the CLI hands it in."""
        if token is not None:
            options["digest"] = tokens.digest(token).hex()
        commands = Commands(self.journal, self.house.units, self.house.tokens, self.clock, running=True)
        return await commands.answer(Question(f"token {command}", subject, UID, options))

    def caller(self, token: str) -> str | None:
        """The client that the edge takes the token for now."""
        client = self.house.edge.clients.find(token, self.clock.now())
        return None if client is None else client.name


def settings(folder: Path, text: str) -> Settings:
    (folder / "bridge.toml").write_text(text)
    return load(folder / "bridge.toml", discover(), environ=ENVIRON)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    clock = SetClock()
    first = settings(tmp_path, CONFIG + ENTRA)
    journal = journal_of(first, clock)
    async with House(first, journal, clock) as house:
        yield Office(tmp_path, house, journal, clock)
    await journal.close()


async def test_a_token_is_taken_from_the_moment_in_which_it_is_added(office: Office) -> None:
    answer = await office.ask("add", "entra", "t1", lifetime=DAY)

    assert {"name": "entra", "client": "entra", "expires": office.clock.now() + DAY} == answer
    assert "entra" == office.caller("t1")


async def test_one_that_is_revoked_is_taken_no_more_and_the_configs_goes_on(office: Office) -> None:
    await office.ask("add", "entra", "t1")

    answer = await office.ask("revoke", "entra")

    assert {"name": "entra", "client": "entra", "ended": 1, "old": False, "in_config": []} == answer
    assert [None, "entra"] == [office.caller("t1"), office.caller("second")]


async def test_a_token_ends_by_the_clock(office: Office) -> None:
    await office.ask("add", "entra", "t1", lifetime=DAY)

    office.clock.advance(86_399)
    assert "entra" == office.caller("t1")
    office.clock.advance(1)
    assert None is office.caller("t1")
    assert "expired" == (await office.ask("list"))["tokens"][0]["state"]


async def test_after_a_rotation_both_are_taken_for_a_while(office: Office) -> None:
    await office.ask("add", "entra", "t1")

    answer = await office.ask("rotate", "entra", "t2", keep=DAY)

    assert (office.clock.now() + DAY, None) == (answer["kept_until"], answer["expires"])
    assert ["entra", "entra"] == [office.caller(token) for token in ("t1", "t2")]
    office.clock.advance(86_400)
    assert [None, "entra"] == [office.caller(token) for token in ("t1", "t2")]


async def test_a_rotation_that_keeps_nothing_is_at_once(office: Office) -> None:
    await office.ask("add", "entra", "t1")

    assert None is (await office.ask("rotate", "entra", "t2", keep=0))["kept_until"]
    assert [None, "entra"] == [office.caller(token) for token in ("t1", "t2")]


async def test_a_new_token_lives_as_long_as_the_one_before_did_and_that_not_longer(office: Office) -> None:
    await office.ask("add", "entra", "t1", lifetime=90 * DAY)
    office.clock.advance(90 * 86_400 - 60)

    answer = await office.ask("rotate", "entra", "t2", keep=DAY)

    now = office.clock.now()
    assert (now + 90 * DAY, now + 60_000) == (answer["expires"], answer["kept_until"])


async def test_what_was_replaced_can_be_ended_before_its_time(office: Office) -> None:
    await office.ask("add", "entra", "t1")
    await office.ask("rotate", "entra", "t2", keep=DAY)

    assert 1 == (await office.ask("revoke", "entra", old=True))["ended"]
    assert [None, "entra"] == [office.caller(token) for token in ("t1", "t2")]
    assert 0 == (await office.ask("revoke", "entra", old=True))["ended"]


async def test_a_token_that_was_found_somewhere_is_revoked_by_itself(office: Office) -> None:
    """One that was replaced ends alone: the new one is not the one that was found."""
    await office.ask("add", "entra", "t1")
    await office.ask("rotate", "entra", "t2", keep=DAY)

    assert True is (await office.ask("revoke", None, "t1"))["old"]
    assert [None, "entra"] == [office.caller(token) for token in ("t1", "t2")]
    assert "entra" == (await office.ask("revoke", None, "t2"))["name"]
    assert None is office.caller("t2")


async def test_a_client_that_is_taken_out_has_no_tokens_until_it_is_back(office: Office) -> None:
    await office.ask("add", "entra", "t1")

    await office.house.reload(office.settings(CONFIG))
    assert None is office.caller("t1")
    assert "no_client" == (await office.ask("list"))["tokens"][0]["state"]
    await office.house.reload(office.settings(CONFIG + ENTRA))
    assert "entra" == office.caller("t1")


@pytest.mark.parametrize(
    ("command", "subject", "options", "says"),
    [
        ("add", "entr", {}, "no client 'entr'; clients: default, entra"),
        ("add", "entra", {"name": "taken"}, "a token 'taken' already"),
        ("rotate", "entr", {"keep": 0}, "no token 'entr'; tokens: taken; in the config"),
        ("revoke", "default", {}, r"in the config, to be exchanged there: \[clients.default\] token"),
        ("revoke", None, {}, "none of the journal's; in the config"),
    ],
)
async def test_what_cannot_be_says_what_there_is_and_changes_nothing(
    office: Office, command: str, subject: str | None, options: dict[str, Any], says: str
) -> None:
    await office.ask("add", "entra", "t1", name="taken")

    with pytest.raises(CommandFailed, match=says):
        await office.ask(command, subject, "t9", **options)

    assert ["entra", None] == [office.caller("t1"), office.caller("t9")]
    assert 1 == len(office.journal.read(actions.latest))


async def test_a_journal_that_cannot_write_now_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise JournalBusy(2)

    monkeypatch.setattr(Journal, "submit", refuse)

    with pytest.raises(CommandFailed, match="too many"):
        await office.ask("add", "entra", "t1")


async def test_a_token_that_the_config_names_too_is_told_for_it_goes_on(office: Office) -> None:
    await office.ask("add", "entra", "second")

    assert ["[clients.entra] token"] == (await office.ask("revoke", "entra"))["in_config"]
    assert "entra" == office.caller("second")


async def test_all_tokens_are_listed_with_their_last_use(office: Office) -> None:
    made = office.clock.now()
    await office.ask("add", "entra", "t1", name="spare")
    office.clock.advance(60)
    office.caller("t1")
    office.caller("first")

    listed = await office.ask("list")

    used = office.clock.now()
    token = {"name": "spare", "client": "entra", "made": made, "expires": None, "replaced": None}
    assert [{**token, "used": used, "state": "current"}] == listed["tokens"]
    assert [
        {"client": "default", "place": "[clients.default] token", "used": used},
        {"client": "entra", "place": "[clients.entra] token", "used": None},
    ] == listed["config"]


async def test_last_uses_outlive_the_process_and_an_exchange_of_the_clients(office: Office) -> None:
    await office.ask("add", "entra", "t1")
    office.caller("t1")
    await office.house.reload(office.settings(CONFIG + ENTRA))
    await office.house.tokens.tidy()

    after = Tokens(office.journal, office.clock, {})

    (token,) = (await after.listed(Question("token list", None, UID)))["tokens"]
    assert office.clock.now() == token["used"]


async def test_each_command_stands_in_the_audit_without_token_and_digest(office: Office) -> None:
    with capture_logs() as logs:
        await office.ask("add", "entra", "canary-1", lifetime=DAY)
        await office.ask("rotate", "entra", "canary-2", keep=DAY)
        await office.ask("revoke", None, "canary-1")
        await office.ask("revoke", "entra")
        listed = await office.ask("list")

    now, done = office.clock.now(), office.journal.read(actions.latest)
    assert [
        ("token add", {"client": "entra", "expires": now + DAY}),
        ("token rotate", {"client": "entra", "expires": now + DAY, "kept_until": now + DAY}),
        ("token revoke", {"client": "entra", "ended": 1, "old": True}),
        ("token revoke", {"client": "entra", "ended": 1, "old": False}),
    ] == [(each.operation, each.detail) for each in reversed(done)]
    assert {("entra", UID)} == {(each.subject, each.by.uid) for each in done}
    said = f"{logs} {listed} {done}"
    for token in ("canary-1", "canary-2"):
        assert token not in said
        assert tokens.digest(token).hex() not in said
        assert str(tokens.digest(token)) not in said
