import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.plans.guards import DAY, Counts, Guard, Shrink, Verdict, holding, is_protected, judge
from bridge.settings.amounts import Limit
from bridge.settings.models import GuardSettings

DEFAULTS = GuardSettings()


def verdict(guard: Guard, counts: Counts, linked: int, guards: GuardSettings = DEFAULTS, times: int = 1) -> Verdict:
    return next(v for v in judge(counts, linked, guards, times=times) if v.guard is guard)


def test_every_guard_answers_also_when_nothing_is_to_be_done():
    verdicts = judge(Counts(), 1000, DEFAULTS)

    assert set(Guard) == {v.guard for v in verdicts}
    assert () == holding(verdicts)
    assert [0] * len(Guard) == [v.observed for v in verdicts]


@pytest.mark.parametrize(
    ("guard", "linked", "limit"),
    [
        (Guard.DELETES, 0, 5),
        (Guard.DELETES, 99, 5),
        (Guard.DELETES, 1000, 50),
        (Guard.DELETES, 100_000, 500),
        (Guard.DISABLES, 2000, 100),
        (Guard.MEMBER_REMOVALS, 100, 50),
        (Guard.MEMBER_REMOVALS, 100_000, 5000),
        (Guard.RENAMES, 2000, 100),
        (Guard.CLEARS, 10, 50),
        (Guard.REVERTS, 25, 50),
        (Guard.REVERTS, 10_000, 500),
    ],
)
def test_the_defaults_are_those_of_the_design(guard, linked, limit):
    at_limit = verdict(guard, Counts({guard: limit}), linked)
    above = verdict(guard, Counts({guard: limit + 1}), linked)

    assert (limit, limit, False) == (at_limit.observed, at_limit.limit, at_limit.holds)
    assert (limit + 1, limit, True) == (above.observed, above.limit, above.holds)


def test_the_reason_names_what_was_seen_what_is_allowed_and_the_config_key():
    held = verdict(Guard.DELETES, Counts({Guard.DELETES: 51}), 1000)

    assert "51 entries would be deleted; 50 are allowed (deletes)" == held.reason


def test_over_a_day_twice_the_number_is_allowed():
    assert not verdict(Guard.DELETES, Counts({Guard.DELETES: 100}), 1000, times=DAY).holds
    assert verdict(Guard.DELETES, Counts({Guard.DELETES: 101}), 1000, times=DAY).holds


def test_a_number_in_the_config_stands_as_it_is():
    guards = GuardSettings(deletes=0)

    assert verdict(Guard.DELETES, Counts({Guard.DELETES: 1}), 100_000, guards).holds


@pytest.mark.parametrize(("removed", "holds"), [(6, False), (7, True)])
def test_a_group_of_twenty_may_lose_thirty_percent(removed, holds):
    found = verdict(Guard.GROUP_MEMBERS, Counts(shrinks=[Shrink("staff", removed, 20)]), 100)

    assert (removed, 6, holds) == (found.observed, found.limit, found.holds)
    assert f"group staff would lose {removed} of 20 members; 6 are allowed (group_members)" == found.reason


def test_a_small_group_may_lose_everybody():
    assert not verdict(Guard.GROUP_MEMBERS, Counts(shrinks=[Shrink("staff", 19, 19)]), 100).holds


def test_the_group_that_is_beyond_its_limit_is_named():
    shrinks = [Shrink("harmless", 1, 100), Shrink("gutted", 90, 100), Shrink("little", 5, 6)]

    assert "group gutted" in verdict(Guard.GROUP_MEMBERS, Counts(shrinks=shrinks), 100).reason


def test_a_number_for_group_members_stands_for_groups_of_any_size():
    guards = GuardSettings(group_members=40)

    assert not verdict(Guard.GROUP_MEMBERS, Counts(shrinks=[Shrink("a", 40, 50)]), 100, guards).holds
    assert verdict(Guard.GROUP_MEMBERS, Counts(shrinks=[Shrink("a", 41, 50)]), 100, guards).holds
    assert verdict(Guard.GROUP_MEMBERS, Counts(shrinks=[Shrink("a", 41, 5000)]), 100, guards).holds


def test_protected_places_are_matched_by_pattern_in_any_case():
    guards = GuardSettings(protected=("cn=admin,*", "*,ou=services,*"))

    assert is_protected("CN=Admin,dc=example,dc=com", guards)
    assert is_protected("uid=backup,ou=Services,dc=example,dc=com", guards)
    assert not is_protected("uid=bj,ou=people,dc=example,dc=com", guards)


@given(st.sampled_from(sorted(set(Guard) - {Guard.GROUP_MEMBERS})), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_guard_holds_exactly_what_is_above_its_limit(guard, observed, linked):
    found = verdict(guard, Counts({guard: observed}), linked)

    assert observed == found.observed
    assert (observed > found.limit) == found.holds


@given(st.integers(0, 10**5), st.integers(0, 10**5))
def test_more_links_never_allow_less(fewer, more):
    fewer, more = sorted((fewer, more))
    limits = [
        [v.limit for v in judge(Counts(), linked, GuardSettings(deletes=Limit(5, 0.05, 500)))]
        for linked in (fewer, more)
    ]

    assert all(low <= high for low, high in zip(*limits, strict=True))
