"""What an error means for one link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.plans.outcome import FIRST_WAIT, LONGEST_WAIT, MOST_CONFLICTS, Outcome, Trouble, backoff, describe, outcome
from bridge.plans.states import Event
from connectors.sdk import (
    Conflict,
    Gone,
    Missing,
    OutcomeUnknown,
    Refused,
    TargetDown,
    TargetMisconfigured,
    Throttled,
)


@pytest.mark.parametrize("error", [TargetDown("x"), TargetMisconfigured("x"), Throttled("x", after=9)])
def test_a_fault_of_the_target_is_no_attempt_of_the_link(error: Exception) -> None:
    trouble = Trouble(type(error).__name__, "x")

    assert Outcome(Event.PUT_OFF, trouble, counts=False) == outcome(error, 5, 0.5)


def test_an_unknown_outcome_is_looked_at_before_anything_is_repeated() -> None:
    how = outcome(OutcomeUnknown("x", code="timeout"), 2, 0.5)

    assert Outcome(Event.PUT_OFF, Trouble("OutcomeUnknown", "x", "timeout"), wait=2.0, verify=True) == how


def test_a_conflict_is_looked_at_and_tried_again_at_once() -> None:
    assert Outcome(Event.PUT_OFF, Trouble("Conflict", "x"), wait=0.0, verify=True) == outcome(Conflict("x"), 0, 0.9)


@pytest.mark.parametrize(("attempts", "event"), [(MOST_CONFLICTS - 1, Event.PUT_OFF), (MOST_CONFLICTS, Event.REFUSED)])
def test_a_conflict_that_stays_is_parked(attempts: int, event: Event) -> None:
    assert event == outcome(Conflict("x"), attempts, 0.5).event


def test_a_missing_reference_waits() -> None:
    how = outcome(Missing("x", reference="y"), 0, 0.5)

    assert (Event.PUT_OFF, 0.5, True, False) == (how.event, how.wait, how.counts, how.verify)


@pytest.mark.parametrize("error", [Refused("x"), Gone("x"), KeyError("a bug"), ValueError("a bug")])
def test_what_will_not_get_better_by_itself_is_parked(error: Exception) -> None:
    how = outcome(error, 0, 0.5)

    assert (Event.REFUSED, True) == (how.event, how.counts)


@given(st.integers(0, 10**9), st.floats(0, 1, exclude_max=True))
def test_the_wait_grows_and_ends(attempts: int, chance: float) -> None:
    assert 0 <= backoff(attempts, chance) <= min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts, 20))


def test_a_refusal_is_told_with_all_its_words() -> None:
    error = Refused("no such syntax", code="21", attribute="mail", fix="send an address")

    assert Trouble("Refused", "no such syntax", "21", "mail", "send an address") == describe(error)


def test_what_is_gone_comes_with_what_to_do() -> None:
    assert "on_missing" in (describe(Gone("not there", code="32")).fix or "")


def test_a_bug_is_told_by_its_kind_and_never_by_its_text() -> None:
    """The text of an unexpected error may hold anything, a value too."""
    trouble = describe(KeyError("kim@example.com"))

    assert "Bug" == trouble.error
    assert "KeyError" in trouble.text
    assert "kim" not in repr(trouble)
