"""Whether it is maintenance, and until when: overlaps, midnight, daylight saving, a clock that was set."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.clock import SetClock
from bridge.daemon import windows as module
from bridge.daemon.windows import closed_until, closing, next_change
from bridge.settings.windows import Window, parse_window

PARIS = ZoneInfo("Europe/Paris")


def ms(text: str, zone: ZoneInfo = PARIS, fold: int = 0) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp() * 1000)


def windows(*written: str) -> list[Window]:
    return [parse_window(each) for each in written]


SATURDAY = windows("0 22 * * sat for 6h")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-28 21:59:59", None),
        ("2026-11-28 22:00", "2026-11-29 04:00"),
        ("2026-11-29 00:30", "2026-11-29 04:00"),
        ("2026-11-29 03:59:59", "2026-11-29 04:00"),
        ("2026-11-29 04:00", None),
        ("2026-11-27 23:00", None),
    ],
)
def test_a_window_begins_ends_and_goes_over_midnight(now: str, expected: str | None) -> None:
    assert (expected and ms(expected)) == closed_until(SATURDAY, ms(now), PARIS)


def test_windows_that_overlap_or_touch_are_one() -> None:
    three = windows("0 1 * * * for 2h", "0 2 * * * for 2h", "0 4 * * * for 1h")

    assert ms("2026-11-28 05:00") == closed_until(three, ms("2026-11-28 01:30"), PARIS)
    assert closed_until(three, ms("2026-11-28 05:00"), PARIS) is None


def test_a_window_has_the_timezone_that_it_names() -> None:
    london = windows("0 22 * * * for 1h in Europe/London")

    assert closed_until(london, ms("2026-11-28 22:30"), PARIS) is None
    assert ms("2026-11-29 00:00") == closed_until(london, ms("2026-11-28 23:30"), PARIS)


def test_a_window_in_an_hour_that_daylight_saving_skips_is_as_long_as_ever() -> None:
    night = windows("0 2 * * * for 1h")

    assert closed_until(night, ms("2026-03-29 01:59"), PARIS) is None
    assert ms("2026-03-29 04:00") == closed_until(night, ms("2026-03-29 03:30"), PARIS)


def test_a_window_in_an_hour_that_comes_twice_is_closed_in_both() -> None:
    night = windows("0 2 * * * for 1h")
    first, second = ms("2026-10-25 02:30"), ms("2026-10-25 02:30", fold=1)

    assert 3_600_000 == second - first
    assert ms("2026-10-25 03:00") == closed_until(night, first, PARIS) == closed_until(night, second, PARIS)
    assert closed_until(night, ms("2026-10-25 03:00"), PARIS) is None


def test_windows_without_an_end_are_told_as_a_long_one() -> None:
    now = ms("2026-11-28 12:00")
    end = closed_until(windows("* * * * * for 1h"), now, PARIS)

    assert end is not None
    assert end > now + 3_600_000


@given(st.integers(ms("2026-01-01 00:00"), ms("2026-12-31 00:00")))
def test_at_its_end_it_is_open_and_just_before_it_is_not(now: int) -> None:
    some = windows("30 1 * * * for 2h", "0 22 * * sat for 6h", "0 0 1 * * for 1d")
    end = closed_until(some, now, PARIS)

    if end is None:
        change = next_change(some, now, PARIS)
        assert change is not None
        assert closed_until(some, change - 1, PARIS) is None
        assert closed_until(some, change, PARIS) is not None
    else:
        assert closed_until(some, end, PARIS) is None
        assert end == closed_until(some, end - 1, PARIS)


def test_it_is_worked_out_anew_only_when_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[int] = []
    real = module.closed_until
    monkeypatch.setattr(module, "closed_until", lambda *given: (worked.append(given[1]), real(*given))[1])
    clock = SetClock(ms("2026-11-28 12:00"))
    closed = closing(SATURDAY, clock, PARIS)
    answers = []
    for hours in (0, 9.9, 0.1, 5.9, 0.1, 1, -14, 0):
        clock.advance(hours * 3600)
        answers.append(closed())

    end = ms("2026-11-29 04:00")
    assert [None, None, end, end, None, None, None, None] == answers
    assert 4 == len(worked)


def test_without_windows_it_is_never_maintenance() -> None:
    assert closing([], SetClock(), PARIS)() is None
