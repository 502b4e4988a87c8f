"""Entries that stand in units by what SCIM says of them, on the real directories."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.drift.drifting import reconcile
from tests.acceptance.ldap.conftest import MakeWorld
from tests.slapd import Tree
from tests.unit.delivery.world import ENTERPRISE, World

pytestmark = pytest.mark.slapd
PLACE = f"= [user['{ENTERPRISE}'].division, user['{ENTERPRISE}'].department]"
NASTY = 'R&D, "new" + old'


def world_of(make_world: MakeWorld, tree: Tree, missing: str) -> World:
    own = {"users": {"base": tree.people, "missing_units": missing}}
    return make_world(tree, users={"place": PLACE}, own=own)


def works_in(division: str | None, department: str | None) -> dict[str, Any]:
    return {"displayName": "X", ENTERPRISE: {"division": division, "department": department}}


def where(tree: Tree, name: str) -> str | None:
    """Below the people, without the name itself."""
    _, _, found, _ = tree.admin.search(tree.people, f"(uid={name})", "SUBTREE", attributes=["1.1"])
    return found[0]["dn"].removesuffix(f",{tree.people}").partition(",")[2] if found else None


async def test_units_are_made_and_people_move_between_them(tree: Tree, make_world: MakeWorld) -> None:
    world = world_of(make_world, tree, "create")
    await world.users_named(["ada"], **works_in("North", "Sales"))
    await world.users_named(["bea"], **works_in("North", "Sales"))
    await world.users_named(["cleo"], displayName="X")
    await world.group("crew", "ada", "bea")
    await world.deliver_all()
    id_ = tree.id_of(f"uid=ada,ou=Sales,ou=North,{tree.people}")
    assert ("ou=Sales,ou=North", f"uid=cleo,{tree.people}") == (where(tree, "bea"), f"uid=cleo,{tree.people}")
    await world.change("ada", **works_in("South", NASTY))
    await world.change("cleo", **works_in(None, "Sales"))
    await world.deliver_all()
    (moved,) = (dn for dn in members(tree, "crew") if dn.startswith(b"uid=ada"))

    assert id_ == tree.id_of(moved.decode())
    assert "ou=Sales" == where(tree, "cleo")
    assert () == (await reconcile(world)).findings
    assert [] == world.parked()


def members(tree: Tree, group: str) -> list[bytes]:
    return (tree.read(f"cn={group},{tree.groups}", "member") or {})["member"]


async def test_a_unit_that_is_missing_is_told_by_name_and_costs_nobody_else(tree: Tree, make_world: MakeWorld) -> None:
    world = world_of(make_world, tree, "hold")
    tree.add(f"ou=North,{tree.people}", "organizationalUnit")
    await world.users_named(["ada"], **works_in("North", "Sales"))
    await world.users_named(["bea"], **works_in("North", None))
    (parked,) = world.parked()
    assert ("ada", "noUnit", None) == (parked.name, parked.code, where(tree, "ada"))
    assert f"ou=Sales,ou=North,{tree.people}" in (parked.text or "")
    await world.change("bea", **works_in("South", None))
    await world.deliver_all()
    assert ({"ada", "bea"}, "ou=North") == ({each.name for each in world.parked()}, where(tree, "bea"))
    tree.add(f"ou=Sales,ou=North,{tree.people}", "organizationalUnit")
    tree.add(f"ou=South,{tree.people}", "organizationalUnit")
    await world.change("ada", title="Boss")
    await world.change("bea", title="Boss")
    await world.deliver_all()

    assert ("ou=Sales,ou=North", "ou=South") == (where(tree, "ada"), where(tree, "bea"))
    assert [] == world.parked()


async def test_who_is_disabled_follows_the_department_and_a_leaver_stays(tree: Tree, make_world: MakeWorld) -> None:
    left = f"ou=left,{tree.base}"
    tree.add(left, "organizationalUnit")
    own = {"users": {"base": tree.people, "missing_units": "create"}}
    users = {
        "place": PLACE,
        "on_disable": ["strip-groups"],
        "on_delete": ["strip-groups", f"1d move:{left}", "9d delete"],
    }
    world = make_world(tree, users=users, own={**own, "places": {"users": (left,)}})
    await world.users_named(["ada"], **works_in("North", None))
    await world.change("ada", active=False, **works_in("South", None))
    await world.deliver_all()
    assert "ou=South" == where(tree, "ada")
    await world.delete("ada")
    await world.deliver_all()
    world.clock.advance(2 * 86_400)
    await world.deliver_all()

    assert where(tree, "ada") is None
    assert tree.read(f"uid=ada,{left}") is not None
