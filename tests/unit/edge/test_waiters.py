"""Who waits for a delivery: woken by what is settled, freed by time and by the end, and never too many."""

import asyncio

from bridge.edge.waiters import Waiters


async def test_who_waits_is_woken_by_what_is_settled() -> None:
    waiters, done = Waiters(), False

    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(waiters.until("kim", 60, lambda: done))
        await asyncio.sleep(0)
        assert 1 == len(waiters)
        done = True
        waiters.settled("kim")

    assert waiting.result()
    assert 0 == len(waiters)


async def test_a_settle_that_does_not_end_it_is_waited_past() -> None:
    waiters = Waiters()
    looks = iter([False, False, True])

    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(waiters.until("kim", 60, lambda: next(looks)))
        for _ in range(2):
            await asyncio.sleep(0)
            waiters.settled("kim")
            await asyncio.sleep(0)

    assert waiting.result()
    assert [] == list(looks)


async def test_what_is_settled_of_another_resource_wakes_nobody() -> None:
    waiters, looks = Waiters(), 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        return looks > 1

    async with asyncio.TaskGroup() as group:
        group.create_task(waiters.until("kim", 60, look))
        await asyncio.sleep(0)
        waiters.settled("lee")
        await asyncio.sleep(0)
        assert 1 == looks
        waiters.settled("kim")


async def test_what_is_over_already_is_not_waited_for() -> None:
    assert await Waiters().until("kim", 60, lambda: True)


async def test_the_wait_ends_when_its_time_is_over() -> None:
    assert await Waiters().until("kim", 0, lambda: False)


async def test_the_end_frees_everybody_and_lets_nobody_wait_any_more() -> None:
    waiters = Waiters()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(waiters.until(name, 60, lambda: False)) for name in ("kim", "kim", "lee")]
        await asyncio.sleep(0)
        waiters.end()

    assert [True, True, True] == [task.result() for task in tasks]
    assert not await waiters.until("kim", 60, lambda: False)


async def test_one_more_than_may_wait_is_answered_at_once() -> None:
    waiters = Waiters(most=1)

    async with asyncio.TaskGroup() as group:
        group.create_task(waiters.until("kim", 60, lambda: False))
        await asyncio.sleep(0)
        assert not await waiters.until("lee", 60, lambda: False)
        waiters.end()


async def test_a_wait_that_is_cancelled_leaves_nothing_behind() -> None:
    waiters = Waiters()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(waiters.until("kim", 60, lambda: False))
        await asyncio.sleep(0)
        waiting.cancel()

    assert 0 == len(waiters)
