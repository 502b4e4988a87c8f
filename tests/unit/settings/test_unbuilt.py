"""What is not built yet is refused plainly, never as unknown and never ignored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridge.settings import Fault, Settings
from bridge.settings.unbuilt import TABLE, take_out

Load = Callable[..., Settings]
Faults = Callable[..., list[Fault]]


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ({"journal": {"url": "postgresql://x"}}, "journal.url"),
        ({"targets": {"a": {"drift": "accept"}}}, "targets.a.drift"),
    ],
)
def test_each_is_told_at_its_place_and_taken_out(raw: dict[str, object], place: str) -> None:
    rest, (fault,) = take_out(raw)

    assert place == fault.place
    assert fault.problem.startswith("is not built yet: ")
    assert fault.remedy
    assert ({}, []) == (_leaves(rest), take_out(rest)[1])


def test_every_row_of_the_table_says_what_to_do() -> None:
    assert all(row.what and row.remedy for row in TABLE)


def test_the_other_values_of_these_keys_stay() -> None:
    raw = {
        "clients": {"a": {"profile": "entra"}},
        "targets": {"a": {"drift": "report", "users": {"adopt": "never", "on_disable": "lock", "on_delete": "keep"}}},
    }

    assert (raw, []) == take_out(raw)


def test_it_is_not_told_a_second_time_as_unknown(faults: Faults, sound: str, target: str) -> None:
    found = faults(sound + target.replace("url =", 'drift = "accept"\nurl ='))

    assert ["targets.corp.drift"] == [fault.place for fault in found]


def _leaves(raw: object) -> dict[str, object]:
    """What is left beside empty tables."""
    assert isinstance(raw, dict)
    return {key: value for key, value in raw.items() if not isinstance(value, dict) or _leaves(value)}
