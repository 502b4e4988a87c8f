"""Leavers in a real OpenLDAP: locked, out of their groups, moved aside, deleted, and taken back at each step."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.journal import restoring
from demo.slapd import PASSWORD, SERVICE
from tests.acceptance.drift.drifting import drifting, reconcile
from tests.contract.ldap import connector_to
from tests.daemon import GROUP, USER, Daemon
from tests.slapd import Tree, slapd, slapd_admin, slapd_tree, tree
from tests.unit.delivery.world import ENTERPRISE, USERS, World

__all__ = ["slapd", "slapd_admin", "slapd_tree", "tree"]

pytestmark = pytest.mark.slapd
DAY = 86400
NUMBER = {ENTERPRISE: {"employeeNumber": "A-7"}}
PHOTO = b"\xff\xd8\xff\xe0"
SECRET = "a-password-of-no-worth"


@pytest.fixture
def left(tree: Tree) -> str:
    dn = f"ou=left,{tree.base}"
    tree.add(dn, "organizationalUnit")
    return dn


@pytest.fixture
async def world(tmp_path: Path, tree: Tree, left: str) -> AsyncIterator[World]:
    connector = connector_to(tree)
    ladder = ["lock", "1d strip-groups", f"2d move:{left}"]
    attributes = {**USERS, "cn": "userName", "employeeNumber": f"{ENTERPRISE}:employeeNumber"}
    policies = {"on_disable": ladder, "on_delete": [*ladder, "9d delete"], "returning": ["employeeNumber"]}
    users = {"attributes": attributes, **policies}
    world = drifting(tmp_path, connector, users=users, groups={"attributes": {"cn": "displayName"}})
    await world.user("ada", active=True, **NUMBER)
    await world.group("crew", "ada")
    await world.deliver_all()
    tree.modify(f"uid=ada,{tree.people}", userPassword=[SECRET])
    yield world
    await connector.close()
    await world.journal.close()


async def days(world: World, count: int) -> None:
    await world.deliver_all()
    for _ in range(count):
        world.clock.advance(DAY)
        await world.deliver_all()


def seen(tree: Tree) -> dict[str, Any]:
    """Where ada stands, whether she can bind there, and whom the group names."""
    at = [dn for dn in (f"uid=ada,{tree.people}", f"uid=ada,ou=left,{tree.base}") if tree.read(dn) is not None]
    crew = tree.read(f"cn=crew,{tree.groups}", "member")
    assert crew is not None
    members = [dn.decode() for dn in crew["member"] if dn.startswith(b"uid=ada")]
    return {"at": at, "binds": [tree.can_bind(dn, SECRET) for dn in at], "members": members}


async def test_a_deleted_user_comes_down_the_ladder(world: World, tree: Tree, left: str) -> None:
    here, there = f"uid=ada,{tree.people}", f"uid=ada,{left}"
    uuid = tree.read(here, "entryUUID")
    await world.delete("ada")
    steps = []
    for count in (0, 1, 1, 6):
        await days(world, count)
        steps.append(seen(tree))
    moved = tree.read(there, "entryUUID")
    await days(world, 1)

    assert [
        {"at": [here], "binds": [False], "members": [here]},
        {"at": [here], "binds": [False], "members": []},
        {"at": [there], "binds": [False], "members": []},
        {"at": [there], "binds": [False], "members": []},
    ] == steps
    assert uuid == moved
    assert {"at": [], "binds": [], "members": []} == seen(tree)


@pytest.mark.parametrize("after", [0, 1, 2, 3])
async def test_who_is_disabled_comes_back_whole_from_each_step(world: World, tree: Tree, after: int) -> None:
    here = f"uid=ada,{tree.people}"
    uuid = tree.read(here, "entryUUID")
    await world.change("ada", active=False)
    await days(world, after)
    down = seen(tree)
    await world.change("ada", active=True, title="Back")
    await days(world, 0)

    assert [False] == down["binds"]
    assert {"at": [here], "binds": [True], "members": [here]} == seen(tree)
    assert (uuid, [b"Back"]) == (tree.read(here, "entryUUID"), tree.read(here, "title")["title"])  # type: ignore[index]


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_who_comes_back_under_another_id_and_name_gets_the_old_entry(
    world: World, tree: Tree, after: int
) -> None:
    uuid = tree.read(f"uid=ada,{tree.people}", "entryUUID")
    await world.delete("ada")
    await days(world, after)
    await world.user("lovelace", active=True, **NUMBER)
    await world.join("crew", "lovelace")
    await days(world, 12)
    back = f"uid=lovelace,{tree.people}"

    assert {"at": [], "binds": [], "members": []} == seen(tree)
    assert (uuid, True) == (tree.read(back, "entryUUID"), tree.can_bind(back, SECRET))
    assert [back.encode()] == [dn for dn in tree.read(f"cn=crew,{tree.groups}", "member")["member"] if b"uid" in dn]  # type: ignore[index]


async def test_a_person_makes_room_for_a_newcomer_of_the_same_name(world: World, tree: Tree) -> None:
    """The leaver is renamed by hand: the next run sees it, the newcomer gets the name, and the ladder goes on."""
    here, aside = f"uid=ada,{tree.people}", f"uid=ada-2019,{tree.people}"
    uuid = tree.read(here, "entryUUID")
    await world.delete("ada")
    await world.user("ada", active=True, **{ENTERPRISE: {"employeeNumber": "B-8"}})
    await world.deliver_all()
    refused = [parked.code for parked in world.parked()]
    tree.rename(here, "uid=ada-2019")
    await reconcile(world)
    await world.deliver_all()
    renamed, new = tree.read(aside, "entryUUID"), tree.read(here, "entryUUID")
    await days(world, 12)

    assert (["leaver"], []) == (refused, world.parked())
    assert uuid == renamed != new
    assert (None, new) == (tree.read(aside, "entryUUID"), tree.read(here, "entryUUID"))


async def test_the_place_is_not_there_yet(world: World, tree: Tree, left: str) -> None:
    """Leavers wait for it, locked and out of their groups; the probe has said so."""
    tree.delete(left)
    await world.delete("ada")
    await days(world, 3)
    waits = seen(tree)
    tree.add(left, "organizationalUnit")
    world.clock.advance(300)
    await days(world, 0)

    assert ([f"uid=ada,{tree.people}"], []) == (waits["at"], waits["members"])
    assert [f"uid=ada,{left}"] == seen(tree)["at"]


async def test_a_probe_says_which_place_is_not_there(tree: Tree, left: str) -> None:
    tree.delete(left)
    connector = connector_to(tree, places={"users": (left, tree.groups)})
    probe = await connector.probe()
    await connector.close()

    assert [f"{left}, where leavers are to be moved, is not there or the bind account may not see it; make it"] == [
        warning for warning in probe.warnings if "leavers" in warning
    ]


async def test_a_deleted_entry_is_restored_with_what_was_never_ours_and_without_a_password(
    world: World, tree: Tree, tmp_path: Path
) -> None:
    here = f"uid=ada,{tree.people}"
    classes = ["inetOrgPerson", "posixAccount"]
    theirs = {"uidNumber": ["4711"], "gidNumber": ["100"], "homeDirectory": ["/home/ada"], "jpegPhoto": [PHOTO]}
    tree.modify(here, objectClass=classes, **theirs)
    before, at = tree.read(here), world.clock.now()
    world.clock.advance(60)
    await world.delete("ada")
    await days(world, 10)
    gone = seen(tree)
    plan = await world.journal.submit(lambda tx: restoring.propose(tx, "corp", "ada", at))
    assert plan.id is not None
    await world.approve(plan.id)
    await days(world, 10)

    assert before is not None
    assert {"at": [], "binds": [], "members": []} == gone
    assert {"at": [here], "binds": [False], "members": [here]} == seen(tree)  # without a password nobody binds
    after = tree.read(here)
    assert after is not None
    del before["userPassword"]
    assert {name: sorted(values) for name, values in before.items()} == {n: sorted(v) for n, v in after.items()}
    await world.journal.close()
    written = b"".join(path.read_bytes() for path in tmp_path.glob("journal.db*"))
    assert SECRET.encode() not in written
    assert b"userPassword" not in written
    assert b"homeDirectory" in written


@pytest.fixture
def daemon(tmp_path: Path, tree: Tree, left: str) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    daemon.configure(
        f"""
