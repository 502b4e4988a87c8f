"""When a target is reconciled: its cron(5) line, the config's timezone, and the last run.

APScheduler works out the next time, nothing more: its timers read the wall clock and its `from_crontab` takes 0
for Monday, rejects 7 and ANDs day with weekday where cron ORs them. The waiting is ours. Runs missed while the
daemon was down are made up for by one run at the start.

In the night in which an hour is skipped, what falls into it runs right after; in the one in which an hour comes twice,
a line of fixed times runs in the first alone, and one with a `*` in its minutes or hours in both, as cron(8) has it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from bridge.clock import Clock

LONGEST_WAIT = 60.0
"""Seconds between two looks at the wall clock: a clock that was set is noticed within this time."""

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def next_run(line: str, after: int, zone: tzinfo) -> int | None:
    """When a schedule runs next after `after` (both milliseconds since the epoch); None where it never does."""
    run = next_time(line, after, zone)
    while run is not None and _comes_again(run, zone) and not _is_wild(line):
        run = next_time(line, run, zone)
    return run


def next_time(line: str, after: int, zone: tzinfo) -> int | None:
    """The first time of the cron line after `after`, whenever the zone shows it; None where there is none."""
    start = datetime.fromtimestamp(after // 1000 + 1, zone)
    fires = _trigger(line, zone).get_next_fire_time(None, start)
    return None if fires is None else round(fires.astimezone(UTC).timestamp() * 1000)


def _comes_again(time: int, zone: tzinfo) -> bool:
    """Whether the clock of the zone has shown this time before, that night."""
    return datetime.fromtimestamp(time / 1000, zone).fold == 1


def _is_wild(line: str) -> bool:
    minute, hour, *_ = line.split()
    return minute.startswith("*") or hour.startswith("*")


@lru_cache(256)
def _trigger(line: str, zone: tzinfo) -> BaseTrigger:
    minute, hour, day, month, weekday = line.split()

    def at(day: str, weekday: str) -> CronTrigger:
        return CronTrigger(
            minute=minute, hour=hour, day=day, month=month.lower(), day_of_week=_days(weekday), timezone=zone
        )

    if day.startswith("*") or weekday.startswith("*"):
        return at(day, weekday)
    return OrTrigger([at(day, "*"), at("*", weekday)])


def _days(field: str) -> str:
    """cron's weekdays (0 and 7 are Sunday) as APScheduler's names; ranges are spelt out, so that 5-7 is fri,sat,sun."""
    if field.startswith("*"):
        return field if field == "*" else ",".join(_WEEKDAYS[: 7 : int(field.split("/")[1])])
    return ",".join(name for part in field.lower().split(",") for name in _span(part))


def _span(part: str) -> list[str]:
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    low = _number(first)
    high = _number(last) if last else low
    if high < low:
        high += 7  # fri-mon, and 6-0
    return [_WEEKDAYS[number % 7] for number in range(low, high + 1, int(step or 1))]


def _number(day: str) -> int:
    return int(day) if day.isdigit() else _WEEKDAYS.index(day)


async def keep(
    line: str, zone: tzinfo, last_run: int | None, clock: Clock, run: Callable[[], Awaitable[object]]
) -> None:
    """Call `run` at every time of the cron line, for ever; one call at a time.

    Where the clock was set back it is as if the last call had been at the time that it is now.
    """
    last = clock.now() if last_run is None else last_run
    while (due := next_run(line, last := min(last, clock.now()), zone)) is not None:
        if (left := (due - clock.now()) / 1000) > 0:
            await asyncio.sleep(min(left, LONGEST_WAIT))
            continue
        last = clock.now()
        await run()
