"""Whether a target may be called: one probe at a time, remembered over a restart, and never a busy loop."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.clock import SetClock
from bridge.journal import Journal, JournalClosed, open_journal
from bridge.plans.breaker import MANY_REFUSALS, BreakerState
from bridge.settings import TargetSettings
from bridge.targets import Health, Target
from bridge.targets.gate import NotCalled
from connectors.sdk import (
    Conflict,
    ConnectorError,
    Gone,
    Missing,
    OutcomeUnknown,
    Probe,
    Ref,
    Refused,
    TargetDown,
    TargetMisconfigured,
)
from connectors.sdk.memory import MemoryConnector


@dataclass
class Room:
    """One target, its journal and its clock."""

    journal: Journal
    clock: SetClock
    connector: MemoryConnector

    def target(self) -> Target:
        return Target("corp", TargetSettings(name="corp", connector="memory"), self.connector, {})

    def health(self, target: Target | None = None) -> Health:
        """As a process that starts now has it."""
        return Health(self.journal, target or self.target(), self.clock, lambda: 1.0)

    @property
    def probes(self) -> int:
        return sum(verb == "probe" for verb, _ in self.connector.calls)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    clock = SetClock()
    journal = open_journal(tmp_path / "journal.db", bytes(32), clock)
    yield Room(journal, clock, MemoryConnector())
    await journal.close()


async def test_a_target_is_looked_at_before_its_first_call(room: Room) -> None:
    health = room.health()

    assert not health.is_open
    assert await health.look()
    assert health.is_open


async def test_an_open_target_is_not_looked_at_again(room: Room) -> None:
    health = room.health()
    await health.look()
    await health.look()

    assert room.probes == 1


async def test_many_who_ask_at_once_are_one_look(room: Room) -> None:
    health = room.health()

    assert [True] * 8 == await asyncio.gather(*(health.look() for _ in range(8)))
    assert room.probes == 1


async def test_a_target_that_is_down_is_left_alone_until_its_time(room: Room) -> None:
    room.connector.fail = [TargetDown("refused")]
    health = room.health()

    assert not await health.look()
    assert health.seconds_left == 1.0
    assert not await health.look()
    assert room.probes == 1

    room.clock.advance(1.0)
    assert await health.look()


async def test_a_person_may_look_now(room: Room) -> None:
    room.connector.fail = [TargetMisconfigured("bad password")]
    health = room.health()
    await health.look()

    assert await health.look(now=True)
    assert health.is_open
    assert await health.look(now=True)
    assert room.probes == 3


async def test_a_restart_does_not_shorten_the_wait(room: Room) -> None:
    room.connector.fail = [TargetMisconfigured("bad password")]
    await room.health().look()
    again = room.health()

    assert not await again.look()
    assert again.seconds_left == 60.0
    assert room.probes == 1


@pytest.mark.parametrize(
    "error",
    [Refused("no"), Gone("no base"), Conflict("odd"), OutcomeUnknown("no answer"), Missing("x", reference="y")],
)
async def test_a_target_that_cannot_be_looked_at_is_left_alone_whatever_it_says(
    room: Room, error: ConnectorError
) -> None:
    room.connector.fail = [error]
    health = room.health()

    assert not await health.look()
    assert (BreakerState.OPEN, "TargetMisconfigured") == (health.breaker.state, health.breaker.cause)
    assert error.message in (health.breaker.reason or "")
    assert health.seconds_left == 60.0


async def test_a_connector_that_crashes_is_left_alone_too(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def crash(_: MemoryConnector) -> Probe:
        raise KeyError("secret")

    monkeypatch.setattr(MemoryConnector, "probe", crash)
    health = room.health()

    assert not await health.look()
    assert health.seconds_left == 60.0
    assert "secret" not in (health.breaker.reason or "")


async def test_all_calls_that_fail_with_a_target_that_goes_are_one_failure(room: Room) -> None:
    health = room.health()
    await health.look()

    await asyncio.gather(*(health.heard(TargetDown("reset")) for _ in range(32)))

    assert health.seconds_left == 1.0


async def test_while_it_is_down_nothing_is_called_and_after_an_outage_few_calls_go_first(room: Room) -> None:
    target = room.target()
    health = room.health(target)
    await health.look()
    await health.heard(TargetDown("reset"))
    with pytest.raises(NotCalled, match="reset"):
        await target.get(Ref("users", "1", ""), [])
    room.clock.advance(1.0)
    await health.look()

    assert 1 == target.gate.limit
    assert await target.get(Ref("users", "1", ""), []) is None


async def test_a_target_that_was_down_when_the_process_ended_is_not_called_by_the_next(room: Room) -> None:
    health = room.health()
    await health.look()
    await health.heard(TargetMisconfigured("bad password"))
    target = room.target()
    room.health(target)

    with pytest.raises(NotCalled, match="bad password"):
        await target.get(Ref("users", "1", ""), [])


async def test_a_call_that_was_not_made_says_nothing_of_the_target(room: Room) -> None:
    health = room.health()
    await health.look()
    await health.heard(NotCalled("reset"))

    assert health.is_open


async def test_an_error_of_an_entry_leaves_the_target_open(room: Room) -> None:
    health = room.health()
    await health.look()
    for error in (Refused("no"), Gone("gone"), Conflict("odd"), KeyError("a bug")):
        await health.heard(error)

    assert health.is_open


async def test_many_refusals_close_the_target_for_a_person(room: Room) -> None:
    health = room.health()
    await health.look()

    assert [False] * (MANY_REFUSALS - 1) + [True] == [await health.refused("50") for _ in range(MANY_REFUSALS)]
    assert not health.is_open
    assert "50" in (health.breaker.reason or "")


async def test_a_write_that_was_under_way_does_not_open_what_was_closed(room: Room) -> None:
    health = room.health()
    await health.look()
    await health.heard(TargetMisconfigured("bad password"))
    await health.succeeded()

    assert not health.is_open
    assert health.seconds_left == 60.0


async def test_another_place_under_the_same_address_is_not_written(room: Room) -> None:
    await room.health().look()
    room.connector.identity = "another"
    health = room.health()

    assert not await health.look()
    assert "another place" in (health.breaker.reason or "")


async def test_the_same_place_is_known_again(room: Room) -> None:
    await room.health().look()

    assert await room.health().look()


async def test_a_journal_that_is_closed_is_no_bug_of_the_connector(room: Room) -> None:
    health = room.health()
    await room.journal.close()
    with capture_logs() as logs, pytest.raises(JournalClosed):
        await health.look()

    assert [] == [line for line in logs if line["event"] == "target.probe_crashed"]
