"""The cron line as cron(5) means it: weekdays, the OR of day and weekday, and daylight saving."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.clock import SetClock
from bridge.daemon import schedule

PARIS = ZoneInfo("Europe/Paris")


def _ms(text: str, zone: ZoneInfo = PARIS, fold: int = 0) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp() * 1000)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("15 3 * * *", "2026-11-24 03:15"),
        ("*/5 * * * *", "2026-11-23 17:05"),
        ("0 9 * * 0", "2026-11-29 09:00"),
        ("0 9 * * 7", "2026-11-29 09:00"),
        ("0 9 * * 1", "2026-11-30 09:00"),
        ("0 9 * * mon", "2026-11-30 09:00"),
        ("0 9 * * 5-7", "2026-11-27 09:00"),
        ("0 9 * * fri-mon", "2026-11-27 09:00"),
        ("0 9 * * */2", "2026-11-24 09:00"),
        ("0 9 1,15 * *", "2026-12-01 09:00"),
        ("0 9 * JAN *", "2027-01-01 09:00"),
    ],
)
def test_a_line_fires_when_cron_would(line: str, expected: str) -> None:
    monday_five_pm = _ms("2026-11-23 17:00")

    fires = schedule.next_run(line, monday_five_pm, PARIS)

    assert _ms(expected) == fires


def test_a_day_and_a_weekday_are_an_or() -> None:
    monday_five_pm = _ms("2026-11-23 17:00")

    assert _ms("2026-11-24 09:00") == schedule.next_run("0 9 1 * tue", monday_five_pm, PARIS)
    assert _ms("2026-12-01 09:00") == schedule.next_run("0 9 1 * tue", _ms("2026-11-28 09:00"), PARIS)


def test_a_time_that_daylight_saving_skips_fires_once_that_night() -> None:
    fires = schedule.next_run("30 2 * * *", _ms("2026-03-28 12:00"), PARIS)

    assert fires is not None
    assert datetime(2026, 3, 29, tzinfo=UTC).date() == datetime.fromtimestamp(fires / 1000, UTC).date()


def test_a_fixed_time_in_an_hour_that_comes_twice_fires_in_the_first() -> None:
    first = _ms("2026-10-25 02:30")

    assert first == schedule.next_run("30 2 * * *", _ms("2026-10-24 12:00"), PARIS)
    assert _ms("2026-10-26 02:30") == schedule.next_run("30 2 * * *", first, PARIS)
    assert _ms("2026-10-25 03:30") == schedule.next_run("30 1-3 * * *", first, PARIS)


@pytest.mark.parametrize("line", ["30 * * * *", "*/30 2 * * *", "*/30 * * * *"])
def test_a_line_that_fires_all_the_time_fires_in_both_hours(line: str) -> None:
    first, second = _ms("2026-10-25 02:30"), _ms("2026-10-25 02:30", fold=1)

    assert second == schedule.next_run(line, second - 1000, PARIS)
    assert first == schedule.next_run(line, first - 1000, PARIS)


def test_a_day_that_never_comes_has_no_next_time() -> None:
    assert schedule.next_run("0 0 31 2 *", _ms("2026-11-23 17:00"), PARIS) is None


async def test_a_run_missed_while_we_were_away_is_made_up_for_once() -> None:
    clock = SetClock(_ms("2026-11-23 17:00"))
    ran = asyncio.Event()

    async def run() -> None:
        ran.set()

    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(schedule.keep("15 3 * * *", PARIS, _ms("2026-11-20 03:15"), clock, run))
        await ran.wait()
        keeper.cancel()

    assert ran.is_set()


async def test_a_clock_that_was_set_back_does_not_put_the_next_run_off() -> None:
    clock = SetClock(_ms("2025-11-24 03:14") + 59_950)
    ran = asyncio.Event()

    async def run() -> None:
        ran.set()

    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(schedule.keep("15 3 * * *", PARIS, _ms("2026-11-23 03:15"), clock, run))
        await asyncio.sleep(0)
        clock.advance(1)
        await ran.wait()
        keeper.cancel()

    assert ran.is_set()
