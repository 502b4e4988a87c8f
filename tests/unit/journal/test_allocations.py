"""A value is given once, whatever comes of whom it was given to."""

from bridge.journal import allocations
from bridge.journal.allocations import Held
from bridge.journal.tx import Tx

FEW = (range(10, 12), range(20, 22))


def bury(tx: Tx, resource: str, deleted: int | None) -> None:
    tx.db.execute(
        "INSERT INTO resource (id, tenant, type, version, body, created, modified, deleted) "
        "VALUES (?, 'default', 'User', 1, '{}', 0, 0, ?)",
        (resource, deleted),
    )


async def number(journal, resource: str) -> int | None:
    held = await journal.submit(lambda tx: allocations.give_number(tx, "uids", resource, FEW))
    return None if held is None else held.value


async def test_numbers_come_in_order_each_once_until_there_are_none(journal):
    given = [await number(journal, resource) for resource in ("a", "b", "c", "a", "d", "e")]

    assert [10, 11, 20, 10, 21, None] == given


async def test_what_was_found_in_use_is_nobodys(journal):
    await journal.submit(lambda tx: allocations.note(tx, "uids", [10, 20, 10]))

    assert [11, 21] == [await number(journal, resource) for resource in "ab"]


async def test_a_value_that_was_given_in_vain_is_not_given_again(journal):
    await number(journal, "a")
    await journal.submit(lambda tx: allocations.release(tx, "uids", "a"))

    assert 11 == await number(journal, "a")
    assert 20 == await number(journal, "b")


async def test_a_value_in_use_stays(journal):
    await number(journal, "a")
    await journal.submit(lambda tx: allocations.use(tx, ["uids"], "a"))
    await journal.submit(lambda tx: allocations.release(tx, "uids", "a"))

    assert Held(10, used=True) == journal.read(lambda db: allocations.of(db, "uids", "a"))


async def test_names_are_compared_without_case_and_pools_do_not_know_each_other(journal):
    async def name(pool: str, resource: str, candidate: str) -> Held | None:
        return await journal.submit(lambda tx: allocations.give_name(tx, pool, resource, candidate))

    assert Held("Kim", used=False) == await name("logins", "a", "Kim")
    assert Held("Kim", used=False) == await name("logins", "a", "kimberley")
    assert await name("logins", "b", "kim") is None
    assert Held("kim", used=False) == await name("others", "b", "kim")


async def test_what_an_entry_holds_is_its_own_unless_another_living_resource_has_it(journal):
    async def adopt(resource: str, value: int) -> bool:
        return await journal.submit(lambda tx: allocations.adopt(tx, "uids", resource, value))

    await journal.submit(lambda tx: bury(tx, "alive", None))
    await journal.submit(lambda tx: bury(tx, "dead", 5))
    assert [True, True] == [await adopt("alive", 10), await adopt("dead", 900)]
    await number(journal, "new")

    assert [False, True] == [await adopt("new", 10), await adopt("new", 900)]
    assert Held(900, used=True) == journal.read(lambda db: allocations.of(db, "uids", "new"))
    assert 20 == await number(journal, "other")
