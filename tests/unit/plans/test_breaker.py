"""When a target is not called, and when it is looked at again."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.plans.breaker import (
    FOR_A_PERSON,
    LAST_LOOK,
    LONGEST_THROTTLE,
    MANY_REFUSALS,
    THROTTLED,
    WINDOW,
    Breaker,
    BreakerState,
    Refusals,
    after_error,
    after_probe,
    after_success,
    looking,
)
from connectors.sdk import (
    Conflict,
    ConnectorError,
    Gone,
    Missing,
    OutcomeUnknown,
    Refused,
    TargetDown,
    TargetMisconfigured,
    Throttled,
)

NOW = 1_700_000_000_000
DOWN, WRONG = TargetDown("refused"), TargetMisconfigured("bad password")


def _waits(error: Exception, times: int, chance: float = 1.0) -> list[float]:
    """Seconds until each look, where every look fails with the same error."""
    breaker, waits = Breaker(), []
    for _ in range(times):
        breaker = after_error(looking(breaker), error, NOW, chance)
        waits.append(((breaker.retry_at or 0) - NOW) / 1000)
    return waits


def test_a_target_that_is_down_is_looked_at_less_and_less_often() -> None:
    assert [1, 2, 4, 8, 16, 32, 60, 60] == _waits(DOWN, 8)


def test_chance_spreads_the_looks_over_half_of_the_wait() -> None:
    assert [0.5, 1, 2, 4, 8, 16, 30, 30] == _waits(DOWN, 8, chance=0.0)


def test_a_target_that_a_person_must_mend_is_looked_at_as_rarely_as_keeps_our_account_unlocked() -> None:
    assert [60, 300, 900, 3600, 3600] == _waits(WRONG, 5)


@pytest.mark.parametrize(
    ("after", "seconds"),
    [(None, THROTTLED), (0.0, 0), (7.5, 7.5), (-3.0, 0), (1e300, 3600), (math.inf, 3600), (math.nan, 0)],
)
def test_what_a_target_asks_for_is_heard_within_reason(after: float | None, seconds: float) -> None:
    assert [seconds] == _waits(Throttled("slowly", after=after), 1)


@pytest.mark.parametrize(
    "error",
    [Conflict("x"), OutcomeUnknown("x"), Missing("x", reference="y"), Gone("x"), Refused("x"), KeyError("a bug")],
)
def test_an_error_of_one_entry_says_nothing_of_the_target(error: Exception) -> None:
    breaker = Breaker(failures=2)

    assert after_error(breaker, error, NOW, 0.5) is breaker


def test_many_calls_that_fail_at_once_are_one_failure() -> None:
    once = after_error(Breaker(), DOWN, NOW, 1.0)
    breaker = once
    for _ in range(32):
        breaker = after_error(breaker, DOWN, NOW + 5, 1.0)

    assert once == breaker


def test_a_worse_error_while_it_is_open_counts_but_climbs_no_rung() -> None:
    breaker = after_error(after_error(Breaker(), DOWN, NOW, 1.0), WRONG, NOW, 1.0)

    assert Breaker(BreakerState.OPEN, "TargetMisconfigured", "bad password", 1, NOW + 60_000) == breaker


def test_a_lighter_error_while_it_is_open_shortens_nothing() -> None:
    breaker = after_error(Breaker(), WRONG, NOW, 1.0)

    assert after_error(breaker, DOWN, NOW, 1.0) is breaker


def test_a_look_keeps_why_the_target_was_left_alone() -> None:
    breaker = looking(after_error(Breaker(), WRONG, NOW, 1.0))

    assert (BreakerState.HALF_OPEN, "TargetMisconfigured", 1) == (breaker.state, breaker.cause, breaker.failures)


def test_a_target_that_came_back_is_as_new() -> None:
    assert Breaker() == after_probe(looking(after_error(Breaker(), DOWN, NOW, 1.0)))


def test_a_probe_alone_does_not_prove_that_a_person_mended_it() -> None:
    breaker = after_probe(looking(after_error(Breaker(), WRONG, NOW, 1.0)))

    assert (BreakerState.CLOSED, 1) == (breaker.state, breaker.failures)
    assert NOW + 300_000 == after_error(breaker, WRONG, NOW, 1.0).retry_at


def test_a_write_that_succeeds_proves_it() -> None:
    assert Breaker() == after_success(Breaker(failures=3))


def test_a_write_that_was_under_way_does_not_close_an_open_breaker() -> None:
    breaker = after_error(Breaker(), WRONG, NOW, 1.0)

    assert after_success(breaker) is breaker


ERRORS = st.sampled_from([DOWN, WRONG, Throttled("x", after=1.0), Refused("x"), Gone("x")])


@given(st.lists(st.tuples(st.sampled_from(["error", "look", "probe", "success"]), ERRORS), max_size=30))
def test_whatever_happens_an_open_breaker_has_a_cause_and_a_time_within_an_hour(
    story: list[tuple[str, ConnectorError]],
) -> None:
    breaker = Breaker()
    for what, error in story:
        match what:
            case "error":
                breaker = after_error(breaker, error, NOW, 0.5)
            case "look":
                breaker = looking(breaker)
            case "probe":
                breaker = after_probe(breaker)
            case "success":
                breaker = after_success(breaker)

        assert breaker.failures >= 0
        if breaker.state is BreakerState.OPEN:
            assert breaker.cause
            assert NOW <= (breaker.retry_at or 0) <= NOW + 1000 * max(LAST_LOOK, FOR_A_PERSON[-1], LONGEST_THROTTLE)


def test_many_refusals_with_one_code_are_the_targets_fault() -> None:
    refusals = Refusals()

    assert [False] * (MANY_REFUSALS - 1) + [True] == [refusals.note(NOW, "50") for _ in range(MANY_REFUSALS)]


def test_refusals_with_many_codes_are_many_peoples() -> None:
    refusals = Refusals()

    assert not any(refusals.note(NOW, str(n % 3)) for n in range(3 * MANY_REFUSALS - 3))


def test_refusals_among_more_successes_are_not_the_targets_fault() -> None:
    refusals = Refusals()
    for _ in range(MANY_REFUSALS + 1):
        refusals.note(NOW, None)

    assert not any(refusals.note(NOW, "50") for _ in range(MANY_REFUSALS))
    assert refusals.note(NOW, "50")


def test_refusals_of_long_ago_are_forgotten() -> None:
    refusals = Refusals()
    for _ in range(MANY_REFUSALS - 1):
        refusals.note(NOW, "50")

    assert not refusals.note(NOW + WINDOW, "50")


def test_successes_alone_are_no_fault() -> None:
    refusals = Refusals()

    assert not any(refusals.note(NOW, None) for _ in range(2 * MANY_REFUSALS))
