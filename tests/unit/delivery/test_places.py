"""Places are claimed, waited for, and swapped by stepping aside."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from bridge.delivery.places import ASIDE
from connectors.sdk import Conflict, Delta, Entry, Missing, OutcomeUnknown, Ref
from tests.unit.delivery.world import World


async def turn(world: World, *names: str) -> None:
    """Each takes the name of the one before it, the first that of the last: by way of a name that nobody has."""
    ids = [world.names[name] for name in names]
    await world.change(names[0], userName="between")
    for before, name in pairwise(names):
        await world.change(name, userName=before)
    await world.change("between", userName=names[-1])
    assert ids == [world.names[name] for name in (names[-1], *names[:-1])]


def holders(world: World, *names: str) -> list[str]:
    """The ids of the entries that have these names."""
    return [world.entries()[f"users/{name}"].ref.id for name in names]


@pytest.mark.parametrize("names", [("ada", "bob"), ("ada", "bob", "cyd")], ids=["two", "three"])
async def test_names_are_swapped_by_stepping_aside(world: World, names: tuple[str, ...]) -> None:
    await world.users_named(names)
    ids = holders(world, *names)
    await turn(world, *names)
    await world.deliver_all()

    assert ids == holders(world, names[-1], *names[:-1])
    assert (0, 0) == (world.standing().backlog, world.standing().parked)
    aside = [what for verb, what in world.connector.calls if verb == "update" and _is_aside(what)]
    assert 1 == len(aside)


async def test_who_steps_aside_keeps_what_was_written_without_an_answer(world: World) -> None:
    """What we know to have applied is older then than what is there (simulation, seed 8248)."""
    names, plain, titles = ("ada", "bob"), world.connector.update, list[str]()
    await world.users_named(names)
    for name in names:
        await world.change(name, title="older")
    await world.deliver()

    async def unanswered(ref: Ref, change: Delta) -> Ref:
        await plain(ref, change)
        raise OutcomeUnknown("no answer", code="timeout")

    async def told(ref: Ref, change: Delta) -> Ref:
        after = await plain(ref, change)
        titles.extend(str(value) for value in world.connector.entries[after.id].attributes["title"])
        return after

    for name in names:
        await world.change(name, title="newer")
    world.connector.update = unanswered  # type: ignore[method-assign]
    await world.deliver()
    world.connector.update = told  # type: ignore[method-assign]
    await turn(world, *names)
    await world.deliver_all()

    assert any(_is_aside(what) for _, what in world.connector.calls)
    assert {"newer"} == set(titles)


def _is_aside(what: object) -> bool:
    return isinstance(what, Delta) and str(what.entry.attributes["uid"][0]).startswith(ASIDE)


@pytest.mark.parametrize("call", range(1, 10))
@pytest.mark.parametrize("sent", [True, False], ids=["after it", "before it"])
async def test_a_process_that_dies_within_a_swap_completes_it(world: World, call: int, sent: bool) -> None:
    class Died(BaseException):
        pass

    await world.users_named(["ada", "bob"])
    await world.group("eng", "ada")
    await world.deliver()
    ada, bob = holders(world, "ada", "bob")
    await turn(world, "ada", "bob")
    count, plain = 0, world.connector.update

    async def dying(*arguments):  # type: ignore[no-untyped-def]
        nonlocal count
        count += 1
        if count == call and not sent:
            raise Died
        ref = await plain(*arguments)
        if count == call:
            raise Died
        return ref

    world.connector.update = dying  # type: ignore[method-assign]
    with contextlib.suppress(BaseException):
        await world.deliver_all()
    world.connector.update = plain  # type: ignore[method-assign]
    await world.restart()
    await world.deliver_all()

    assert [bob, ada] == holders(world, "ada", "bob")
    assert {"users/bob"} == world.members("eng")
    assert (0, 0) == (world.standing().backlog, world.standing().parked)


async def test_who_waits_for_one_that_waits_for_nobody_does_not_step_aside(world: World) -> None:
    await world.users_named(["ada", "bob"])
    await world.change("ada", userName="cyd")
    await world.change("bob", userName="ada")
    await world.deliver_all()

    assert {"users/cyd", "users/ada"} == world.entries().keys()
    assert not any(_is_aside(what) for _, what in world.connector.calls)


async def test_a_name_that_a_foreign_entry_has_is_disputed_and_both_are_told(world: World) -> None:
    await world.users_named(["ada"])
    await world.connector.create(Entry("users", {"uid": ("bob",), "sn": ("Somebody else",)}))
    await world.change("ada", userName="bob")
    await world.deliver_all()

    (parked,) = world.parked()
    assert "disputed" == parked.code
    assert "users/bob" in (parked.text or "")
    assert "ours stays at users/ada" in (parked.text or "")


async def test_a_name_that_another_keeps_is_for_a_person_until_it_is_free(world: World) -> None:
    await world.restart(scope='title eq "in"', on_leave="keep")
    await world.user("ada", title="in")
    await world.deliver()
    await world.change("ada", title="out", userName="lovelace")
    world.names["lovelace"] = world.names["ada"]
    await world.deliver()
    await world.user("ada", title="in")
    await world.deliver()
    (parked,) = world.parked()
    assert ("taken", 0) == (parked.code, world.standing().backlog)
    assert world.names["lovelace"] in (parked.text or "")
    await world.delete("lovelace")
    await world.deliver_all()

    assert ({"users/ada"}, []) == (set(world.entries()), world.parked())


@pytest.mark.parametrize("by_hand", ["moved", "removed"])
async def test_a_leaver_whose_entry_was_taken_away_by_hand_gives_up_its_place(world: World, by_hand: str) -> None:
    """A person makes room for the newcomer where the leaver is kept (simulation, seed 138)."""
    await world.restart(scope='title eq "in"', on_leave="keep")
    await world.user("ada", title="in")
    await world.deliver()
    await world.change("ada", title="out", userName="lovelace")
    await world.deliver()
    leaver = world.entries()["users/ada"]
    if by_hand == "moved":
        leaver.attributes["uid"], leaver.ref = ("old-ada",), replace(leaver.ref, locator="users/old-ada")
    else:
        del world.connector.entries[leaver.ref.id]
    await world.user("ada", title="in")
    await world.deliver_all()

    assert {"users/ada"} == world.entries().keys() - {"users/old-ada"}
    assert leaver.ref.id != world.entries()["users/ada"].ref.id
    assert ([], 0) == (world.parked(), world.standing().backlog)


async def test_a_leaver_whose_entry_has_lost_its_name_gives_up_its_place_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app's places are made of an attribute, and this connector finds none where somebody has emptied it."""
    plain = world.connector.locate
    monkeypatch.setattr(world.connector, "locate", lambda e: plain(e) if "uid" in e.attributes else e.attributes["uid"])
    await world.restart(scope='title eq "in"', on_leave="keep")
    await world.user("ada", title="in")
    await world.deliver()
    await world.change("ada", title="out", userName="lovelace")
    await world.deliver()
    leaver = world.entries()["users/ada"]
    del leaver.attributes["uid"]
    leaver.ref = replace(leaver.ref, locator=f"users/#{leaver.ref.id}")
    await world.user("ada", title="in")
    await world.deliver_all()

    assert {"users/ada", leaver.ref.locator} == world.entries().keys()
    assert ([], 0) == (world.parked(), world.standing().backlog)


