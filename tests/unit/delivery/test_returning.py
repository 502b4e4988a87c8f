"""Who comes back: the entry that was left is taken over by the configured keys alone, whatever happens in between."""

from __future__ import annotations

import contextlib
from itertools import permutations
from typing import Any

import pytest

from bridge.journal import links, returning
from bridge.journal.plans import PlanDecided
from connectors.sdk import TargetDown
from tests.unit.delivery.world import USERS, World, settle

NUMBER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ATTRIBUTES = {**USERS, "number": f"{NUMBER}:employeeNumber"}
KEYS = {"attributes": ATTRIBUTES, "returning": ["number"], "on_delete": ["lock", "strip-groups", "90d delete"]}


def number(text: str) -> dict[str, Any]:
    return {NUMBER: {"employeeNumber": text}}


async def person(world: World, name: str, employee: str, **fields: Any) -> str:
    """Create a user by this employee number; its SCIM id."""
    return await world.user(name, active=True, **number(employee), **fields)


def id_of(world: World, place: str) -> str:
    return world.entries()[place].ref.id


async def left(world: World, **policies: Any) -> str:
    """Ada of number 7 was in her group, and left; the id of her entry."""
    await world.restart(**{**KEYS, **policies})
    await person(world, "ada", "7")
    await world.group("eng", "ada")
    await world.deliver_all()
    await world.delete("ada")
    await settle(world, 2)
    return id_of(world, "users/ada")


async def test_a_returner_takes_over_the_entry_that_was_left(world: World) -> None:
    entry = await left(world)
    await person(world, "ada", "7", title="Back")
    await world.join("eng", "ada")
    await settle(world)

    assert (entry, True) == (id_of(world, "users/ada"), world.entries()["users/ada"].active)
    assert ("Back", {"users/ada"}) == (world.attributes("users/ada")["title"], world.members("eng"))
    assert (0, 0) == (world.standing().backlog, world.standing().parked)
    await settle(world, 100)
    assert entry == id_of(world, "users/ada")


async def test_by_another_name_it_is_renamed(world: World) -> None:
    entry = await left(world)
    await person(world, "lovelace", "7")
    await settle(world, 100)

    assert {"users/lovelace", "groups/eng"} == world.entries().keys()
    assert entry == id_of(world, "users/lovelace")


async def test_a_moved_leaver_is_moved_back(world: World) -> None:
    await world.restart(**{**KEYS, "on_delete": ["lock", "1d move:left", "90d delete"]})
    await person(world, "ada", "7")
    await world.deliver_all()
    await world.delete("ada")
    await settle(world, 1)
    entry = id_of(world, "left/ada")
    await person(world, "ada", "7")
    await settle(world, 100)

    assert {"users/ada": entry} == {place: stored.ref.id for place, stored in world.entries().items()}


async def test_a_namesake_is_no_returner_and_both_are_shown(world: World) -> None:
    entry = await left(world)
    await person(world, "ada", "8")
    await settle(world)
    (parked,) = world.parked()

    assert ("ada", "leaver") == (parked.name, parked.code)
    assert "users/ada" in parked.text
    assert "another number" in parked.text
    assert (entry, False) == (id_of(world, "users/ada"), world.entries()["users/ada"].active)


async def test_a_namesake_gets_the_place_when_the_leaver_is_gone(world: World) -> None:
    entry = await left(world)
    await person(world, "ada", "8")
    await settle(world, 90)

    assert entry != id_of(world, "users/ada")
    assert [] == world.parked()


async def test_without_keys_nobody_takes_over_anything(world: World) -> None:
    entry = await left(world, returning=[])
    await person(world, "ada", "7")
    await settle(world)

    assert ["leaver"] == [parked.code for parked in world.parked()]
    await settle(world, 90)
    assert entry != id_of(world, "users/ada")


async def test_keys_that_the_config_names_later_are_found_too(world: World) -> None:
    """The namesake was parked; the new keys say that she is the one."""
    entry = await left(world, returning=[])
    await person(world, "ada", "7")
    await settle(world)
    await world.restart(**KEYS)
    await world.catch_up()
    await settle(world)

    assert (entry, []) == (id_of(world, "users/ada"), world.parked())


async def test_who_has_no_key_is_nobody_s_returner(world: World) -> None:
    await world.restart(**{**KEYS, "on_delete": ["lock", "1d move:left"]})
    await world.user("ada")
    await world.deliver_all()
    await world.delete("ada")
    await settle(world, 1)
    await world.user("ada")
    await settle(world)

    assert {"left/ada", "users/ada"} == world.entries().keys()


async def test_every_key_must_be_the_same(world: World) -> None:
    await left(world, returning=["number", "sn"])
    await person(world, "lovelace", "7")  # another family name
    await settle(world)

    assert {"users/ada", "users/lovelace", "groups/eng"} == world.entries().keys()


async def test_two_leavers_with_the_same_keys_are_nobody_s_to_choose_from(world: World) -> None:
    await world.restart(**{**KEYS, "on_delete": ["lock", "1d move:left"]})
    for name in ("ada", "bob"):
        await person(world, name, "7")
    await world.deliver_all()
    for name in ("ada", "bob"):
        await world.delete(name)
    await settle(world, 1)
    await person(world, "eve", "7")
    await settle(world)
    (parked,) = world.parked()

    assert ("eve", "returning") == (parked.name, parked.code)
    assert ("left/ada" in parked.text, "left/bob" in parked.text) == (True, True)
    assert {"left/ada", "left/bob"} == world.entries().keys()


