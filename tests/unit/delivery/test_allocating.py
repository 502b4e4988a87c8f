"""Numbers and names out of pools: unique at the target, stable ever after, never given twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.journal import allocations
from bridge.settings.kinds import AttributeRule
from bridge.settings.pools import PoolSettings
from connectors.sdk import Entry, OutcomeUnknown, Page, Query, TargetDown
from tests.unit.delivery.test_after import Pair
from tests.unit.delivery.world import USERS, World, settle

UIDS = AttributeRule(pool=PoolSettings(name="uids", range=("100-109",)))
LOGINS = AttributeRule(
    pool=PoolSettings(name="logins", candidate="= lower(default(user.title, 'x')) + (n > 1 ? string(n) : '')")
)
NUMBERED = {"attributes": {**USERS, "uidNumber": UIDS}}
NAMED = {"attributes": {**USERS, "uid": LOGINS, "cn": "userName"}}


def numbers(world: World) -> dict[object, object]:
    return {each.attributes["uid"][0]: each.attributes["uidNumber"][0] for each in world.entries().values()}


async def there(world: World, **attributes: Any) -> None:
    """An entry of somebody else."""
    await world.connector.create(Entry("users", {name: (value,) for name, value in attributes.items()}))


async def kim(world: World, name: str) -> None:
    """A user of whom several have the title that names are made of."""
    await world.user(name, title="Kim")


@pytest.fixture
async def numbered(world: World) -> World:
    await world.restart(**NUMBERED)
    return world


@pytest.fixture
async def named(world: World) -> World:
    await world.restart(**NAMED)
    return world


async def test_each_has_a_number_of_its_own_and_keeps_it(numbered: World) -> None:
    for name in ("ada", "bea", "cleo"):
        await numbered.user(name)
    await settle(numbered)
    given = numbers(numbered)
    await numbered.change("ada", title="Engineer")
    await numbered.change("bea", userName="beate")
    await settle(numbered)

    assert {100, 101, 102} == set(given.values())
    assert {**{n: v for n, v in given.items() if n != "bea"}, "beate": given["bea"]} == numbers(numbered)


async def test_a_number_is_not_given_again_after_a_delete(numbered: World) -> None:
    await numbered.users_named(["ada"])
    await numbered.delete("ada")
    await settle(numbered)
    await numbered.users_named(["bea"])

    assert {"bea": 101} == numbers(numbered)


async def test_a_read_that_breaks_off_is_made_again(numbered: World) -> None:
    await there(numbered, uid="stranger", uidNumber=100)
    search = numbered.connector.search

    async def broken(query: Query) -> AsyncIterator[Page]:
        async for page in search(query):
            yield page
            raise TargetDown("the line was cut")

    numbered.connector.search = broken  # type: ignore[method-assign]
    await numbered.user("ada")
    await numbered.deliver()
    assert numbered.journal.read(lambda db: allocations.is_empty(db, "uids"))
    numbered.connector.search = search  # type: ignore[method-assign]
    await settle(numbered)

    assert {"stranger": 100, "ada": 101} == numbers(numbered)


async def test_numbers_that_entries_have_already_are_left_out(numbered: World) -> None:
    """Found by one read at first; and one that comes later, by a look before each create."""
    for number in range(100, 103):
        await there(numbered, uid=f"old{number}", uidNumber=number)
    await numbered.users_named(["ada"])
    await there(numbered, uid="late", uidNumber=104)
    await numbered.users_named(["bea"])

    assert {"ada": 103, "bea": 105, "late": 104} == {
        name: number for name, number in numbers(numbered).items() if not str(name).startswith("old")
    }
    assert 1 == sum(verb == "search" for verb, _ in numbered.connector.calls)


async def test_a_pool_without_a_number_parks_and_says_so(numbered: World) -> None:
    await numbered.users_named([f"u{number}" for number in range(11)])
    (parked,) = numbered.parked()

    assert ("pool", "uidNumber") == (parked.code, parked.attribute)
    assert numbered.health.is_open


async def test_an_entry_that_was_made_and_not_heard_of_keeps_its_number(numbered: World) -> None:
    await numbered.users_named(["ada"])
    create = numbered.connector.create

    async def unheard(entry: Entry) -> Any:
        await create(entry)
        numbered.connector.create = create  # type: ignore[method-assign]
        raise OutcomeUnknown("no answer came")

    numbered.connector.create = unheard  # type: ignore[method-assign]
    await numbered.user("bea")
    await settle(numbered)

    assert {"ada": 100, "bea": 101} == numbers(numbered)


async def test_what_an_entry_holds_already_wins(numbered: World) -> None:
    await numbered.restart(**NUMBERED, adopt="match", match=["mail"])
    work = [{"value": "ada@x.org", "type": "work"}]
    await there(numbered, uid="ada", sn="Ada", mail="ada@x.org", uidNumber=7)
    await numbered.user("ada", emails=work)
    await settle(numbered)

    assert {"ada": 7} == numbers(numbered)
    assert [] == numbered.held()


async def test_a_pool_that_the_config_names_later_is_filled_in(world: World) -> None:
    await world.users_named(["ada"])
    await world.restart(**NUMBERED)
    await world.catch_up()
    await settle(world)

    assert {"ada": 100} == numbers(world)


async def test_a_returner_keeps_the_number_of_the_entry(world: World) -> None:
    keys = {**NUMBERED, "on_delete": ["lock", "10d delete"], "returning": "mail"}
    await world.restart(**keys)
    work = [{"value": "ada@x.org", "type": "work"}]
    await world.user("ada", emails=work)
    await settle(world)
    await world.delete("ada")
    await settle(world)
    await world.user("lovelace", emails=work)
    await settle(world)

    assert {"lovelace": 100} == numbers(world)


async def test_names_are_unique_and_do_not_change_with_the_person(named: World) -> None:
    for name in ("ada", "bea", "cleo"):
        await kim(named, name)
    await settle(named)
    before = {each.attributes["uid"][0] for each in named.entries().values()}
    await named.change("ada", title="Lovelace")
    await settle(named)

    assert {"kim", "kim2", "kim3"} == before == {each.attributes["uid"][0] for each in named.entries().values()}
    assert [] == named.parked()


async def test_a_name_that_somebody_else_has_at_the_target_is_passed_over(named: World) -> None:
    await there(named, uid="kim", sn="Other")
    await kim(named, "ada")
    await settle(named)

    assert {"kim", "kim2"} == {each.attributes["uid"][0] for each in named.entries().values()}


async def test_candidates_that_do_not_change_park(world: World) -> None:
    same = AttributeRule(pool=PoolSettings(name="logins", candidate="= user.title"))
    await world.restart(attributes={**USERS, "uid": same})
    for name in ("ada", "bea"):
        await kim(world, name)
    await settle(world)
    (parked,) = world.parked()

    assert ("pool", "uid") == (parked.code, parked.attribute)


async def test_all_targets_are_given_the_same_and_a_stranger_at_one_of_them_is_for_a_person(tmp_path: Path) -> None:
    world = World(tmp_path, takers=("corp", "app")).start(**NUMBERED)
    other = Pair(world, after=())
    for name in ("ada", "bea"):
        await world.user(name)
    await settle(world)
    given = numbers(world)
    taken = Entry("users", {"uid": ("stranger",), "uidNumber": (given["bea"],)})  # type: ignore[arg-type]
    await other.connector.create(taken)
    await other.app()
    there = {each.attributes["uid"][0]: each.attributes["uidNumber"][0] for each in other.connector.entries.values()}

    assert {"ada": given["ada"], "stranger": given["bea"]} == there
    assert ("parked", "pool") == (other.link("bea").state, other.link("bea").code)
    await world.journal.close()
