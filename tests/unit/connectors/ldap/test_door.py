"""Which server a connection leads to, without any server."""

from __future__ import annotations

from threading import Thread

import pytest

from connectors.ldap.door import Door
from connectors.ldap.driver import BindRefused, Server, Unreachable, Untrusted

A, B = "ldap://a", "ldap://b"


class Servers:
    """Opens lines as told: an error, or the server's name."""

    def __init__(self) -> None:
        self.errors: dict[str, Exception] = {}
        self.tried: list[str] = []

    def open(self, _: Server, url: str) -> str:
        self.tried.append(url)
        if url in self.errors:
            raise self.errors[url]
        return f"line to {url}"


@pytest.fixture
def servers() -> Servers:
    return Servers()


@pytest.fixture
def door(servers: Servers) -> Door[str]:
    return Door(Server((A, B), "cn=x", "secret"), servers.open)


@pytest.mark.parametrize("error", [Unreachable("down"), Untrusted("expired")])
def test_the_next_server_is_taken_and_kept(servers: Servers, door: Door[str], error: Exception) -> None:
    servers.errors[A] = error
    assert (B, "line to ldap://b") == door.open()
    del servers.errors[A]
    door.open()

    assert B == door.url
    assert [A, B, B] == servers.tried


def test_after_a_fresh_start_the_first_is_preferred_again(servers: Servers, door: Door[str]) -> None:
    servers.errors[A] = Unreachable("down")
    door.open()
    del servers.errors[A]
    door.start_afresh()
    door.open()

    assert A == door.url


def test_where_none_is_reached_the_last_error_is_told(servers: Servers, door: Door[str]) -> None:
    servers.errors = {A: Unreachable("down"), B: Untrusted("expired")}

    with pytest.raises(Untrusted, match="expired"):
        door.open()


def test_a_refused_bind_is_tried_once_however_many_ask(servers: Servers, door: Door[str]) -> None:
    servers.errors[A] = BindRefused(49, "no")

    def ask() -> None:
        with pytest.raises(BindRefused):
            door.open()

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ask()

    assert [A] == servers.tried


def test_a_refused_bind_may_be_tried_again_after_a_fresh_start(servers: Servers, door: Door[str]) -> None:
    servers.errors[A] = BindRefused(49, "no")
    with pytest.raises(BindRefused):
        door.open()
    servers.errors = {}
    door.start_afresh()

    assert A == door.open()[0]


@pytest.mark.parametrize("code", [51, 52, 80])
def test_a_server_that_takes_no_binds_now_says_nothing_of_our_password(
    servers: Servers, door: Door[str], code: int
) -> None:
    servers.errors[A] = BindRefused(code, "later")
    assert B == door.open()[0]
