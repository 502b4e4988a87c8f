"""Fixtures on the real throw-away OpenLDAP of `demo/slapd.py`; imported by the conftest of a folder that needs one.

    slapd       one server for the whole session, with ppolicy, memberof and refint
    slapd_tree  a branch of its own below it for each test: ou=people and ou=groups; `tree` is the same
    own_slapd   a server for one test alone: to be killed, frozen, or configured otherwise

Where slapd is not installed, these tests are skipped with a line that says so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import ldap3
import pytest

from demo.slapd import ADMIN, BASE, PASSWORD, Slapd, installed

OVERLAYS = ("ppolicy", "memberof", "refint")
_numbers = count(1)


class Server(Protocol):
    """What a tree needs to know of its directory: OpenLDAP's `Slapd`, or another one."""

    port: int

    @property
    def url(self) -> str: ...


@dataclass(frozen=True)
class Tree:
    """A branch of the directory. `admin` is a connection of the administrator, for what others do behind our back."""

    slapd: Server
    base: str
    admin: Any

    @property
    def is_openldap(self) -> bool:
        return isinstance(self.slapd, Slapd)

    @property
    def people(self) -> str:
        return f"ou=people,{self.base}"

    @property
    def groups(self) -> str:
        return f"ou=groups,{self.base}"

    def add(self, dn: str, object_class: str, **attributes: Any) -> None:
        self._did(self.admin.add(dn, object_class, attributes))

    def modify(self, dn: str, **changes: Any) -> None:
        """Replace values."""
        self._did(self.admin.modify(dn, {name: [(ldap3.MODIFY_REPLACE, values)] for name, values in changes.items()}))

    def rename(self, dn: str, rdn: str, superior: str | None = None) -> None:
        self._did(self.admin.modify_dn(dn, rdn, new_superior=superior))

    def delete(self, dn: str) -> None:
        self._did(self.admin.delete(dn))

    def clear(self) -> None:
        """Remove all people and groups, and who has left."""
        for base in (self.people, self.groups, f"ou=left,{self.base}"):
            _, _, found, _ = self.admin.search(base, "(objectClass=*)", "LEVEL", attributes=["1.1"])
            for entry in found:
                self.delete(entry["dn"])

    def read(self, dn: str, *attributes: str) -> dict[str, list[bytes]] | None:
        """The attributes of an entry as bytes; None where there is no entry."""
        _, result, found, _ = self.admin.search(dn, "(objectClass=*)", "BASE", attributes=list(attributes) or ["*"])
        return dict(found[0]["raw_attributes"]) if result["result"] == 0 else None

    def id_of(self, dn: str) -> list[bytes]:
        """What the directory knows the entry by, whatever its name."""
        name = "entryUUID" if self.is_openldap else "nsUniqueId"
        found = self.read(dn, name)
        assert found is not None
        return found[name]

    def can_bind(self, dn: str, password: str) -> bool:
        line = ldap3.Connection(ldap3.Server(self.slapd.url, get_info=ldap3.NONE), dn, password)
        try:
            return bool(line.bind())
        finally:
            line.socket.close()

    @staticmethod
    def _did(answer: Any) -> None:
        assert answer[1]["result"] == 0, answer[1]


def need_slapd() -> None:
    """Skip, loudly, where there is no slapd."""
    if installed() is None:
        pytest.skip("OpenLDAP IS NOT INSTALLED: nothing of this was tested (apt-get install slapd ldap-utils)")


def admin_of(slapd: Slapd) -> Any:
    """A connection of the directory's administrator."""
    return connected(slapd.url, ADMIN, PASSWORD)


def connected(url: str, dn: str, password: str) -> Any:
    """A connection of one who may do anything."""
    server = ldap3.Server(url, get_info=ldap3.NONE)
    return ldap3.Connection(
        server, dn, password, client_strategy=ldap3.SAFE_SYNC, auto_bind=True, check_names=False, receive_timeout=10
    )


def plant(slapd: Server, admin: Any, base: str = "") -> Tree:
    """A new branch with people and groups."""
    tree = Tree(slapd, base or f"ou=t{next(_numbers)},{BASE}", admin)
    for dn in (tree.base, tree.people, tree.groups):
        tree.add(dn, "organizationalUnit")
    return tree


@pytest.fixture(scope="session")
def slapd() -> Iterator[Slapd]:
    need_slapd()
    with tempfile.TemporaryDirectory(prefix="slapd-", dir="/tmp") as folder:
        server = Slapd(Path(folder) / "slapd", overlays=OVERLAYS).prepare().start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def slapd_admin(slapd: Slapd) -> Iterator[Any]:
    line = admin_of(slapd)
    yield line
    line.unbind()


@pytest.fixture
def slapd_tree(slapd: Slapd, slapd_admin: Any) -> Tree:
    return plant(slapd, slapd_admin)


@pytest.fixture
def tree(slapd: Slapd, slapd_admin: Any) -> Tree:
    """Where OpenLDAP is the only directory."""
    return plant(slapd, slapd_admin)


@pytest.fixture
def own_slapd() -> Iterator[Callable[..., Slapd]]:
    """Makes servers that end with the test: `own_slapd(overlays=(), size_limit=50)`.

    Not below pytest's folder: each pytest that starts closes that to others, and slapd runs as nobody.
    """
    need_slapd()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slapd-", dir="/tmp")))

        def make(**options: Any) -> Slapd:
            server = Slapd(folder / f"slapd{next(_numbers)}", **options).prepare().start()
            stack.callback(server.stop)
            return server

        yield make
