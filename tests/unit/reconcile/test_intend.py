from dataclasses import replace

from bridge.journal.findings import Finding, PlanState, Repair, Sort
from bridge.plans.guards import Guard, Shrink
from bridge.reconcile.intend import Policy, count, intend, outcome
from bridge.settings.kinds import OnMissing
from bridge.settings.models import GuardSettings

REVERT = Policy("revert", GuardSettings(), {"users": OnMissing.HOLD, "groups": OnMissing.RECREATE})
REPORT = replace(REVERT, drift="report")


def different(n: int = 1, **more: object) -> Finding:
    finding = Finding(Sort.DIFFERENT, "users", f"r{n}", f"users/u{n}", 3, changes=(("mail", "replace"),))
    return replace(finding, **more)


def missing(kind: str = "users") -> Finding:
    return Finding(Sort.MISSING, kind, "r9", f"{kind}/u9", 3)


def planned(findings: list[Finding], policy: Policy, linked: int = 100) -> tuple[PlanState, str]:
    return outcome([intend(finding, policy) for finding in findings], policy, linked)


def test_a_difference_is_to_be_reverted():
    assert Repair.REVERT is intend(different(), REVERT).repair


def test_what_is_missing_is_made_again_only_where_the_config_says_so():
    assert Repair.HOLD is intend(missing("users"), REVERT).repair
    assert Repair.RECREATE is intend(missing("groups"), REVERT).repair


def test_nothing_is_ever_intended_about_what_is_not_ours():
    for sort in (Sort.FOREIGN, Sort.DISPUTED):
        assert Repair.NONE is intend(Finding(sort, "users", locator="users/x"), REVERT).repair


def test_a_rejected_finding_stays_declined_until_it_is_another_one():
    policy = replace(REVERT, declined={different().subject})

    assert Repair.DECLINED is intend(different(), policy).repair
    assert Repair.REVERT is intend(different(wish=4), policy).repair
    assert Repair.REVERT is intend(different(changes=(("title", "clear"),)), policy).repair


def test_a_protected_entry_is_left_alone():
    policy = replace(REVERT, guards=GuardSettings(protected=("users/u1",)))

    assert Repair.PROTECTED is intend(different(), policy).repair


def test_a_report_repairs_nothing():
    state, reason = planned([different()], REPORT)

    assert PlanState.REPORTED is state
    assert 'drift = "report": nothing is repaired unless the plan is approved' == reason


def test_a_revert_within_the_limits_approves_itself():
    state, reason = planned([different()], REVERT)

    assert PlanState.APPROVED is state
    assert 'drift = "revert", within the limits: 1 entries would be written back; 50 are allowed (reverts)' == reason


def test_many_differences_are_held_for_a_person():
    state, reason = planned([different(n) for n in range(51)], REVERT)

    assert PlanState.HELD is state
    assert "above the limits: 51 entries would be written back; 50 are allowed (reverts)" == reason


def test_only_missing_entries_that_are_held_wait_for_a_person():
    state, reason = planned([missing()], REVERT)

    assert PlanState.HELD is state
    assert 'missing and on_missing = "hold"' in reason


def test_a_held_missing_entry_does_not_stop_the_others():
    assert PlanState.APPROVED is planned([missing(), different()], REVERT)[0]


def test_nothing_to_repair_is_said():
    assert (PlanState.REPORTED, "nothing to repair") == planned([Finding(Sort.FOREIGN, "users", locator="x")], REVERT)


def test_a_group_that_would_lose_many_members_is_held():
    group = Finding(Sort.DIFFERENT, "groups", "g", "groups/all", 1, members_added=10, members=30)

    state, reason = planned([group], REVERT)

    assert PlanState.HELD is state
    assert "group groups/all would lose 10 of 30 members; 9 are allowed" in reason


def test_what_a_repair_would_do_is_counted_for_every_guard():
    findings = [
        different(1, changes=(("title", "clear"), ("phone", "clear"))),
        different(2, moved=True),
        different(3, members_added=2, members=4),
    ]

    counts = count(findings)

    assert {Guard.REVERTS: 3, Guard.CLEARS: 1, Guard.RENAMES: 1, Guard.MEMBER_REMOVALS: 2} == {
        guard: number for guard, number in counts.of.items() if number
    }
    assert [Shrink("users/u3", 2, 4)] == counts.shrinks
