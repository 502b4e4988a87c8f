"""Passwords in a real OpenLDAP: by attribute, under a policy, over TLS; and what an error of theirs tells nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.ldap.connector import LdapConnector
from connectors.ldap.directory import Directory
from connectors.sdk import IN_HISTORY, Capability, Entry, Ref, Refused
from connectors.sdk.testing import PasswordContract, Samples
from connectors.sdk.testing.passwords import WithPasswords
from demo.slapd import POLICY, Slapd
from tests import certificates
from tests.contract.ldap import Connect, person
from tests.slapd import Tree, admin_of, plant

CANARY = "Kanarienvogel-7391"


@pytest.fixture
def tree(slapd_tree: Tree) -> Tree:
    """Most of this is about OpenLDAP's policies."""
    return slapd_tree


class TestByAttribute(PasswordContract):
    """The promises where the directory hashes what is written to `userPassword`."""

    @pytest.fixture
    def samples(self) -> Samples:
        entry = person("bj")
        renamed = person("babs")
        return Samples(entry, entry, "mail", renamed, person("jd"), "sn", "uid", Entry("users", {}))

    @pytest.fixture
    async def connector(self, tree: Tree, connect: Connect) -> LdapConnector:
        self.tree = tree
        connector = connect(tree, password_attribute="userPassword")
        await connector.probe()
        return connector

    @pytest.fixture
    async def ref(self, connector: LdapConnector, samples: Samples) -> Ref:
        return await connector.create(samples.entry)

    async def opens(self, connector: WithPasswords, ref: Ref, password: str) -> bool:
        return self.tree.can_bind(ref.locator, password)


@pytest.mark.ds389
@pytest.mark.xdist_group("ds389")
class TestByAttributeOn389(TestByAttribute):
    @pytest.fixture
    def tree(self, ds389_tree: Tree) -> Tree:
        return ds389_tree


@pytest.fixture
def strict(own_slapd: Callable[..., Slapd], tmp_path: Path) -> Iterator[Tree]:
    """A directory of its own with TLS and a password policy."""
    server = own_slapd(overlays=("ppolicy",), certificate=certificates.make(tmp_path / "tls", "127.0.0.1"))
    admin = admin_of(server)
    tree = plant(server, admin)
    tree.modify(POLICY, pwdInHistory=["3"], pwdCheckQuality=["1"], pwdMinLength=["8"])
    yield tree
    admin.unbind()


@pytest.mark.parametrize("keys", [{}, {"password_attribute": "userPassword"}])
async def test_a_policy_refuses_a_password_and_says_why(strict: Tree, connect: Connect, keys: dict[str, Any]) -> None:
    ldap = connect(strict, **keys)
    ref = await ldap.create(person("bj"))

    with pytest.raises(Refused, match="Password fails quality checking policy") as refused:
        await ldap.set_password(ref, "kurz")
    assert "password" == refused.value.attribute
    assert "constraintViolation:password" == refused.value.code
    assert "kurz" not in str(refused.value)


async def test_the_password_that_it_has_is_success_and_one_it_had_is_told(strict: Tree, connect: Connect) -> None:
    ldap = connect(strict)
    ref = await ldap.create(person("bj"))
    for password in (CANARY, CANARY, "another-password"):
        await ldap.set_password(ref, password)

    with pytest.raises(Refused) as refused:
        await ldap.set_password(ref, CANARY)
    assert IN_HISTORY == refused.value.code
    assert strict.can_bind(ref.locator, "another-password")


async def test_it_is_kept_hashed(strict: Tree, connect: Connect) -> None:
    ldap = connect(strict)
    ref = await ldap.create(person("bj"))
    await ldap.set_password(ref, CANARY)
    held = strict.read(ref.locator, "userPassword")

    assert held is not None
    assert held["userPassword"][0].startswith(b"{SSHA}")


async def test_who_is_locked_out_for_a_while_gets_a_new_password(openldap: LdapConnector, slapd_tree: Tree) -> None:
    """Too many bad passwords are what a new one is for; a lock of ours or of an administrator is not."""
    ref = await openldap.create(person("bj"))
    await openldap.set_password(ref, "the-first-one")
    slapd_tree.modify(ref.locator, pwdAccountLockedTime=["20240101000000Z"])
    await openldap.set_password(ref, CANARY)

    assert slapd_tree.can_bind(ref.locator, CANARY)


async def test_a_locked_account_keeps_its_password_and_its_lock(openldap: LdapConnector, slapd_tree: Tree) -> None:
    ref = await openldap.create(person("bj"))
    await openldap.activate(ref, active=False)

    with pytest.raises(Refused) as refused:
        await openldap.set_password(ref, CANARY)
    assert "locked" == refused.value.code
    found = slapd_tree.read(ref.locator, "pwdAccountLockedTime", "userPassword")
    assert found is not None
    assert [b"000001010000Z"] == found["pwdAccountLockedTime"]
    assert not found.get("userPassword")


async def test_a_right_that_is_lacking_concerns_passwords_alone(
    openldap: LdapConnector, slapd_tree: Tree, connect: Connect
) -> None:
    """It must neither close the target nor blame the person."""
    ref = await openldap.create(person("bj"))
    weak = f"uid=weak,{slapd_tree.base}"
    slapd_tree.add(weak, "inetOrgPerson", cn="weak", sn="weak", userPassword="weak")

    with pytest.raises(Refused, match="may not do this") as refused:
        await connect(slapd_tree, bind_dn=weak, password="weak").set_password(ref, CANARY)
    assert refused.value.fix is not None
    assert "userPassword" in refused.value.fix


async def test_over_tls(strict: Tree, connect: Connect) -> None:
    certificate = strict.slapd.certificate
    assert certificate is not None
    ldap = connect(strict, url=strict.slapd.secure_url, ca_certificate=str(certificate / "ca.crt"))
    ref = await ldap.create(person("bj"))
    await ldap.set_password(ref, CANARY)

    assert strict.can_bind(ref.locator, CANARY)


async def test_an_empty_password_is_never_sent(ldap: LdapConnector, tree: Tree) -> None:
    """A directory would make one up (RFC 3062 §2)."""
    ref = await ldap.create(person("bj"))

    with pytest.raises(Refused):
        await ldap.set_password(ref, "")
    found = tree.read(ref.locator, "userPassword")
    assert found is not None
    assert not found.get("userPassword")


async def test_a_directory_without_the_operation_says_what_to_write(
    openldap: LdapConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await openldap.create(person("bj"))
    read_facts = Directory.read_facts

    async def without_extensions(directory: Directory) -> Any:
        return replace(await read_facts(directory), extensions=frozenset())

    monkeypatch.setattr(Directory, "read_facts", without_extensions)
    probe = await openldap.probe()

    assert Capability.PASSWORD not in probe.capabilities
    with pytest.raises(Refused) as refused:
        await openldap.set_password(ref, CANARY)
    assert refused.value.fix is not None
    assert "password_attribute" in refused.value.fix


@pytest.mark.ds389
@pytest.mark.xdist_group("ds389")
async def test_389_wants_tls_for_the_operation_and_that_concerns_passwords_alone(
    ds389_tree: Tree, connect: Connect
) -> None:
    ldap = connect(ds389_tree)
    ref = await ldap.create(person("bj"))

    with pytest.raises(Refused, match="wants TLS") as refused:
        await ldap.set_password(ref, CANARY)
    assert refused.value.fix is not None
    assert "ldaps://" in refused.value.fix
