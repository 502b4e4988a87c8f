"""Each call has its own deadline, though one timer serves all of them."""

import asyncio

import pytest

from bridge.targets.deadline import Deadlines

SECONDS = 0.02


async def _call(deadlines: Deadlines, until: asyncio.Event) -> str:
    with deadlines.begin():
        await until.wait()
        return "answered"


async def test_every_call_that_is_late_is_broken_off_and_no_other() -> None:
    deadlines, never, now = Deadlines(SECONDS), asyncio.Event(), asyncio.Event()
    now.set()

    ends = await asyncio.gather(
        *(_call(deadlines, until) for until in (never, now, never, now)), return_exceptions=True
    )

    assert ["TimeoutError", "answered", "TimeoutError", "answered"] == [
        each if isinstance(each, str) else type(each).__name__ for each in ends
    ]


async def test_a_call_that_began_later_is_late_later() -> None:
    deadlines, never, loop = Deadlines(SECONDS), asyncio.Event(), asyncio.get_running_loop()
    first = asyncio.create_task(_call(deadlines, never))
    await asyncio.wait([first])
    began = loop.time()

    with pytest.raises(TimeoutError):
        await _call(deadlines, never)

    assert loop.time() - began >= SECONDS
    assert isinstance(first.exception(), TimeoutError)


async def test_who_is_cancelled_by_somebody_else_is_cancelled() -> None:
    task = asyncio.create_task(_call(Deadlines(SECONDS), asyncio.Event()))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_is_cancelled_by_both_is_cancelled() -> None:
    """As with `asyncio.timeout`: a late call does not swallow that its delivery was given up."""
    started = asyncio.Event()

    async def stubborn() -> None:
        with Deadlines(SECONDS).begin():
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                started.set()
                await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await started.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_the_call_comes_as_it_is() -> None:
    with pytest.raises(ValueError, match="mine"), Deadlines(SECONDS).begin():
        raise ValueError("mine")
