"""Entries that were there before us: known by what they hold, approved by a person, written over only with a word."""

from __future__ import annotations

import contextlib

import pytest

from connectors.sdk import Entry
from tests.unit.delivery.world import USERS, World, settle

MATCH = ["uid", "mail"]
WORK = [{"value": "ada@x.org", "type": "work"}]


async def there(world: World, **attributes: str) -> str:
    """An entry that somebody else made; its id."""
    entry = Entry("users", {name: (value,) for name, value in attributes.items()})
    return (await world.connector.create(entry)).id


def entry_id(world: World, place: str) -> str:
    return world.entries()[place].ref.id


async def approve_all(world: World) -> None:
    await world.approve(world.plan())
    await settle(world)


async def test_an_entry_that_matches_waits_for_a_person_and_is_then_ours(world: World) -> None:
    await world.restart(adopt="ask", match=MATCH)
    old = await there(world, uid="ada", sn="Ada")
    await world.user("ada", title="Engineer")
    await settle(world)
    waits = (world.held(), world.attributes("users/ada"), world.standing().backlog)
    await approve_all(world)

    assert ([("adopt", "ada")], {"uid": "ada", "sn": "Ada"}, 0) == waits
    assert (old, "Engineer") == (entry_id(world, "users/ada"), world.attributes("users/ada")["title"])
    assert ([], []) == (world.held(), world.parked())


async def test_the_first_write_only_adds_and_the_rest_is_approved_with_its_names(world: World) -> None:
    await world.restart(adopt="match", match=MATCH)
    old = await there(world, uid="ada", sn="Lovelace", title="Countess")
    await world.user("ada", emails=WORK)
    await settle(world)
    first = world.attributes("users/ada")
    held = world.held()
    await approve_all(world)

    assert {"uid": "ada", "sn": "Lovelace", "title": "Countess", "mail": "ada@x.org"} == first
    assert [("overwrite", "ada")] == held
    assert {"uid": "ada", "sn": "Ada", "mail": "ada@x.org"} == world.attributes("users/ada")
    assert old == entry_id(world, "users/ada")
    await world.change("ada", title="Programmer")
    await world.change("ada", title="Engineer")
    await settle(world)
    assert ("Engineer", []) == (world.attributes("users/ada")["title"], world.held())


async def test_what_was_written_over_is_kept(world: World) -> None:
    await world.restart(adopt="match", match=MATCH)
    await there(world, uid="ada", sn="Lovelace")
    await world.user("ada")
    await settle(world)
    await approve_all(world)
    images = world.journal.read(lambda db: db.execute("SELECT operation, entry FROM image").fetchall())

    assert [("overwrite", True)] == [(operation, "Lovelace" in entry) for operation, entry in images]


async def test_an_entry_at_another_place_is_renamed_only_with_a_word(world: World) -> None:
    await world.restart(adopt="match", match=MATCH)
    old = await there(world, uid="alovelace", sn="Ada", mail="ada@x.org")
    await world.restart(adopt="match", match=["mail"])
    await world.user("ada", emails=WORK)
    await settle(world)
    before, held = set(world.entries()), world.held()
    await approve_all(world)

    assert ({"users/alovelace"}, [("rename", "ada")]) == (before, held)
    assert {"users/ada": old} == {place: stored.ref.id for place, stored in world.entries().items()}


async def test_a_rejected_adoption_makes_nothing(world: World) -> None:
    await world.restart(adopt="ask", match=MATCH)
    await there(world, uid="ada", sn="Ada")
    await world.user("ada", title="Engineer")
    await settle(world)
    await world.reject(world.plan())
    await settle(world, 2)

    assert {"uid": "ada", "sn": "Ada"} == world.attributes("users/ada")


@pytest.mark.parametrize("adopt", ["ask", "match"])
async def test_nobody_matches_is_an_ordinary_create(world: World, adopt: str) -> None:
    await world.restart(adopt=adopt, match=MATCH)
    await world.user("ada")
    await settle(world)

    assert (["users/ada"], []) == (list(world.entries()), world.held())


