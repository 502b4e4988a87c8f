import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.journal.runs import Read
from bridge.reconcile.credible import Reading, doubt


def reading(*, complete: bool = True, entries: int = 100, linked: int = 100, absent: int = 0) -> Reading:
    return Reading("users", complete, entries, linked, absent, min(entries, linked))


def test_a_read_that_ended_early_is_not_credible_whatever_it_found():
    assert "the read of users ended early after 100 entries" == doubt(reading(complete=False), None)


def test_an_empty_read_is_not_credible_where_entries_are_ours():
    found = doubt(reading(entries=0, linked=3, absent=3), Read(0, 0))

    assert "the read of users was empty, and 3 of its entries are ours" == found


def test_an_empty_read_of_a_target_that_holds_nothing_of_ours_is_fine():
    assert doubt(reading(entries=0, linked=0), None) is None


@pytest.mark.parametrize(("entries", "credible"), [(90, True), (89, False)])
def test_ninety_per_cent_of_the_last_good_run_must_be_there(entries, credible):
    found = doubt(reading(entries=entries, absent=100 - entries), Read(100, 100))

    assert credible == (found is None)


def test_the_reason_says_what_was_expected():
    found = doubt(reading(entries=50, absent=50), Read(100, 100))

    expected = "the read of users found 50 entries where at least 90 were expected (50 of ours were not among them)"
    assert f"{expected}; if that is right: reconcile --fewer" == found


def test_a_person_may_say_that_there_are_fewer_but_not_that_half_a_read_was_whole():
    assert doubt(reading(entries=50, absent=50), Read(100, 100), fewer=True) is None
    assert doubt(reading(entries=0, absent=100), Read(100, 100), fewer=True) is not None
    assert doubt(reading(complete=False, entries=99, absent=1), Read(100, 100), fewer=True) is not None


def test_our_own_deletes_since_the_last_good_run_are_not_missed():
    assert doubt(reading(entries=46, linked=50, absent=4), Read(100, 100)) is None


def test_a_first_run_is_measured_by_what_is_linked():
    assert doubt(reading(entries=89, absent=11), None) is not None
    assert doubt(reading(entries=90, absent=10), None) is None


def test_of_a_handful_of_entries_one_may_be_absent():
    assert doubt(reading(entries=4, linked=5, absent=1), Read(5, 5)) is None
    assert doubt(reading(entries=3, linked=5, absent=2), Read(5, 5)) is not None


def test_foreign_entries_may_go_in_any_number():
    """Nothing is concluded from their absence: all of ours were read."""
    assert doubt(reading(entries=100, linked=100), Read(5000, 100)) is None


@given(
    st.builds(Reading, st.just("users"), st.just(True), st.just(0), st.integers(1, 99), st.integers(1, 99), st.just(0))
)
def test_no_empty_read_with_absences_is_ever_credible(empty):
    assert doubt(empty, None) is not None
