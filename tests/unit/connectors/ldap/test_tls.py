from __future__ import annotations

from pathlib import Path

from connectors.ldap import tls
from connectors.ldap.driver import Server


def test_the_authority_that_is_named_is_trusted_alone(tmp_path: Path) -> None:
    assert str(tmp_path / "ca.pem") == tls.authorities(str(tmp_path / "ca.pem"))


def test_without_one_this_machines_are_trusted() -> None:
    known = tls.authorities(None)

    assert known is None or Path(known).is_file()


def test_where_nobody_listens_it_is_not_tls_that_fails() -> None:
    assert tls.failure(Server(("ldaps://127.0.0.1:1",), "cn=x", "x"), "ldaps://127.0.0.1:1") is None


def test_an_authority_that_cannot_be_read_is_told() -> None:
    server = Server(("ldaps://127.0.0.1:1",), "cn=x", "x", ca_certificate="/nowhere/ca.pem")

    assert "/nowhere/ca.pem" in (tls.failure(server, server.urls[0]) or "")