[targets.corp]
connector = "ldap"
url = "{tree.slapd.url}"
bind_dn = "{SERVICE}"
bind_password = "file:credentials/bind"
[targets.corp.users]
base = "{tree.people}"
on_delete = ["lock", "strip-groups", "1s move:{left}", "15s delete"]
[targets.corp.users.attributes]
uid = "userName"
cn = "userName"
sn = "userName"
[targets.corp.groups]
base = "{tree.groups}"
[targets.corp.groups.attributes]
cn = "displayName"
""",
        bind=PASSWORD,
    )
    yield daemon.start()
    daemon.close()


def test_steps_outlive_kill_9_and_the_newcomer_of_the_same_name_stays(daemon: Daemon, tree: Tree, left: str) -> None:
    _, ada = daemon.send("POST", "/Users", {"schemas": [USER], "userName": "ada"})
    daemon.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "crew", "members": [{"value": ada["id"]}]})
    daemon.until(daemon.settled)
    daemon.send("DELETE", f"/Users/{ada['id']}")
    daemon.wait_for("delivery.applied", resource=ada["id"], did=["lock"])
    daemon.kill()
    daemon.start()
    _, newcomer = daemon.send("POST", "/Users", {"schemas": [USER], "userName": "ada", "title": "Another"})
    daemon.wait_for("delivery.applied", resource=newcomer["id"], did=["create"])  # ada was moved, or is gone already
    daemon.kill()
    daemon.start()
    daemon.wait_for("delivery.applied", resource=ada["id"], did=["delete"])

    assert tree.read(f"uid=ada,{left}") is None
    assert tree.read(f"uid=ada,{tree.people}") is not None
    assert [] == [line for line in daemon.lines if line.get("level") in ("error", "critical")]


def test_an_operator_restores_an_entry_by_command(daemon: Daemon, tree: Tree) -> None:
    _, ada = daemon.send("POST", "/Users", {"schemas": [USER], "userName": "ada"})
    daemon.until(daemon.settled)
    tree.modify(f"uid=ada,{tree.people}", description=["not ours"])
    daemon.send("DELETE", f"/Users/{ada['id']}")
    daemon.wait_for("delivery.applied", resource=ada["id"], did=["delete"])
    told = cli(daemon, "restore", "ada", "corp", "--at", "1h")
    plan = told.split()[1]
    approved = cli(daemon, "approve", plan)
    daemon.until(lambda: [line for line in daemon.lines if line.get("did") == ["create"]][1:])

    assert "restore cn" in told
    assert f"scim-bridge approve {plan}" in told
    assert f"plan {plan}: 1 released\n" == approved
    assert [b"not ours"] == (tree.read(f"uid=ada,{tree.people}", "description") or {})["description"]


def cli(daemon: Daemon, *words: str) -> str:
    command = [sys.executable, "-m", "bridge", *words, "--config", str(daemon.config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
