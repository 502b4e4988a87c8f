"""Clients by their tokens."""

from __future__ import annotations

import pytest

from bridge.edge import Client, Clients, Credential, Edge
from bridge.journal.tokens import digest
from tests.unit.edge.conftest import Call

ONE, TWO = Client("one", "a"), Client("two", "b")


def test_a_token_is_taken_until_it_ends() -> None:
    clients = Clients({}, [Credential(digest("t"), ONE, 1000)])

    assert [ONE, None, None] == [clients.find("t", now) for now in (999, 1000, 5000)]


def test_one_that_does_not_end_is_taken_for_ever() -> None:
    assert ONE == Clients({}, [Credential(digest("t"), ONE)]).find("t", 1 << 60)


def test_a_token_that_the_config_names_too_is_taken_as_the_config_says() -> None:
    assert TWO == Clients({"t": TWO}, [Credential(digest("t"), ONE, 1000)]).find("t", 2000)


def test_when_a_token_was_last_taken_is_known_and_handed_on() -> None:
    clients = Clients({"t": ONE}, [Credential(digest("over"), TWO, 1)])
    for token, now in (("t", 5), ("t", 7), ("over", 8), ("none", 9)):
        clients.find(token, now)

    assert {digest("t"): 7} == clients.uses
    assert clients.uses is Clients({}, (), clients.uses).uses


def test_what_stands_for_a_token_is_in_no_text() -> None:
    assert "digest" not in repr(Credential(digest("t"), ONE))


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 401)])
async def test_a_token_that_has_ended_is_as_good_as_none(edge: Edge, call: Call, seconds: float, status: int) -> None:
    edge.clients = Clients({}, [Credential(digest("t"), ONE, edge.clock.now() + 60_000)])
    edge.clock.advance(seconds)  # type: ignore[attr-defined]

    assert status == (await call("GET", "/Users", token="t")).status
