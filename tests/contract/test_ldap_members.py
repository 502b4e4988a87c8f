"""Groups that hold their members by name, or by DN and by name in step, on the real directories."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from connectors.ldap.connector import LdapConnector
from connectors.sdk import Connector, Delta, Entry, Ref
from connectors.sdk.testing import MembersContract, Samples
from tests.contract.ldap import Connect, person
from tests.slapd import Tree

POSIX: dict[str, Any] = {"object_classes": ["posixGroup"], "members": "memberUid"}
BOTH: dict[str, Any] = {"object_classes": ["groupOfNames", "extensibleObject"], "members": ["member", "memberUid"]}
"""As rfc2307bis has it, whose posixGroup goes beside groupOfNames."""


class TestMembersInSeveralWays(MembersContract):
    @pytest.fixture(params=[POSIX, BOTH], ids=["memberUid", "member+memberUid"])
    def groups(self, request: pytest.FixtureRequest, tree: Tree) -> dict[str, Any]:
        return {"base": tree.groups, **request.param}

    @pytest.fixture
    def samples(self) -> Samples:
        entry = person("bj", mail="bj@example.com")
        return Samples(
            entry=entry,
            altered=person("bj", mail="babs@example.com"),
            cleared="mail",
            renamed=replace(entry, attributes={**entry.attributes, "uid": ("babs",)}),
            other=person("jd"),
            shared="sn",
            unique="uid",
            nameless=Entry("users", {"uid": ()}),
            several=("mail", ("one@example.com", "two@example.com")),
            group=Entry("groups", {"cn": ("crew",), "gidNumber": ("5000",)}),
        )

    @pytest.fixture
    def build(self, tree: Tree, connect: Connect, groups: dict[str, Any]) -> Any:
        self.tree = tree
        return lambda: connect(tree, groups=groups)

    @pytest_asyncio.fixture
    async def connector(self, build: Any) -> AsyncIterator[Connector]:
        connector = build()
        await connector.probe()
        yield connector

    async def place(self, connector: Connector, number: int) -> str:
        return f"uid=member{number},{self.tree.people}"


@pytest_asyncio.fixture
async def ldap(tree: Tree, connect: Connect) -> LdapConnector:
    connector = connect(tree, groups={"base": tree.groups, **BOTH})
    await connector.probe()
    return connector


@pytest_asyncio.fixture
async def crew(ldap: LdapConnector) -> Ref:
    return await ldap.create(Entry("groups", {"cn": ("crew",)}))


def held(tree: Tree, group: Ref) -> tuple[set[bytes], set[bytes]]:
    found = tree.read(group.locator, "member", "memberUid") or {}
    names = {value for value in found.get("member", ()) if not value.startswith(b"cn=scim-bridge")}
    return names, set(found.get("memberUid", ()))


async def test_both_attributes_follow_a_rename(ldap: LdapConnector, crew: Ref, tree: Tree) -> None:
    before = await ldap.create(person("bj"))
    old = ldap.member_value(before)
    assert old is not None
    await ldap.update_members(crew, [old], [])
    assert ({old.encode()}, {b"bj"}) == held(tree, crew)
    new = ldap.member_value(await ldap.update(before, Delta(person("babs"), relocate=True)))
    assert new is not None
    await ldap.update_members(crew, [new], [old])

    assert ({new.encode()}, {b"babs"}) == held(tree, crew)


async def test_a_group_among_the_members_is_there_by_dn_alone(ldap: LdapConnector, crew: Ref, tree: Tree) -> None:
    inner = ldap.member_value(await ldap.create(Entry("groups", {"cn": ("inner",)})))
    assert inner is not None
    await ldap.update_members(crew, [inner], [])
    read = await ldap.get(crew, [], members=True)

    assert ({inner.encode()}, set()) == held(tree, crew)
    assert read is not None
    assert ((inner,), ()) == (read.members, read.half_members)


async def test_who_is_there_in_part_is_told_and_put_right(ldap: LdapConnector, crew: Ref, tree: Tree) -> None:
    """An administrator wrote into one of the two; adding or removing the member mends both."""
    one, two, three = (f"uid={name},{tree.people}" for name in ("one", "two", "three"))
    await ldap.update_members(crew, [one], [])
    tree.modify(crew.locator, member=[one, two], memberUid=["one", "three"])
    read = await ldap.get(crew, [], members=True)
    assert read is not None
    assert ((one,), {two, three}) == (read.members, set(read.half_members))
    await ldap.update_members(crew, [two], [three])

    assert ({one.encode(), two.encode()}, {b"one", b"two"}) == held(tree, crew)
