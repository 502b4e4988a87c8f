"""Maintenance windows as they are written."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from bridge.settings import Fault, Settings
from bridge.settings.faults import Wrong
from bridge.settings.windows import Window, parse_window

Load = Callable[..., Settings]
Faults = Callable[..., list[Fault]]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0 22 * * sat for 6h", Window("0 22 * * sat", 21600.0)),
        ("  30  1 * * *  for 90m ", Window("30 1 * * *", 5400.0)),
        ("0 2 1 * * for 7d in Europe/Berlin", Window("0 2 1 * *", 604800.0, ZoneInfo("Europe/Berlin"))),
    ],
)
def test_a_window_is_a_cron_line_and_a_duration(written: str, expected: Window) -> None:
    assert expected == parse_window(written)
    assert expected == parse_window(expected)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("0 22 * * sat", "is not a maintenance window"),
        ("22:00-04:00", "is not a maintenance window"),
        (6, "is not a maintenance window"),
        ("0 22 * * sat for ever", "is not a duration"),
        ("0 22 * * sat for 8d", "lasts longer than a week"),
        ("0 25 * * sat for 6h", "has '25' for the hour"),
        ("0 22 * * for 6h", "has 4 fields"),
        ("0 22 * * sat for 6h in Berlin", "Berlin is not a timezone known here"),
    ],
)
def test_what_is_none_is_refused(written: object, problem: str) -> None:
    with pytest.raises(Wrong) as wrong:
        parse_window(written)
    assert problem in wrong.value.problem
    assert wrong.value.remedy


def test_a_target_has_one_or_several(read: Load, sound: str, target: str) -> None:
    one = read(sound + target.replace("url =", 'maintenance = "0 22 * * sat for 6h"\nurl ='))
    lines = '["0 22 * * sat for 6h", "0 3 * * * for 1h"]'
    several = read(sound + target.replace("url =", f"maintenance = {lines}\nurl ="))

    assert (Window("0 22 * * sat", 21600.0),) == one.targets["corp"].maintenance
    assert ["0 22 * * sat", "0 3 * * *"] == [window.cron for window in several.targets["corp"].maintenance]


def test_a_fault_has_its_place(faults: Faults, sound: str, target: str) -> None:
    (fault,) = faults(sound + target.replace("url =", 'maintenance = ["0 22 * * sat for 6h", "at night"]\nurl ='))

    assert ("targets.corp.maintenance[1]", '"at night"') == (fault.place, fault.value)