async def test_only_who_was_deleted_can_be_returned_to(world: World) -> None:
    """Somebody who is disabled, or out of scope, is a resource still: two of one number are two people."""
    await world.restart(**{**KEYS, "scope": 'userType ne "Guest"'})
    await person(world, "ada", "7")
    await person(world, "bob", "8")
    await world.deliver_all()
    await world.change("ada", active=False)
    await world.change("bob", userType="Guest")
    await settle(world)
    await person(world, "eve", "7")
    await person(world, "fay", "8")
    await settle(world)

    assert {"users/ada", "users/bob", "users/eve", "users/fay"} == world.entries().keys()


async def test_a_group_that_names_the_leaver_still_loses_who_is_no_member(world: World) -> None:
    await left(world, on_delete=["lock", "30d strip-groups", "90d delete"])
    before = set(world.members("eng"))
    await person(world, "ada", "7")
    await settle(world)

    assert ({"users/ada"}, set()) == (before, world.members("eng"))


async def test_a_manager_who_returns_is_named_by_those_who_say_so(world: World) -> None:
    await left(world)
    back = await person(world, "ada", "7")
    await world.user("bob", **{NUMBER: {"manager": {"value": back}}})
    await settle(world)

    assert id_of(world, "users/ada") == world.attributes("users/bob")["manager"].id


async def test_a_delete_that_waits_for_a_person_ends_when_somebody_comes_back(world: World) -> None:
    await world.restart(**{**KEYS, "on_delete": "delete"})
    world.guards = {"deletes": 0}
    await world.restart()
    await person(world, "ada", "7")
    await world.deliver_all()
    await world.delete("ada")
    await settle(world)
    entry, plan = id_of(world, "users/ada"), world.plan()
    await person(world, "ada", "7")
    await settle(world)

    assert (entry, []) == (id_of(world, "users/ada"), world.held())
    with pytest.raises(PlanDecided):
        await world.approve(plan)


async def test_an_entry_in_use_is_not_passed_on(world: World) -> None:
    """The leaver's own delivery is under way: what it sends may still arrive."""
    await left(world)
    back = await person(world, "ada", "7")
    await world.journal.submit(lambda tx: tx.db.execute("UPDATE link SET state = 'sending', sending = wish"))
    link = next(link for link in await claimed(world) if link.resource == back)
    leaver = world.journal.read(lambda db: db.execute("SELECT resource FROM link WHERE entry_id = '1'").fetchone()[0])
    refused = await world.journal.submit(lambda tx: returning.take_over(tx, link, leaver))

    assert refused is None


async def claimed(world: World) -> list[Any]:
    await world.journal.submit(
        lambda tx: tx.db.execute("UPDATE link SET state = 'dirty', sending = NULL, due = 0 WHERE entry_id IS NULL")
    )
    return await world.journal.submit(lambda tx: links.claim(tx, "corp", 10))


# every order of a departure, a return and an outage

LADDERS: tuple[Any, ...] = ("delete", ["lock", "strip-groups", "5d delete"], ["lock", "2d move:left", "5d delete"])
ORDERS = [
    order
    for order in permutations(("delete", "post", "down", "up", "kill"))
    if order.index("delete") < order.index("post") and order.index("down") < order.index("up")
]
CASES = [(order, LADDERS[number % 3]) for number, order in enumerate(ORDERS)]


@pytest.mark.parametrize("same", [True, False], ids=["returner", "namesake"])
@pytest.mark.parametrize(("order", "ladder"), CASES)
async def test_no_order_ends_with_the_new_persons_entry_deleted(
    world: World, order: tuple[str, ...], ladder: Any, same: bool
) -> None:
    """DELETE, then POST of the same name; the target goes away and comes back, and the process dies, anywhere."""
    await world.restart(**{**KEYS, "on_delete": ladder})
    await person(world, "ada", "7", title="Old")
    await world.deliver_all()
    for event in order:
        await happen(world, event, "7" if same else "8")
        await world.deliver()
    await happen(world, "up", "")
    for _ in range(12):
        await settle(world, 1)

    assert {"users/ada"} == world.entries().keys()
    assert "New" == world.attributes("users/ada")["title"]
    assert world.entries()["users/ada"].active
    assert (0, 0) == (world.standing().backlog, world.standing().parked)


async def happen(world: World, event: str, employee: str) -> None:
    match event:
        case "delete":
            await world.delete("ada")
        case "post":
            await person(world, "ada", employee, title="New")
        case "down":
            world.connector.fail = [TargetDown("connection refused")] * 100_000
        case "up":
            world.connector.fail = []
            world.clock.advance(120)
        case "kill":
            await die_in_the_middle(world)


async def die_in_the_middle(world: World) -> None:
    """The next call that writes is made, and its answer never seen."""

    class Died(BaseException):
        pass

    plain = world.connector._call

    def dying(verb: str, what: object) -> None:
        plain(verb, what)
        if verb in ("create", "update", "delete", "activate"):
            raise Died

    world.connector._call = dying  # type: ignore[method-assign]
    with contextlib.suppress(BaseException):
        await world.deliver()
    world.connector._call = plain  # type: ignore[method-assign]
    await world.restart()
