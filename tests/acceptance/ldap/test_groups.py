"""Groups and their members on a real OpenLDAP, with the overlays that write there too (memberOf, refint) or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.ldap.driver import Modify
from demo.slapd import Slapd
from tests.acceptance.drift.drifting import reconcile
from tests.acceptance.ldap.conftest import MakeWorld
from tests.slapd import Tree, admin_of, plant
from tests.unit.delivery.world import World

pytestmark = pytest.mark.slapd
GROUPS = 50


def person(tree: Tree, name: str) -> bytes:
    return f"uid={name},{tree.people}".encode()


def members(tree: Tree, group: str) -> set[bytes]:
    found = tree.read(f"cn={group},{tree.groups}", "member")
    assert found is not None
    return set(found["member"])


def modifies(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Modify]:
    """The modify requests from now on."""
    driver = world.connector._directory.driver  # type: ignore[attr-defined]
    run, sent = driver.run, list[Modify]()

    async def running(operation: Any) -> Any:
        if isinstance(operation, Modify):
            sent.append(operation)
        return await run(operation)

    monkeypatch.setattr(driver, "run", running)
    return sent


@pytest.mark.parametrize("overlays", [("ppolicy",), ("ppolicy", "memberof", "refint")], ids=["plain", "refint"])
async def test_a_user_in_fifty_groups_is_renamed_in_all_of_them(
    overlays: tuple[str, ...], own_slapd: Callable[..., Slapd], make_world: MakeWorld
) -> None:
    """And by itself where the directory does it at the same time."""
    slapd = own_slapd(overlays=overlays)
    admin = admin_of(slapd)
    tree = plant(slapd, admin)
    world = make_world(tree)
    await world.users_named(["bj", "jd"], displayName="X")
    for number in range(GROUPS):
        await world.group(f"g{number}", "bj", "jd")
    await world.deliver()
    await world.change("bj", userName="babs")
    await world.deliver_all()

    for number in range(GROUPS):
        assert {person(tree, "babs"), person(tree, "jd")} == members(tree, f"g{number}")
    if "memberof" in overlays:
        held = tree.read(person(tree, "babs").decode(), "memberOf")
        assert GROUPS == len((held or {})["memberOf"])
    admin.unbind()


async def test_a_deleted_user_leaves_our_groups_and_members_of_others_stay(world: World, tree: Tree) -> None:
    await world.users_named(["bj", "jd"], displayName="X")
    await world.group("crew", "bj", "jd")
    await world.deliver()
    foreign = [b"cn=foreign,dc=elsewhere", person(tree, "nobody")]
    tree.modify(f"cn=crew,{tree.groups}", member=[person(tree, "bj"), person(tree, "jd"), *foreign])
    await world.delete("bj")
    await world.deliver_all()

    assert {person(tree, "jd"), *foreign} == members(tree, "crew")
    assert tree.read(person(tree, "bj").decode()) is None


async def test_a_member_that_comes_later_joins_by_itself(world: World, tree: Tree) -> None:
    """The others do not wait for it; one that the directory refuses holds up nobody."""
    await world.users_named(["bj"], displayName="X")
    await world.user("bad")
    await world.group("crew", "bj", "bad")
    await world.deliver_all()
    assert {person(tree, "bj")} == members(tree, "crew")
    (parked,) = world.parked()
    assert ("bad", "check", "cn") == (parked.name, parked.code, parked.attribute)
    await world.change("bad", displayName="Good by now")
    await world.deliver_all()

    assert {person(tree, "bj"), person(tree, "bad")} == members(tree, "crew")


async def test_groups_in_groups_in_circles_and_in_themselves(world: World, tree: Tree) -> None:
    for name in ("a", "b"):
        await world.group(name)
    await world.join("a", "b", "a")
    await world.join("b", "a")
    await world.deliver_all()

    a, b = (f"cn={name},{tree.groups}".encode() for name in "ab")
    assert {a, b} == members(tree, "a")
    assert {a} == members(tree, "b")
    assert (0, []) == (world.standing().backlog, world.parked())


async def test_a_group_that_is_renamed_while_members_wait_gets_all_of_them(world: World, tree: Tree) -> None:
    names = [f"u{number}" for number in range(300)]
    await world.users_named(names, displayName="X")
    await world.group("crew")
    await world.deliver()
    crew = world.names["crew"]
    await world.join("crew", *names)
    await world.rename_group("crew", "the crew")
    await world.deliver_all()

    assert crew == world.names["the crew"]
    assert {person(tree, name) for name in names} == members(tree, "the crew")
    assert tree.read(f"cn=crew,{tree.groups}") is None


async def test_a_set_of_many_that_differs_in_ten_is_ten_values(
    world: World, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"u{number}" for number in range(200)]
    await world.users_named(names, displayName="X")
    await world.group("crew", *names[:-5])
    await world.deliver()
    sent = modifies(world, monkeypatch)
    await world.set_members("crew", *names[5:])
    await world.deliver_all()

    assert {person(tree, name) for name in names[5:]} == members(tree, "crew")
    assert 10 == sum(len(mod.values) for modify in sent for mod in modify.mods)


async def test_a_member_that_an_administrator_wrote_otherwise_is_never_written_again(
    world: World, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.users_named(["bj"], displayName="X")
    await world.group("crew", "bj")
    await world.deliver()
    written = f"UID=BJ , {tree.people.upper()}".encode()
    tree.modify(f"cn=crew,{tree.groups}", member=[written])
    sent = modifies(world, monkeypatch)
    for _ in range(3):
        await world.look_again()
        await world.deliver_all()

    assert [] == sent
    assert 1 == len(members(tree, "crew"))


async def test_a_first_load_writes_members_together(world: World, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything was sent before anything could be delivered: members who are there go first, and more as they come.

    `python -m bench initial` does it with ten thousand users who are sent before their groups: one write a group then.
    """
    names, size = [f"u{number}" for number in range(120)], 10
    for name in names:
        await world.user(name, displayName="X")
    groups = {f"g{number}": names[number : number + size] for number in range(len(names) - size)}
    for name, some in groups.items():
        await world.group(name, *some)
    sent = modifies(world, monkeypatch)
    await world.deliver_all()

    for name, some in groups.items():
        assert {person(tree, each) for each in some} == members(tree, name)
    assert len(sent) < len(groups) * size / 2
    assert [] == world.parked()


