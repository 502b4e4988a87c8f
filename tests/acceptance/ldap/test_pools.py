"""Numbers given out on a real directory that has some already, by several at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bridge.delivery import Deliverer
from bridge.settings.kinds import AttributeRule
from bridge.settings.pools import PoolSettings
from tests.acceptance.drift.drifting import reconcile
from tests.acceptance.ldap.conftest import MakeWorld
from tests.slapd import Tree

pytestmark = pytest.mark.slapd
OLD, NEW, WRITERS = 200, 100, 4


def rule(name: str, range_: str) -> AttributeRule:
    return AttributeRule(pool=PoolSettings(name=name, range=(range_,)))


POSIX: dict[str, Any] = {
    "attributes": {"uidNumber": rule("uids", "10000-10999"), "gidNumber": "= 100", "homeDirectory": "= '/home'"}
}


def numbers(tree: Tree) -> list[int]:
    _, _, found, _ = tree.admin.search(tree.people, "(uidNumber=*)", "LEVEL", attributes=["uidNumber"])
    return sorted(int(entry["raw_attributes"]["uidNumber"][0]) for entry in found)


async def test_four_writers_and_two_hundred_numbers_that_are_there(slapd_tree: Tree, make_world: MakeWorld) -> None:
    """Unique, in the range, and not given again after a delete."""
    own = {"users": {"base": slapd_tree.people, "object_classes": ["inetOrgPerson", "posixAccount"]}}
    world = make_world(slapd_tree, users=POSIX, own=own)
    old = range(10000, 10000 + 2 * OLD, 2)
    for number in old:
        values = {"cn": "x", "sn": "x", "gidNumber": "1", "homeDirectory": "/", "uidNumber": str(number)}
        slapd_tree.add(f"uid=old{number},{slapd_tree.people}", "inetOrgPerson", **values, objectClass="posixAccount")
    for number in range(NEW):
        await world.user(f"u{number}", displayName="X")
    deliverers = [world.deliverer] + [
        Deliverer(world.journal, world.target, world.health, world.clock) for _ in range(WRITERS - 1)
    ]
    await asyncio.gather(*(each.deliver_due() for each in deliverers))
    await world.deliver_all()
    given = sorted(set(numbers(slapd_tree)) - set(old))
    assert (OLD + NEW, NEW) == (len(numbers(slapd_tree)), len(given))
    assert [] == world.parked()
    assert {"missing", "different"}.isdisjoint(finding.sort for finding in (await reconcile(world)).findings)
    await world.delete(f"u{NEW - 1}")
    await world.deliver_all()
    await world.users_named(["newcomer"], displayName="X")
    newcomer = slapd_tree.read(f"uid=newcomer,{slapd_tree.people}", "uidNumber")

    assert newcomer is not None
    assert int(newcomer["uidNumber"][0]) not in {*old, *given}
    assert given[0] == 10001
    assert given[-1] < 11000
