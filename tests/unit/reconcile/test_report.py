from dataclasses import replace

import orjson

from bridge.journal.findings import Finding, Plan, PlanState, Repair, Sort
from bridge.journal.runs import Read, RunState
from bridge.reconcile.report import Report, from_document, render, render_plan, to_document
from connectors.sdk import Changed

ADMIN = Changed("cn=admin", "2026-11-25T19:20:07Z")
BOTH = (("mail", "replace"), ("title", "clear"))
GROUP = Finding(Sort.DIFFERENT, "groups", "g1", "cn=all", 1, members_added=2, members_removed=1, members=9, moved=True)
FINDINGS = (
    Finding(Sort.MISSING, "users", "r1", "uid=ann", 2, repair=Repair.HOLD),
    Finding(Sort.DIFFERENT, "users", "r2", "uid=bob", 3, BOTH, repair=Repair.REVERT, changed=ADMIN),
    replace(GROUP, repair=Repair.REVERT),
    Finding(Sort.FOREIGN, "users", locator="uid=admin"),
    Finding(Sort.FOREIGN, "users", count=41),
)
PLAN = Plan("corp-7", "corp", 7, PlanState.HELD, 1_700_000_000_000, "above the limits: …", findings=FINDINGS)
REPORT = Report(7, RunState.FINISHED, None, PLAN, {"users": Read(120, 78)})


def test_a_report_survives_the_way_over_the_control_socket():
    assert REPORT == from_document(orjson.loads(orjson.dumps(to_document(REPORT))))


def test_a_plan_reads_as_names_and_operations():
    expected = [
        "users: 120 entries read, 78 linked",
        "plan corp-7 of corp, 2023-11-14 22:13:20 UTC: held",
        "  above the limits: …",
        "1 missing (ours, and not at the target)",
        "  uid=ann (make again if approved)",
        "2 different (changed at the target by others)",
        "  uid=bob: replace mail, clear title by cn=admin at 2026-11-25T19:20:07Z (write back)",
        "  cn=all: renamed or moved, remove 2 members added by others, add 1 members removed by others (write back)",
        "42 foreign (not ours, never written)",
        "  uid=admin",
        "  … and 41 more",
        "to let it go on: scim-bridge approve corp-7; to drop it: scim-bridge reject corp-7",
    ]

    assert expected == render(REPORT)


def test_a_decided_plan_offers_nothing():
    approved = Plan("corp-7", "corp", 7, PlanState.APPROVED, 0, "within the limits", findings=FINDINGS)

    assert not any("approve" in line for line in render_plan(approved) if "scim-bridge" in line)


def test_a_run_without_a_plan_is_no_dry_run():
    dry = Plan(None, "corp", None, PlanState.REPORTED, 0, "nothing to repair")

    assert "dry run of corp, 1970-01-01 00:00:00 UTC: nothing was recorded" == render_plan(dry)[0]
    assert "run 7 of corp, 1970-01-01 00:00:00 UTC: no plan" == render_plan(replace(dry, run=7))[0]


def test_a_read_that_is_not_credible_is_said_first():
    plan = Plan(None, "corp", 7, PlanState.REPORTED, 0, "the read is not credible: it was empty")
    lines = render(Report(7, RunState.NOT_CREDIBLE, "it was empty", plan))

    assert "the read is not credible: it was empty; nothing was concluded from what was absent" == lines[0]


def test_the_exit_code_tells_nothing_changes_and_trouble_apart():
    calm = Plan(None, "corp", None, PlanState.REPORTED, 0, "nothing to repair", findings=FINDINGS[3:])

    assert 0 == Report(None, RunState.FINISHED, None, calm).exit_code
    assert 2 == REPORT.exit_code
    assert 1 == Report(7, RunState.NOT_CREDIBLE, "short", PLAN).exit_code
    assert 1 == Report(7, RunState.FAILED, "down", calm).exit_code
