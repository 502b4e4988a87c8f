"""The LDAP connector keeps the protocol's promises on real directories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from connectors.ldap.directory import Directory
from connectors.ldap.facts import Facts
from connectors.sdk import Connector, Entry, Ref
from connectors.sdk.testing import (
    ActivationContract,
    ConnectorContract,
    MarksContract,
    MembersContract,
    MovesContract,
    PasswordContract,
    Samples,
)
from connectors.sdk.testing.activation import WithActivation
from connectors.sdk.testing.passwords import WithPasswords
from demo.slapd import BASE, Slapd
from tests.contract.ldap import Connect, person
from tests.documented import block
from tests.slapd import Tree, admin_of, need_slapd

PASSWORD = "a-password-of-no-worth"


class TestLdap(ConnectorContract, MarksContract, MembersContract, ActivationContract, PasswordContract, MovesContract):
    @pytest.fixture
    def elsewhere(self, tree: Tree) -> str:
        left = f"ou=left,{tree.base}"
        tree.add(left, "organizationalUnit")
        return left

    @pytest.fixture
    def build(self, tree: Tree, connect: Connect) -> Callable[[], Connector]:
        self.tree = tree
        keys = {} if tree.is_openldap else {"password_attribute": "userPassword"}  # 389 wants TLS for the operation
        return lambda: connect(tree, places={"users": (f"ou=left,{tree.base}",)}, **keys)

    @pytest.fixture
    def samples(self) -> Samples:
        entry = person("bj", cn="B J", sn="J", mail="bj@example.com", jpegPhoto=bytes(range(256)))
        return Samples(
            entry=entry,
            altered=person("bj", cn="Babs  J", sn="Jensen", mail="babs@example.com", jpegPhoto=b"\xff\xd8\xff"),
            cleared="mail",
            renamed=replace(entry, attributes={**entry.attributes, "uid": ("babs",)}),
            other=person("jd", cn="J D", sn="J"),
            shared="sn",
            unique="uid",
            nameless=Entry("users", {"uid": (), "cn": ("B J",), "sn": ("J",)}),
            several=("mail", ("one@example.com", "two@example.com")),
            group=Entry("groups", {"cn": ("crew",), "description": ("all of us",)}),
        )

    @pytest.fixture
    async def ref(self, connector: Connector, samples: Samples) -> Ref:
        return await self.new_account(connector, samples)

    async def new_account(self, connector: Connector, samples: Samples) -> Ref:
        """With a password from the beginning: a new one would take a lock away."""
        ref = await connector.create(samples.entry)
        self.tree.modify(ref.locator, userPassword=[PASSWORD])
        return ref

    async def place(self, connector: Connector, number: int) -> str:
        return f"uid=member{number},{self.tree.people}"

    async def is_active(self, connector: WithActivation, ref: Ref) -> bool:
        """By a real bind."""
        return self.tree.can_bind(ref.locator, PASSWORD)

    async def opens(self, connector: WithPasswords, ref: Ref, password: str) -> bool:
        """By a real bind."""
        return self.tree.can_bind(ref.locator, password)


class TestLdapWithTheRightsOfItsPage(TestLdap):
    """docs/targets/openldap.md says what our account needs: it is tried with that and no more."""

    @pytest.fixture
    def driver(self) -> str:
        """Whichever: this is about the server."""
        return "ldap3"

    @pytest.fixture(scope="class")
    @staticmethod
    def documented() -> Iterator[Slapd]:
        need_slapd()
        access = (*block("openldap", "olcAccess: "), *block("openldap", "olcLimits: "))
        with TemporaryDirectory(prefix="slapd-", dir="/tmp") as folder:
            server = Slapd(Path(folder) / "slapd", overlays=("ppolicy",), access=access).prepare().start()
            try:
                yield server
            finally:
                server.stop()

    @pytest.fixture
    def elsewhere(self) -> str:
        return f"ou=left,{BASE}"

    @pytest.fixture
    def tree(self, documented: Slapd) -> Iterator[Tree]:
        admin = admin_of(documented)
        tree = Tree(documented, BASE, admin)
        yield tree
        tree.clear()
        admin.unbind()


class TestLdapWithoutControls(TestLdap):
    """A directory that can neither assert (RFC 4528) nor read back (RFC 4527): the same promises, by a look before."""

    @pytest.fixture
    def tree(self, slapd_tree: Tree) -> Tree:
        return slapd_tree

    @pytest.fixture(autouse=True)
    def plain(self, monkeypatch: pytest.MonkeyPatch) -> None:
        read_facts = Directory.read_facts

        async def without_controls(directory: Directory) -> Facts:
            return replace(await read_facts(directory), controls=frozenset())

        monkeypatch.setattr(Directory, "read_facts", without_controls)
