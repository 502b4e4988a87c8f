"""People who are in a real OpenLDAP already: adopted with a word, and never written over without one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.drift.drifting import drifting
from tests.contract.ldap import connector_to
from tests.slapd import Tree, slapd, slapd_admin, slapd_tree, tree
from tests.unit.delivery.world import USERS, World

__all__ = ["slapd", "slapd_admin", "slapd_tree", "tree"]

pytestmark = pytest.mark.slapd
THEIRS = {"uidNumber": "4711", "gidNumber": "100", "homeDirectory": "/home/ada"}


@pytest.fixture
async def world(tmp_path: Path, tree: Tree) -> AsyncIterator[World]:
    connector = connector_to(tree)
    users = {"attributes": {**USERS, "cn": "userName"}, "match": ["mail", "uid"], "adopt": "ask"}
    world = drifting(tmp_path, connector, users=users, groups={"attributes": {"cn": "displayName"}})
    yield world
    await connector.close()
    await world.journal.close()


async def test_a_person_who_is_there_already_becomes_ours_step_by_step(world: World, tree: Tree) -> None:
    before, after = f"uid=alovelace,{tree.people}", f"uid=ada,{tree.people}"
    tree.add(before, ["inetOrgPerson", "posixAccount"], cn="A. L.", sn="Lovelace", mail="ADA@x.org", **THEIRS)  # type: ignore[arg-type]
    uuid = tree.read(before, "entryUUID")
    await world.user("ada", title="Countess", emails=[{"value": "ada@x.org", "type": "work"}])
    await world.deliver_all()
    waits = (world.held(), tree.read(before, "title"))
    await world.approve(world.plan())
    await world.deliver_all()
    added, held = tree.read(before, "title", "sn", "uidNumber"), world.held()
    await world.approve(world.plan())
    await world.deliver_all()

    assert ([("adopt", "ada")], {"title": []}) == waits
    assert {"title": [b"Countess"], "sn": [b"Lovelace"], "uidNumber": [b"4711"]} == added
    assert {"rename", "overwrite"} == {operation for operation, _ in held}
    assert uuid == tree.read(after, "entryUUID")
    whole = tree.read(after)
    assert whole is not None
    assert ([b"ada"], [b"Ada"], [b"4711"]) == (whole["uid"], whole["sn"], whole["uidNumber"])
    assert {b"inetOrgPerson", b"posixAccount"} == set(whole["objectClass"])
    assert ([], []) == (world.held(), world.parked())


async def test_thirty_who_are_there_already_wait_in_one_plan(world: World, tree: Tree) -> None:
    names = [f"p{number:02}" for number in range(30)]
    for name in names:
        tree.add(f"uid={name},{tree.people}", "inetOrgPerson", cn=name, sn=name.title())
        await world.user(name)
    await world.user("newcomer")
    await world.deliver_all()
    held = world.held()
    await world.approve(world.plan())
    await world.deliver_all()

    assert [("adopt", name) for name in names] == sorted(held)
    assert tree.read(f"uid=newcomer,{tree.people}") is not None
    assert (31, []) == (world.standing().entries, world.held())
