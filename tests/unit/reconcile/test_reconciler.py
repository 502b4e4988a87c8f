"""Runs against the memory connector and a real journal; what a run releases is read from the links."""

import pytest
import structlog

from bridge.journal import JournalClosed, plans, runs
from bridge.journal.findings import PlanState, Repair, Sort
from bridge.journal.runs import Read, RunState
from bridge.plans.guards import Guard
from bridge.settings.kinds import OnMissing
from connectors.sdk import Entry
from tests.unit.reconcile.world import LINK, found


async def test_nothing_is_found_where_nothing_changed(world):
    await world.user("ann")
    await world.group("all", "ann")

    report = await world.reconciler.run()

    assert RunState.FINISHED is report.state
    assert () == report.plan.findings
    assert 0 == report.exit_code
    assert {"users": Read(1, 1), "groups": Read(1, 1)} == report.read
    assert [] == world.journal.read(plans.listing)


async def test_an_edit_by_hand_is_found_and_released_to_delivery(world):
    ann = await world.user("ann")
    await world.user("bob")
    world.edit(ann, mail="hand@example.com", title="Boss")

    report = await world.reconciler.run()

    (finding,) = report.plan.findings
    assert (("mail", "replace"), ("title", "clear")) == finding.changes
    assert PlanState.APPROVED is report.plan.state
    assert ["ann"] == world.released()
    assert [] == world.written()
    assert 2 == report.exit_code


async def test_with_drift_report_an_edit_is_reported_and_left(world):
    ann = await world.user("ann")
    world.configure(drift="report")
    world.edit(ann, mail="hand@example.com")

    report = await world.reconciler.run()

    assert PlanState.REPORTED is report.plan.state
    assert [] == world.released()
    assert ["corp-1"] == [p.id for p in world.journal.read(plans.listing)]


async def test_a_dry_run_says_the_same_and_records_nothing(world):
    ann = await world.user("ann")
    world.edit(ann, mail="hand@example.com")

    report = await world.reconciler.run(dry=True)

    assert ["ann"] == found(Sort.DIFFERENT, report.plan.findings)
    assert (None, None, 2) == (report.run, report.plan.id, report.exit_code)
    assert [] == world.released()
    assert [] == world.journal.read(plans.listing)
    assert world.journal.read(lambda db: runs.latest(db, "corp")) is None


@pytest.mark.parametrize(
    ("on_missing", "state", "repair", "released"),
    [
        (OnMissing.HOLD, PlanState.HELD, Repair.HOLD, []),
        (OnMissing.RECREATE, PlanState.APPROVED, Repair.RECREATE, ["u00"]),
    ],
)
async def test_a_missing_entry_follows_on_missing(world, on_missing, state, repair, released):
    world.configure(on_missing=on_missing)
    users = [await world.user(f"u{n:02}") for n in range(20)]
    del world.connector.entries[users[0]]

    report = await world.reconciler.run()

    assert [("u00", repair)] == [(f.resource, f.repair) for f in report.plan.findings]
    assert state is report.plan.state
    assert released == world.released()


async def test_what_needs_no_person_does_not_wait_for_one_nor_close_the_plan(world):
    """An edit is put back at once; the entry that is missing can be approved still (simulation, seed 1835)."""
    users = [await world.user(f"u{n:02}") for n in range(20)]
    del world.connector.entries[users[0]]
    world.edit(users[1], mail="hand@example.com")

    report = await world.reconciler.run()
    at_once = world.released()
    approval = await world.journal.submit(lambda tx: plans.approve(tx, report.plan.id))

    assert {"u00": Repair.HOLD, "u01": Repair.AT_ONCE} == {f.resource: f.repair for f in report.plan.findings}
    assert (PlanState.HELD, 1) == (report.plan.state, report.plan.changes)
    assert ["u01"] == at_once
    assert (1, 0) == (approval.released, approval.changed_since)
    assert ["u00", "u01"] == sorted(world.released())


async def test_a_person_says_that_the_target_rightly_holds_fewer(world):
    """The absences are findings then, as any other; the next run is measured by what is there now."""
    users = [await world.user(f"u{n:02}") for n in range(20)]
    await world.reconciler.run()
    for id_ in users[:5]:
        del world.connector.entries[id_]

    alone, told = await world.reconciler.run(), await world.reconciler.run(fewer=True)
    after = await world.reconciler.run()

    assert [RunState.NOT_CREDIBLE, RunState.FINISHED, RunState.FINISHED] == [r.state for r in (alone, told, after)]
    assert [f"u{n:02}" for n in range(5)] == found(Sort.MISSING, told.plan.findings)
    assert (PlanState.HELD, []) == (told.plan.state, world.released())


