"""Others write to the directory at the same time, answers get lost, processes die half-way: what comes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from connectors.ldap.driver import Add, Modify
from tests.acceptance.ldap.conftest import MakeWorld
from tests.proxy import Mode, Proxy
from tests.slapd import Tree
from tests.unit.delivery.world import World

pytestmark = pytest.mark.slapd


class Died(BaseException):
    """What no `except Exception` holds up: the process is gone."""


def person(tree: Tree, name: str) -> str:
    return f"uid={name},{tree.people}"


def before(world: World, kind: type, then: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do something once, just before the first operation of this kind is sent."""
    driver = world.connector._directory.driver  # type: ignore[attr-defined]
    run, todo = driver.run, [then]

    async def running(operation: Any) -> Any:
        if isinstance(operation, kind) and todo:
            made = todo.pop()()
            if isinstance(made, Awaitable):
                await made
        return await run(operation)

    monkeypatch.setattr(driver, "run", running)


async def test_a_create_whose_answer_is_lost_is_recognised_and_linked(
    tree: Tree, make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Proxy(tree.slapd.port) as proxy:
        world = make_world(tree, url=proxy.url, answer_timeout=2)
        await world.target.probe()
        await world.user("bj", displayName="B J")
        before(world, Add, lambda: setattr(proxy, "mode", Mode.SWALLOW), monkeypatch)
        await world.deliver()
        assert tree.read(person(tree, "bj"), "uid") is not None
        proxy.mode = Mode.PASS
        await world.deliver_all()
        await world.change("bj", title="Boss")
        await world.deliver_all()

        assert [] == world.parked()
        assert {"title": [b"Boss"]} == tree.read(person(tree, "bj"), "title")
        await world.target.close()


async def test_an_entry_that_an_administrator_makes_in_the_same_moment_is_left_alone(
    world: World, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not overwritten, and the reason says where it stands."""
    await world.target.probe()
    await world.user("bj", displayName="B J")
    stranger = {"cn": "made by hand", "sn": "x"}
    before(world, Add, lambda: tree.add(person(tree, "bj"), "inetOrgPerson", **stranger), monkeypatch)
    await world.deliver_all()

    (parked,) = world.parked()
    assert "disputed" == parked.code
    assert person(tree, "bj") in (parked.text or "")
    assert {"cn": [b"made by hand"]} == tree.read(person(tree, "bj"), "cn")


async def test_a_process_that_dies_between_rename_and_change_completes_both(
    world: World, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.users_named(["bj"], displayName="B J", title="Engineer")
    await world.change("bj", userName="babs", displayName="Babs", title="Boss")

    def die() -> None:
        raise Died

    before(world, Modify, die, monkeypatch)
    with pytest.raises(BaseExceptionGroup):
        await world.deliver()
    assert {"title": [b"Engineer"]} == tree.read(person(tree, "babs"), "title")
    await world.deliverer.recover()
    await world.deliver_all()

    wanted = {"title": [b"Boss"], "cn": [b"Babs"], "uid": [b"babs"]}
    assert wanted == tree.read(person(tree, "babs"), "title", "cn", "uid")
    assert tree.read(person(tree, "bj")) is None
    assert [] == world.parked()


async def test_a_rename_to_a_name_that_an_unmanaged_entry_has_is_parked_with_both_names(
    world: World, tree: Tree
) -> None:
    await world.users_named(["bj"], displayName="B J")
    tree.add(person(tree, "taken"), "account")
    await world.change("bj", userName="taken", title="Boss")
    await world.deliver_all()

    (parked,) = world.parked()
    assert person(tree, "taken") in (parked.text or "")
    assert person(tree, "bj") in (parked.text or "")
    assert tree.read(person(tree, "bj")) is not None


async def test_values_of_others_beside_ours_are_not_lost(
    tree: Tree, make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Merged: somebody adds a value between our read and our write."""
    world = make_world(tree, users={"attributes": {"description": {"from": "title", "mode": "merge"}}})
    await world.users_named(["bj"], displayName="B J", title="one")
    await world.change("bj", title="two")
    added = lambda: tree.modify(person(tree, "bj"), description=["one", "theirs"])  # noqa: E731
    before(world, Modify, added, monkeypatch)
    await world.deliver()

    held = tree.read(person(tree, "bj"), "description")
    assert {b"theirs", b"two"} == set((held or {})["description"])


async def test_a_change_of_case_alone_is_delivered_and_keeps_the_entry(world: World, tree: Tree) -> None:
    await world.users_named(["jdoe"], displayName="jon doe")
    before = tree.read(person(tree, "jdoe"), "uid", "cn")
    assert {"uid": [b"jdoe"], "cn": [b"jon doe"]} == before
    unique = tree.id_of(person(tree, "jdoe"))
    await world.change("jdoe", userName="JDoe", displayName="Jon Doe")
    await world.deliver_all()

    assert {"uid": [b"JDoe"], "cn": [b"Jon Doe"]} == tree.read(person(tree, "jdoe"), "uid", "cn")
    assert unique == tree.id_of(person(tree, "jdoe"))
    assert [] == world.parked()


async def test_two_users_swap_their_names(world: World, tree: Tree) -> None:
    await world.users_named(["a", "b"], displayName="X")
    ids = {name: tree.id_of(person(tree, name)) for name in "ab"}
    await world.change("a", userName="tmp")
    await world.change("b", userName="a")
    world.names["was-a"], world.names["was-b"] = world.names["tmp"], world.names["a"]
    await world.change("was-a", userName="b")
    await world.deliver_all()

    assert [] == world.parked()
    assert ids["a"] == tree.id_of(person(tree, "b"))
    assert ids["b"] == tree.id_of(person(tree, "a"))
