"""Groups in groups in real directories that hold members by name, and so no groups: the users in them are members."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.drift.drifting import reconcile
from tests.acceptance.ldap.conftest import MakeWorld
from tests.acceptance.ldap.test_groups import modifies, names
from tests.contract.conftest import driver
from tests.slapd import Tree
from tests.unit.delivery.world import World

__all__ = ["driver"]

pytestmark = pytest.mark.slapd

POSIX: dict[str, Any] = {
    "groups": {"attributes": {"cn": "displayName", "gidNumber": "= 5000"}, "nested": "flatten"},
}
LARGE = 1000


@pytest.fixture
async def world(tree: Tree, make_world: MakeWorld, driver: str) -> World:
    keys = {"base": tree.groups, "object_classes": ["posixGroup"], "members": "memberUid"}
    world = make_world(tree, **POSIX, own={"groups": keys, "driver": driver})
    await world.catch_up()
    return world


async def test_a_posix_group_holds_the_users_of_the_groups_in_it(world: World, tree: Tree) -> None:
    """Through renames, drift, circles, and groups that come and go."""
    await world.users_named(["bj", "jd", "kim"], displayName="X")
    await world.group("inner", "jd")
    await world.group("crew", "bj", "inner")
    await world.deliver_all()
    assert {b"bj", b"jd"} == names(tree, "crew")
    await world.join("inner", "kim", "crew")
    await world.change("jd", userName="jane")
    await world.deliver_all()
    assert {b"bj", b"jane", b"kim"} == names(tree, "crew") == names(tree, "inner")
    tree.modify(f"cn=crew,{tree.groups}", memberUid=["bj", "stranger"])
    await reconcile(world)
    await world.deliver_all()
    assert {b"bj", b"jane", b"kim", b"stranger"} == names(tree, "crew")
    await world.delete("inner", "Group")
    await world.deliver_all()

    assert {b"bj", b"stranger"} == names(tree, "crew")
    assert () == (await reconcile(world)).findings
    assert [] == world.parked()


async def test_one_user_more_in_a_large_nested_group_is_one_value_in_each_group_above(
    world: World, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = [f"u{number}" for number in range(LARGE)]
    await world.users_named([*everybody, "kim"], displayName="X")
    await world.group("inner", *everybody)
    await world.group("crew", "inner")
    await world.deliver_all()
    assert LARGE == len(names(tree, "crew"))
    sent = modifies(world, monkeypatch)
    await world.join("inner", "kim")
    await world.deliver_all()

    assert [b"kim", b"kim"] == [bytes(value) for modify in sent for mod in modify.mods for value in mod.values]
    assert {f"cn={name},{tree.groups}" for name in ("inner", "crew")} == {modify.dn for modify in sent}
    assert LARGE + 1 == len(names(tree, "crew"))