async def test_who_waited_long_may_meet_a_conflict_as_anybody(world: World) -> None:
    await world.users_named(["ada", "bob"])
    ada, bob = holders(world, "ada", "bob")
    plain, put_off, refused = world.connector.update, [], []

    async def update(ref: Ref, change: Delta) -> Ref:
        if ref.id == bob and len(refused) < 4:
            put_off.append((ref, change))
            raise Missing("it cannot go yet", reference="somebody")
        try:
            if len(refused) == 4:
                raise Conflict("the entry was changed meanwhile")
            return await plain(ref, change)
        except Conflict:
            refused.append(ref.id)
            if len(refused) == 4:
                await plain(*put_off[-1])
            raise

    world.connector.update = update  # type: ignore[method-assign]
    await world.change("bob", userName="cyd")
    await world.change("ada", userName="bob")
    await world.deliver_all()

    assert [ada] * 5 == refused
    assert [ada, bob] == holders(world, "bob", "cyd")
    assert [] == world.parked()


async def test_a_name_that_came_free_while_it_was_refused_is_taken(world: World) -> None:
    """Simulation, seed 12236: whatever was tried in vain before."""
    await world.users_named(["ada"])
    (ada,) = holders(world, "ada")
    plain, refused = world.connector.update, []

    async def update(ref: Ref, change: Delta) -> Ref:
        if not refused:
            refused.append(ref.id)
            raise Conflict("there is an entry at users/bob already", code="exists")
        return await plain(ref, change)

    world.connector.update = update  # type: ignore[method-assign]
    await world.change("ada", userName="bob")
    await world.journal.submit(lambda tx: tx.db.execute("UPDATE link SET attempts = 9"))
    await world.deliver()

    assert [ada] == refused == holders(world, "bob")
    assert [] == world.parked()


async def test_a_name_that_came_free_right_after_the_look_is_taken(world: World) -> None:
    await world.connector.create(Entry("users", {"uid": ("ada",)}))
    plain, seen = world.connector.get, []

    async def get(ref: Ref, attributes: Sequence[str], members: bool = False) -> Entry | None:
        found = await plain(ref, attributes, members)
        seen.append(found is not None)
        world.connector.entries.clear()
        return found

    world.connector.get = get  # type: ignore[method-assign]
    await world.users_named(["ada"])

    assert [True, False] == seen
    assert ({"users/ada"}, []) == (set(world.entries()), world.parked())
