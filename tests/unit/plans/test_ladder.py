"""How far down the ladder, by the time that has passed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.plans.ladder import Down, down
from bridge.settings.ladder import parse_ladder

DAY = 86_400_000
LADDER = parse_ladder(["lock", "attribute:state=off|on", "1d strip-groups", "90d delete"])
SINCE = 1_700_000_000_000


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, Down(locked=True, off=True, strips_later=True, again=SINCE + DAY)),
        (0.999, Down(locked=True, off=True, strips_later=True, again=SINCE + DAY)),
        (1, Down(locked=True, off=True, stripped=True, again=SINCE + 90 * DAY)),
        (89, Down(locked=True, off=True, stripped=True, again=SINCE + 90 * DAY)),
        (90, Down(locked=True, off=True, stripped=True, deleted=True)),
        (900, Down(locked=True, off=True, stripped=True, deleted=True)),
        (-5, Down(locked=True, off=True, strips_later=True, again=SINCE + DAY)),
    ],
)
def test_steps_are_taken_when_their_time_has_come(days: float, expected: Down) -> None:
    assert expected == down(LADDER, SINCE, SINCE + round(days * DAY))


@given(st.lists(st.integers(0, 200 * DAY), min_size=2))
def test_with_time_it_goes_down_alone(times: list[int]) -> None:
    """Whatever was so stays so, and the next step is always yet to come."""
    downs = [down(LADDER, 0, now) for now in sorted(times)]

    for earlier, later in pairwise(downs):
        for name in ("locked", "off", "stripped", "deleted"):
            assert not getattr(earlier, name) or getattr(later, name)
    assert all(each.again is None or each.again > now for each, now in zip(downs, sorted(times), strict=True))
