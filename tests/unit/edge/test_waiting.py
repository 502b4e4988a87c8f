"""`Prefer: wait`: what the header may say, and when there is nothing to wait for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.edge.waiting import LONGEST, Wait, has, read_wait
from bridge.journal.deliveries import Reached


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("wait=10", Wait(10)),
        ("Wait = 10", Wait(10)),
        ('wait="10"', Wait(10)),
        ("wait=0", Wait(0)),
        ("wait=3600", Wait(LONGEST)),
        ("wait=99999999999999999999", Wait(LONGEST)),
        ("return=minimal, wait=5", Wait(5)),
        ("respond-async; x, wait=5; foo=bar", Wait(5)),
        ("wait=5, wait=9", Wait(5)),
        ('wait=10; targets="corp,app"', Wait(10, frozenset(("corp", "app")))),
        ('wait=10; targets="corp, app" ; foo', Wait(10, frozenset(("corp", "app")))),
        ("wait=10;targets=corp", Wait(10, frozenset(("corp",)))),
        (r'wait=10; targets="c\orp"', Wait(10, frozenset(("corp",)))),
        ('wait=10; targets=""', Wait(10, frozenset())),
        ('foo="a, wait=9", wait=7', Wait(7)),
        ("", None),
        ("return=minimal", None),
        ("wait", None),
        ("wait=soon", None),
        ("wait=-1", None),
        ("wait=1.5", None),
        ("waits=10", None),
        ('foo="wait=10"', None),
        ("wait=٣", None),
    ],
)
def test_a_preference_is_read_as_the_rfc_writes_it(header: str, expected: Wait | None) -> None:
    assert expected == read_wait(header)


@given(st.text(max_size=200) | st.text('wait=10;, "\\targets', max_size=200))
def test_whatever_a_client_sends_is_read_or_ignored(header: str) -> None:
    wait = read_wait(header)

    assert wait is None or 0 <= wait.seconds <= LONGEST


@pytest.mark.parametrize(
    ("reached", "expected"),
    [
        (Reached("in_sync", 3), True),
        (Reached("dirty", 3), True),  # a later wish: this version arrived
        (Reached("in_sync", 4), True),
        (Reached("parked", 1), True),
        (Reached("dirty", 2), False),
        (Reached("sending", 2), False),
    ],
)
def test_a_wait_ends_with_the_version_or_with_a_refusal(reached: Reached, expected: bool) -> None:
    assert expected == has(reached, 3)