async def test_a_journal_that_takes_nothing_is_no_crash_of_the_run(world, monkeypatch):
    """`stop` and a full disk come in the middle of a run: who asked for it is told (simulation, seed 4807)."""

    async def closed(*_):
        raise JournalClosed("the daemon is stopping")

    await world.user("ann")
    monkeypatch.setattr(world.reconciler, "_let_go", closed)

    with structlog.testing.capture_logs() as logged, pytest.raises(JournalClosed):
        await world.reconciler.run()
    assert "reconcile.crashed" not in {each["event"] for each in logged}


async def test_a_foreign_entry_is_listed_and_never_written(world):
    await world.user("ann")
    await world.connector.create(Entry("users", {"uid": ("admin",)}))

    report = await world.reconciler.run()

    assert ["users/admin"] == found(Sort.FOREIGN, report.plan.findings)
    assert (PlanState.REPORTED, 0) == (report.plan.state, report.exit_code)
    assert [] == world.released()


async def test_foreign_entries_beyond_the_bound_are_counted(world, monkeypatch):
    monkeypatch.setattr("bridge.reconcile.reading.LISTED", 2)
    for n in range(5):
        await world.connector.create(Entry("users", {"uid": (f"x{n}",)}))

    report = await world.reconciler.run()

    assert 3 == len(report.plan.findings)
    assert 5 == report.plan.counts()["foreign"]


async def test_a_place_that_a_foreign_entry_holds_is_disputed(world):
    await world.connector.create(Entry("users", {"uid": ("ann",)}))
    await world.resource(Entry("users", {"uid": ("Ann",)}), "r1")
    await world.execute(LINK, {"resource": "r1", "kind": "users", "id": None, "locator": None, "applied": None})
    await world.execute("UPDATE link SET state = 'parked', error_class = 'Refused', error_code = 'disputed'")

    report = await world.reconciler.run()

    assert ["r1"] == found(Sort.DISPUTED, report.plan.findings)
    assert [] == found(Sort.FOREIGN, report.plan.findings)
    assert [] == world.released()


async def test_what_is_no_longer_wanted_is_neither_different_nor_missing(world):
    """Its user was deleted and `on_delete = "keep"` left the entry: it is nobody's business any more."""
    users = [await world.user(f"u{n:02}") for n in range(20)]
    world.edit(users[0], mail="hand@example.com")
    del world.connector.entries[users[1]]
    await world.execute("UPDATE resource SET deleted = 1 WHERE id IN ('u00', 'u01')")

    report = await world.reconciler.run()

    assert RunState.FINISHED is report.state
    assert () == report.plan.findings
    assert ["u01"] == world.released()  # delivery looks, and lets go of its name


async def test_what_delivery_holds_as_gone_is_told_again_and_may_be_approved(world):
    users = [await world.user(f"u{n:02}") for n in range(20)]
    del world.connector.entries[users[0]]
    await world.execute("UPDATE link SET state = 'parked', error_class = 'Gone' WHERE resource = 'u00'")

    report = await world.reconciler.run()
    approval = await world.journal.submit(lambda tx: plans.approve(tx, report.plan.id))

    assert [(Sort.GONE, Repair.HOLD)] == [(f.sort, f.repair) for f in report.plan.findings]
    assert 1 == approval.released
    assert ["u00"] == world.released()


async def test_an_entry_that_was_replaced_by_a_foreign_one_is_disputed_not_made_again(world):
    world.configure(on_missing=OnMissing.RECREATE)
    ann = await world.user("ann")
    del world.connector.entries[ann]
    await world.connector.create(Entry("users", {"uid": ("ann",)}))

    report = await world.reconciler.run()

    assert [Sort.DISPUTED] == [finding.sort for finding in report.plan.findings]
    assert [] == world.released()


