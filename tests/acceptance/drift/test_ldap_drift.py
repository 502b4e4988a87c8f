"""Drift in a real OpenLDAP: what an administrator does by hand is found, put right, and not found again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.journal.findings import PlanState, Sort
from tests.acceptance.drift.drifting import drifting, reconcile
from tests.contract.ldap import connector_to
from tests.slapd import Tree
from tests.unit.delivery.world import ENTERPRISE, USERS, World

pytestmark = pytest.mark.slapd

NAMES = [
    "ann",
    "O'Neil, Jr.",
    "a+b",
    "Ünï  Cödé",
    "#hash",
    "semi;colon",
    'quo"te',
    "back\\slash",
    "lead ",
    "a=b",
    "<x>",
]
"""User names that need escaping, folding or both in a DN."""
MANY = [f"u{n:02}" for n in range(12)]


@pytest.fixture
async def world(tmp_path: Path, tree: Tree) -> AsyncIterator[World]:
    connector = connector_to(tree)
    users = {"attributes": {**USERS, "cn": "userName"}}
    groups = {"attributes": {"cn": "displayName"}, "ownership": "all"}
    world = drifting(tmp_path, connector, users=users, groups=groups)
    yield world
    await connector.close()
    await world.journal.close()


async def people(world: World) -> None:
    boss = await world.user(MANY[0], title="Boss")
    for name in [*MANY[1:], *NAMES]:
        await world.user(name, title="Engineer", **{ENTERPRISE: {"manager": {"value": boss}}})
    await world.group("staff, all", *MANY[:3], *NAMES)
    await world.deliver()
    assert [] == world.parked()


def person(tree: Tree, name: str) -> str:
    return f"uid={name},{tree.people}"


async def test_what_was_delivered_is_found_to_be_as_it_was_delivered(world):
    await people(world)

    assert () == (await reconcile(world)).findings


async def test_what_an_administrator_changed_is_put_right(world, tree):
    await people(world)
    staff = f"cn=staff\\, all,{tree.groups}"
    tree.modify(person(tree, "u01"), title=["Emperor"], description=["not ours"])
    tree.modify(person(tree, "u02"), manager=[])
    tree.modify(staff, member=[person(tree, "u01"), person(tree, "u09"), "cn=mallory,dc=elsewhere"])
    tree.rename(person(tree, "u03"), "uid=renamed")

    plan = await reconcile(world)
    await world.deliver()
    again = await reconcile(world)

    assert (PlanState.APPROVED, 4) == (plan.state, plan.changes)
    assert () == again.findings
    left = tree.read(person(tree, "u01"), "title", "description")
    assert {"title": [b"Engineer"], "description": [b"not ours"]} == left
    assert [person(tree, "u00").encode()] == tree.read(person(tree, "u02"), "manager")["manager"]
    assert tree.read(person(tree, "u03")) is not None
    assert len([*MANY[:3], *NAMES]) == len(tree.read(staff, "member")["member"])


async def test_a_member_who_was_renamed_by_hand_gets_name_and_memberships_back(world, tree):
    """The directory itself follows the rename in the group (refint), so both have drifted."""
    await people(world)
    staff = f"cn=staff\\, all,{tree.groups}"
    before = sorted(tree.read(staff, "member")["member"])
    tree.rename(person(tree, "u02"), "uid=renamed")

    plan = await reconcile(world)
    await world.deliver()
    again = await reconcile(world)

    assert 2 == plan.changes
    assert () == again.findings
    assert before == sorted(tree.read(staff, "member")["member"])


async def test_other_spellings_of_the_same_values_are_no_drift(world, tree):
    await people(world)
    staff = f"cn=staff\\, all,{tree.groups}"
    members = [dn.decode() for dn in tree.read(staff, "member")["member"]]
    tree.modify(staff, member=[dn.replace("uid=", "UID=").replace(",ou=", " , OU=") for dn in members])
    tree.modify(person(tree, "u01"), title=["ENGINEER"])

    assert () == (await reconcile(world)).findings


async def test_foreign_missing_and_disputed_entries_are_told_apart(world, tree):
    tree.add(person(tree, "u05"), "inetOrgPerson", cn="by hand", sn="by hand")
    tree.add(person(tree, "admin"), "inetOrgPerson", cn="admin", sn="admin")
    for name in MANY:
        await world.user(name)
    await world.deliver()
    tree.delete(person(tree, "u07"))

    plan = await reconcile(world)

    found = {finding.sort: finding.resource or finding.locator for finding in plan.findings}
    expected = {
        Sort.MISSING: world.names["u07"],
        Sort.DISPUTED: world.names["u05"],
        Sort.FOREIGN: person(tree, "admin"),
    }
    assert expected == found
    assert PlanState.HELD is plan.state
