from bridge.journal.holds import Judged, Operation
from bridge.plans.budget import Window, costs, hour_and_day, weigh
from bridge.plans.guards import Guard, Shrink
from bridge.settings.models import GuardSettings

GUARDS = GuardSettings()


def judged(operation: Operation) -> Judged:
    return Judged("corp", "r1", operation, 1)


def windows(hour: dict[str, int], day: dict[str, int], removed: int = 0) -> tuple[Window, Window]:
    return hour_and_day(Window("hour", hour, removed, 1000), Window("day", day, removed, 1000))


def test_a_deleted_group_costs_itself_and_its_members():
    assert {Guard.DELETES: 1, Guard.MEMBER_REMOVALS: 7} == costs(judged(Operation.DELETE), 7)


def test_who_leaves_the_scope_costs_what_a_delete_costs():
    assert costs(judged(Operation.DELETE), 0) == costs(judged(Operation.LEAVE), 0)


def test_only_the_guards_that_the_cost_concerns_are_asked():
    seen = weigh({Guard.CLEARS: 1}, windows({}, {}), None, GUARDS)

    assert [("hour", Guard.CLEARS), ("day", Guard.CLEARS)] == [(s.window, s.verdict.guard) for s in seen]


def test_what_passed_within_the_hour_counts():
    at_limit = weigh({Guard.DELETES: 1}, windows({"deletes": 49}, {"deletes": 49}), None, GUARDS)
    above = weigh({Guard.DELETES: 1}, windows({"deletes": 50}, {"deletes": 50}), None, GUARDS)

    assert [False, False] == [s.verdict.holds for s in at_limit]
    assert [True, False] == [s.verdict.holds for s in above]


def test_a_trickle_is_seen_over_a_day():
    seen = weigh({Guard.DELETES: 1}, windows({"deletes": 1}, {"deletes": 100}), None, GUARDS)

    assert [False, True] == [s.verdict.holds for s in seen]


def test_a_group_is_judged_as_it_was_when_the_window_began():
    group = Shrink("staff", removed=1, members=14)
    seen = weigh({Guard.MEMBER_REMOVALS: 1}, windows({}, {}, removed=6), group, GUARDS)
    by_hour = next(s.verdict for s in seen if s.verdict.guard is Guard.GROUP_MEMBERS)

    assert (7, 6, True) == (by_hour.observed, by_hour.limit, by_hour.holds)