async def test_what_is_edited_over_scim_while_a_run_reads_is_not_judged(world):
    ann = await world.user("ann")
    world.edit(ann, mail="new@example.com")

    async def change() -> None:
        await world.execute("UPDATE link SET wish = 2, state = 'dirty' WHERE resource = 'ann'")

    world.connector.between = change
    report = await world.reconciler.run()

    assert () == report.plan.findings
    assert [] == world.released()


async def test_a_member_added_by_hand_is_found(world):
    await world.user("ann")
    staff = await world.group("staff", "ann")
    world.connector.entries[staff].members.add("users/mallory")

    report = await world.reconciler.run()

    (finding,) = report.plan.findings
    assert ("staff", 1, 0, 2) == (
        finding.resource,
        finding.members_added,
        finding.members_removed,
        finding.members,
    )
    assert ["staff"] == world.released()


async def test_a_member_removed_by_hand_is_found(world):
    staff = await world.group("staff", "ann", "bob")
    world.connector.entries[staff].members.remove("users/bob")

    report = await world.reconciler.run()

    (finding,) = report.plan.findings
    assert (0, 1) == (finding.members_added, finding.members_removed)


async def test_many_differences_are_held_whole(world):
    for n in range(51):
        world.edit(await world.user(f"u{n}"), mail="all@example.com")

    report = await world.reconciler.run()

    assert PlanState.HELD is report.plan.state
    assert "above the limits: 51 entries would be written back; 50 are allowed (reverts)" == report.plan.reason
    assert [] == world.released()


async def test_approving_a_held_plan_releases_exactly_its_findings(world):
    users = [await world.user(f"u{n:02}") for n in range(60)]
    for user in users[:52]:
        world.edit(user, mail="all@example.com")
    report = await world.reconciler.run()
    world.edit(users[55], mail="later@example.com")
    await world.execute("UPDATE link SET wish = 2, done = 2 WHERE resource = 'u00'")

    approval = await world.journal.submit(lambda tx: plans.approve(tx, report.plan.id))

    assert (51, 1) == (approval.released, approval.changed_since)
    assert [f"u{n:02}" for n in range(1, 52)] == world.released()


async def test_what_was_rejected_is_not_intended_again(world):
    world.configure(clears=0)
    ann = await world.user("ann")
    world.edit(ann, title="Boss")
    first = await world.reconciler.run()
    await world.journal.submit(lambda tx: plans.reject(tx, first.plan.id))

    second = await world.reconciler.run()

    assert PlanState.HELD is first.plan.state
    assert [Repair.DECLINED] == [finding.repair for finding in second.plan.findings]
    assert (PlanState.REPORTED, 0) == (second.plan.state, second.exit_code)


async def test_a_newer_run_closes_the_open_plan(world):
    world.configure(drift="report")
    ann = await world.user("ann")
    world.edit(ann, title="Boss")
    await world.reconciler.run()
    del world.connector.entries[ann].attributes["title"]

    await world.reconciler.run()

    assert {"corp-1": PlanState.SUPERSEDED} == {p.id: p.state for p in world.journal.read(plans.listing)}


async def test_a_run_is_told_in_two_lines_with_its_counts(world):
    ann = await world.user("ann")
    world.edit(ann, title="Boss")

    with structlog.testing.capture_logs() as logs:
        await world.reconciler.run()

    logs = [entry for entry in logs if entry["event"].startswith("reconcile.")]
    assert {"event": "reconcile.started", "log_level": "info", "target": "corp", "run": 1, "dry": False} == logs[0]
    assert {
        "event": "reconcile.finished",
        "log_level": "info",
        "target": "corp",
        "run": 1,
        "plan": "corp-1",
        "state": "approved",
        "entries": {"users": 1, "groups": 0},
        "changes": 1,
        "missing": 0,
        "different": 1,
        "foreign": 0,
        "disputed": 0,
        "gone": 0,
        "seconds": 0.0,
    } == logs[1]


async def test_every_guard_is_told_also_of_a_run_that_passes(world):
    ann = await world.user("ann")
    world.edit(ann, title="Boss")

    with structlog.testing.capture_logs() as logs:
        await world.reconciler.run()

    (line,) = [entry for entry in logs if entry["event"].startswith("guard.")]
    assert ("guard.passed", "reconcile", 1) == (line["event"], line["operation"], line["run"])
    assert set(Guard) == {each["guard"] for each in line["guards"]}
    assert {"guard": "reverts", "observed": 1, "limit": 50} in line["guards"]
