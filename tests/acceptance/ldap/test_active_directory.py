"""The bridge and a domain controller: what comes of active, of names and of groups."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.ldap.settings import has_libldap
from tests.acceptance.drift.drifting import reconcile
from tests.acceptance.ldap.conftest import MakeWorld
from tests.samba import PASSWORD, SERVICE, samba, samba_admin, samba_tree
from tests.slapd import Tree
from tests.unit.delivery.world import World

__all__ = ["samba", "samba_admin", "samba_tree"]

pytestmark = [pytest.mark.samba, pytest.mark.xdist_group("samba"), pytest.mark.timeout(300)]


@pytest.fixture
def world(samba_tree: Tree, make_world: MakeWorld) -> Iterator[World]:
    """Account names are unique in the whole domain: what a test has made goes with it."""
    yield make_world(
        samba_tree,
        users={"attributes": {"cn": "displayName", "sAMAccountName": "userName"}, "without": ("uid",)},
        groups={"attributes": {"cn": "displayName"}},
        own={
            "ca_certificate": samba_tree.slapd.authority,  # type: ignore[attr-defined]
            "bind_dn": SERVICE,
            "password": PASSWORD,
            "driver": "libldap" if has_libldap() else "ldap3",
            "users": {"base": samba_tree.people, "rdn": "cn", "object_classes": ["user"]},
            "groups": {"base": samba_tree.groups, "object_classes": ["group"]},
        },
    )
    samba_tree.clear()


def person(tree: Tree, name: str) -> str:
    return f"CN={name},{tree.people}"


def control(tree: Tree, name: str) -> int:
    found = tree.read(person(tree, name), "userAccountControl")
    assert found is not None
    return int(found["userAccountControl"][0])


async def test_who_is_active_is_enabled_and_who_is_not_is_disabled(world: World, samba_tree: Tree) -> None:
    """Samba enables without a password; what Active Directory says to that is tried on a fake (test_passwords)."""
    await world.user("kim", displayName="Kim")
    await world.user("lee", displayName="Lee", active=False)
    await world.deliver_all()
    assert (512, 514) == (control(samba_tree, "Kim"), control(samba_tree, "Lee"))
    await world.change("kim", active=False)
    await world.change("lee", active=True)
    await world.deliver_all()

    assert (514, 512) == (control(samba_tree, "Kim"), control(samba_tree, "Lee"))
    assert [] == world.parked()


async def test_a_whole_life_and_no_drift_in_between(world: World, samba_tree: Tree) -> None:
    """The directory writes DNs in its own spelling, and follows a rename in its groups."""
    await world.users_named(["kim"], displayName="Kim, Jr.", title="Engineer")
    await world.users_named(["lee"], displayName="Lee")
    await world.group("crew", "kim", "lee")
    await world.group("all", "crew")
    await world.deliver_all()
    assert () == (await reconcile(world)).findings
    await world.change("kim", displayName="Kim Doe", title="Boss")
    await world.deliver_all()
    crew = samba_tree.read(f"CN=crew,{samba_tree.groups}", "member")
    assert {person(samba_tree, "Kim Doe"), person(samba_tree, "Lee")} == {
        name.decode().replace("OU=people", "ou=people") for name in (crew or {})["member"]
    }
    assert () == (await reconcile(world)).findings
    await world.delete("kim")
    await world.deliver_all()

    assert samba_tree.read(person(samba_tree, "Kim Doe")) is None
    assert () == (await reconcile(world)).findings
    assert [] == world.parked()


async def test_what_an_administrator_changed_is_put_right(world: World, samba_tree: Tree) -> None:
    await world.users_named(["kim"], displayName="X", title="Engineer")
    await world.users_named(["lee"], displayName="Y", title="Engineer")
    await world.group("crew", "kim")
    await world.deliver_all()
    samba_tree.modify(person(samba_tree, "X"), title=["Emperor"])
    samba_tree.rename(person(samba_tree, "Y"), "CN=renamed")
    samba_tree.modify(f"CN=crew,{samba_tree.groups}", member=[person(samba_tree, "renamed").encode()])
    await reconcile(world)
    await world.deliver_all()

    assert {"title": [b"Engineer"]} == samba_tree.read(person(samba_tree, "X"), "title")
    assert samba_tree.read(person(samba_tree, "Y")) is not None
    members = (samba_tree.read(f"CN=crew,{samba_tree.groups}", "member") or {})["member"]
    assert any(name.startswith(b"CN=X,") for name in members)
    assert () == (await reconcile(world)).findings
