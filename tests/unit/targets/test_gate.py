"""The gate: so many calls at once, the urgent first, one after an outage, none while the target is down."""

import asyncio

import pytest

from bridge.journal.links import BULK, NORMAL, URGENT
from bridge.targets.gate import LANE, Gate, NotCalled


class Calls:
    """Calls through a gate, each under way until it is let go; `began` in the order in which they passed."""

    def __init__(self, most: int) -> None:
        self.gate = Gate(most)
        self.began: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._ends: dict[str, asyncio.Event] = {}

    async def start(self, name: str, lane: int = NORMAL) -> None:
        """Let it come to the gate."""
        self._ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._call(name, lane))
        await turn()

    async def end(self, *names: str) -> None:
        for name in names:
            self._ends[name].set()
            await self.tasks[name]
        await turn()

    async def _call(self, name: str, lane: int) -> None:
        LANE.set(lane)
        async with self.gate:
            self.began.append(name)
            await self._ends[name].wait()


async def turn() -> None:
    """Let everything go on that can."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def calls() -> Calls:
    return Calls(2)


async def test_it_has_plenty_while_as_many_wait_as_it_lets_pass_at_once(calls: Calls) -> None:
    seen = []
    for name in "abcd":
        await calls.start(name)
        seen.append(calls.gate.has_plenty)
    await calls.end("a", "b")

    assert [False, False, False, True, False] == [*seen, calls.gate.has_plenty]
    await calls.end("c", "d")


async def test_who_comes_when_it_is_full_waits_for_a_place(calls: Calls) -> None:
    for name in ("a", "b", "c"):
        await calls.start(name)
    began = list(calls.began)
    await calls.end("a")

    assert (["a", "b"], ["a", "b", "c"]) == (began, calls.began)
    await calls.end("b", "c")


async def test_the_urgent_overtakes_who_waits_and_within_a_lane_the_first_goes_first(calls: Calls) -> None:
    for name, lane in (("a", NORMAL), ("b", NORMAL), ("run", BULK), ("c", NORMAL), ("d", NORMAL), ("off", URGENT)):
        await calls.start(name, lane)
    await calls.end("a", "b", "off", "c", "d", "run")

    assert ["a", "b", "off", "c", "d", "run"] == calls.began


async def test_a_call_that_fails_gives_its_place_back() -> None:
    gate = Gate(1)
    for _ in range(3):
        with pytest.raises(KeyError):
            async with gate:
                raise KeyError

    async with asyncio.timeout(1), gate:
        pass


async def test_who_is_cancelled_while_it_waits_takes_no_place(calls: Calls) -> None:
    for name in ("a", "b", "c", "d"):
        await calls.start(name)
    calls.tasks["c"].cancel()
    await turn()
    await calls.end("a", "b")

    assert ["a", "b", "d"] == calls.began
    await calls.end("d")
    async with asyncio.timeout(1), calls.gate, calls.gate:
        pass


async def test_who_is_cancelled_as_it_is_let_in_gives_its_place_on() -> None:
    calls = Calls(1)
    async with calls.gate:
        await calls.start("c")
        await calls.start("d")
    calls.tasks["c"].cancel()  # it has its place already, and has not gone on yet
    await turn()

    assert ["d"] == calls.began
    await calls.end("d")
    async with asyncio.timeout(1), calls.gate:
        pass


async def test_a_shut_gate_calls_nobody_and_sends_back_who_waits(calls: Calls) -> None:
    for name in ("a", "b", "c"):
        await calls.start(name)
    calls.gate.shut("connection refused")

    with pytest.raises(NotCalled, match="connection refused"):
        await calls.tasks["c"]
    with pytest.raises(NotCalled, match="connection refused"):
        await calls.gate.__aenter__()
    await calls.end("a", "b")
    assert ["a", "b"] == calls.began


async def test_after_an_outage_one_goes_then_two_then_four_until_it_is_full() -> None:
    gate = Gate(8)
    gate.shut("down")
    gate.open()
    rounds = []
    for _ in range(5):
        rounds.append(gate.limit)
        await asyncio.gather(*(_succeed(gate) for _ in range(gate.limit)))

    assert [1, 2, 4, 8, 8] == rounds


async def test_after_an_outage_no_more_are_under_way_than_its_limit_says() -> None:
    calls = Calls(8)
    calls.gate.shut("down")
    calls.gate.open()
    for name in "abcdefg":
        await calls.start(name)
    first = len(calls.began)
    await calls.end("a")
    second = len(calls.began) - 1
    await calls.end("b", "c")

    assert (1, 2, 4) == (first, second, len(calls.began) - 3)
    await calls.end(*"defg")


async def test_failures_after_an_outage_let_no_more_go(calls: Calls) -> None:
    gate = Gate(8)
    gate.shut("down")
    gate.open()
    for _ in range(4):
        with pytest.raises(KeyError):
            async with gate:
                raise KeyError

    assert 1 == gate.limit


async def test_a_gate_that_was_never_shut_is_not_narrowed_by_being_opened() -> None:
    gate = Gate(8)
    gate.open()

    assert 8 == gate.limit


async def _succeed(gate: Gate) -> None:
    async with gate:
        await asyncio.sleep(0)