BY_DN_AND_NAME: dict[str, Any] = {
    "object_classes": ["groupOfNames", "extensibleObject"],
    "members": ["member", "memberUid"],
}


def names(tree: Tree, group: str) -> set[bytes]:
    found = tree.read(f"cn={group},{tree.groups}", "memberUid")
    return set((found or {}).get("memberUid", ()))


@pytest.mark.parametrize("ownership", ["own", "all"])
async def test_members_by_dn_and_by_name_stay_in_step(tree: Tree, make_world: MakeWorld, ownership: str) -> None:
    """Whatever an administrator does to one of the two; a stranger goes where all members are ours."""
    keys = {"base": tree.groups, **BY_DN_AND_NAME}
    world = make_world(tree, groups={"ownership": ownership}, own={"groups": keys})
    await world.users_named(["bj", "jd"], displayName="X")
    await world.group("crew", "bj", "jd")
    await world.deliver_all()
    assert () == (await reconcile(world)).findings
    stranger = f"uid=zoe,{tree.people}".encode()
    tree.modify(f"cn=crew,{tree.groups}", member=[person(tree, "bj"), stranger], memberUid=["jd", "zoe", "kit"])
    await world.change("bj", userName="babs")
    await world.deliver_all()
    await reconcile(world)
    await world.deliver_all()
    theirs = ({stranger}, {b"zoe", b"kit"}) if ownership == "own" else (set(), set())

    assert {person(tree, "babs"), person(tree, "jd"), *theirs[0]} == members(tree, "crew")
    assert {b"babs", b"jd", *theirs[1]} == names(tree, "crew")
    assert () == (await reconcile(world)).findings


async def test_a_posix_group_holds_users_by_name_and_no_groups(tree: Tree, make_world: MakeWorld) -> None:
    keys = {"base": tree.groups, "object_classes": ["posixGroup"], "members": "memberUid"}
    world = make_world(tree, groups={"attributes": {"cn": "displayName", "gidNumber": "= 5000"}}, own={"groups": keys})
    await world.users_named(["bj", "jd"], displayName="X")
    await world.group("inner")
    await world.group("crew", "bj", "jd", "inner")
    await world.deliver_all()
    assert {b"bj", b"jd"} == names(tree, "crew")
    await world.change("bj", userName="babs")
    await world.leave("crew", "jd")
    await world.deliver_all()

    assert {b"babs"} == names(tree, "crew")
    assert () == (await reconcile(world)).findings
    assert [] == world.parked()
