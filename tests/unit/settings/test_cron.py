"""cron(5) lines: what is taken, what is refused, and that the daemon can read what is taken."""

import contextlib
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.daemon.schedule import next_run
from bridge.settings.cron import FIELDS, Field, check_cron
from bridge.settings.faults import Wrong


@pytest.mark.parametrize(
    "line",
    [
        "15 3 * * *",
        "*/15 * * * *",
        "0 0 1,15 * *",
        "0 4 * JAN-Mar mon-fri",
        "0 4 * * 0",
        "0 4 * * 7",
        "0 4 * * 5-7",
        "0 4 * * fri-mon",
        "0-30/10 8-18 * * 1-5",
        "0 0 29 2 *",
    ],
)
def test_a_line_of_cron_is_taken(line: str) -> None:
    assert line == check_cron(line)


def test_spaces_are_made_single() -> None:
    assert "15 3 * * *" == check_cron("  15   3 * *\t* ")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "has 0 fields where a cron line has five"),
        ("* * * *", "has 4 fields where a cron line has five"),
        ("@daily", "has 1 fields where a cron line has five"),
        ("60 * * * *", "has '60' for the minute"),
        ("* 24 * * *", "has '24' for the hour"),
        ("* * 0 * *", "has '0' for the day of the month"),
        ("* * * 13 *", "has '13' for the month"),
        ("* * * * 8", "has '8' for the weekday"),
        ("* * * * so", "has 'so' for the weekday"),
        ("a * * * *", "has 'a' for the minute"),
        ("*/0 * * * *", "has the step '0' for the minute"),
        ("*/ * * * *", "has the step '' for the minute"),
        ("*/99 * * * *", "has the step '99' for the minute"),
        ("5/10 * * * *", "has a step without a range for the minute: '5/10'"),
        ("30-10 * * * *", "has a range that runs backwards for the minute: '30-10'"),
        ("1,,2 * * * *", "has '' for the minute"),
        ("-5 * * * *", "has '' for the minute"),
        ("*,5 * * * *", "has a * among others for the minute: '*,5'"),
        ("0 0 31 2,4 *", "is never due: no such day is in that month"),
        ("٣ * * * *", "has '٣' for the minute"),
    ],
)
def test_what_cron_could_not_read_is_refused(line: str, problem: str) -> None:
    with pytest.raises(Wrong) as wrong:
        check_cron(line)

    assert problem == wrong.value.problem
    assert wrong.value.remedy


def _item(field: Field) -> st.SearchStrategy[str]:
    number = st.integers(field.low, field.high)
    names = st.sampled_from(field.names) if field.names else st.nothing()
    span = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    step = st.integers(1, field.high - field.low)
    return st.just("*") | number.map(str) | names | span | st.builds("{}/{}".format, st.just("*") | span, step)


_LINES = st.tuples(*(st.lists(_item(f), min_size=1, max_size=3).map(",".join) for f in FIELDS)).map(" ".join)


@given(_LINES)
@settings(max_examples=100, deadline=None)
def test_the_daemon_reads_every_line_that_is_taken(line: str) -> None:
    try:
        taken = check_cron(line)
    except Wrong:
        return
    due = next_run(taken, 1_700_000_000_000, UTC)

    assert due is None or due > 1_700_000_000_000


@given(st.text(alphabet="0123456789*/-, monJAN", max_size=30))
@settings(max_examples=300)
def test_nothing_but_wrong_is_raised(line: str) -> None:
    with contextlib.suppress(Wrong):
        check_cron(line)