async def test_several_that_match_are_disputed(world: World) -> None:
    await world.restart(adopt="match", match=["mail"])
    await there(world, uid="one", mail="ada@x.org")
    await there(world, uid="two", mail="ada@x.org")
    await world.user("ada", emails=WORK)
    await settle(world)
    (parked,) = world.parked()

    assert ("disputed", "mail") == (parked.code, parked.attribute)
    assert ("users/one" in parked.text, "users/two" in parked.text) == (True, True)
    assert {"users/one", "users/two"} == world.entries().keys()


async def test_a_later_rule_does_not_outweigh_an_earlier_one(world: World) -> None:
    await world.restart(adopt="match", match=MATCH)
    await there(world, uid="somebody", mail="ada@x.org")
    await world.user("ada", emails=WORK)
    await settle(world)
    (parked,) = world.parked()

    assert ("disputed", "uid") == (parked.code, parked.attribute)
    assert {"users/somebody"} == world.entries().keys()


async def test_an_entry_of_ours_is_never_adopted(world: World) -> None:
    await world.restart(adopt="match", match=["mail"])
    await world.user("ada", emails=WORK)
    await settle(world)
    await world.user("bob", emails=WORK)
    await settle(world)

    assert {"users/ada", "users/bob"} == world.entries().keys()


async def test_others_values_beside_ours_stay(world: World) -> None:
    await world.restart(adopt="match", match=["uid"], attributes={**USERS, "title": {"from": "title", "mode": "merge"}})
    await world.connector.create(Entry("users", {"uid": ("ada",), "sn": ("Ada",), "title": ("Countess",)}))
    await world.user("ada", title="Engineer")
    await settle(world)

    assert ("Countess", "Engineer") == world.entries()["users/ada"].attributes["title"]
    assert [] == world.held()


async def test_who_is_disabled_is_disabled_by_the_guards_word_alone(world: World) -> None:
    """An adopted account may be in use: it is no new one, whose lock harms nobody."""
    world.guards = {"disables": 0}
    await world.restart(adopt="match", match=MATCH)
    await there(world, uid="ada", sn="Ada")
    await world.user("ada", active=False)
    await settle(world)

    assert ([("disable", "ada")], True) == (world.held(), world.entries()["users/ada"].active)


async def test_who_is_deleted_before_the_approval_leaves_the_entry_alone(world: World) -> None:
    await world.restart(adopt="ask", match=MATCH)
    await there(world, uid="ada", sn="Ada")
    await world.user("ada")
    await settle(world)
    await world.delete("ada")
    await settle(world)

    assert ({"users/ada"}, []) == (set(world.entries()), world.held())


@pytest.mark.parametrize("call", range(1, 5))
async def test_a_process_that_dies_at_any_call_adopts_once(world: World, call: int) -> None:
    class Died(BaseException):
        pass

    await world.restart(adopt="match", match=MATCH)
    old = await there(world, uid="ada", sn="Ada")
    await world.user("ada", title="Engineer")
    count, plain = 0, world.connector._call

    def dying(verb: str, what: object) -> None:
        nonlocal count
        count += 1
        plain(verb, what)
        if count == call:
            raise Died

    world.connector._call = dying  # type: ignore[method-assign]
    with contextlib.suppress(BaseException):
        await settle(world)
    world.connector._call = plain  # type: ignore[method-assign]
    await world.restart()
    await settle(world)

    assert {"users/ada": old} == {place: stored.ref.id for place, stored in world.entries().items()}
    assert "Engineer" == world.attributes("users/ada")["title"]


async def test_a_group_keeps_the_members_that_others_added(world: World) -> None:
    world.groups = {"adopt": "match", "match": ["cn"], "ownership": "own"}
    await world.restart()
    group = await world.connector.create(Entry("groups", {"cn": ("eng",)}))
    world.connector.entries[group.id].members.add("users/stranger")
    await world.user("ada")
    await world.group("eng", "ada")
    await settle(world)

    assert (group.id, {"users/ada", "users/stranger"}) == (entry_id(world, "groups/eng"), world.members("eng"))
