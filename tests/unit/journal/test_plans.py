from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.clock import SetClock
from bridge.journal import plans, runs
from bridge.journal.findings import Finding, Plan, PlanState, Repair, Sort
from bridge.journal.journal import Journal, open_journal
from bridge.journal.plans import Approval, PlanDecided, PlanUnknown
from bridge.journal.tx import Tx

FINDINGS = (
    Finding(Sort.DIFFERENT, "users", "r1", "users/a", 1, (("mail", "replace"),), repair=Repair.REVERT),
    Finding(Sort.MISSING, "users", "r2", "users/b", 1, repair=Repair.HOLD),
    Finding(Sort.FOREIGN, "users", locator="users/admin"),
)


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = open_journal(tmp_path / "journal.db", bytes(32), SetClock())
    await journal.submit(_three_links)
    yield journal
    await journal.close()


def _three_links(tx: Tx) -> None:
    for n in (1, 2, 3):
        tx.db.execute(
            "INSERT INTO link (target, resource, kind, state, wish, done, due, entry_id) "
            "VALUES ('corp', ?, 'users', 'in_sync', 1, 1, 0, ?)",
            (f"r{n}", str(n)),
        )


def plan(state: PlanState = PlanState.HELD, run: int = 7) -> Plan:
    return Plan(None, "corp", run, state, 0, "because", findings=FINDINGS)


async def written(journal: Journal, plan: Plan) -> str:
    made = await journal.submit(lambda tx: plans.write(tx, plan))
    assert made.id is not None
    return made.id


def dirty_links(journal: Journal) -> list[tuple[str, int, int, int]]:
    query = "SELECT resource, wish, lane, verify FROM link WHERE state = 'dirty' ORDER BY resource"
    return journal.read(lambda db: [tuple(row) for row in db.execute(query)])


async def test_a_plan_is_read_back_whole(journal):
    plan_id = await written(journal, plan())

    found = journal.read(lambda db: plans.get(db, plan_id))
    assert "corp-7" == plan_id
    assert replace(plan(), id="corp-7", made=found.made) == found


async def test_a_held_plan_releases_nothing(journal):
    await written(journal, plan())

    assert [] == dirty_links(journal)


async def test_a_plan_approved_by_policy_makes_its_links_dirty_in_the_bulk_lane(journal):
    await written(journal, plan(PlanState.APPROVED))

    assert [("r1", 2, 2, 1)] == dirty_links(journal)


async def test_a_person_releases_exactly_the_findings_of_the_plan(journal):
    plan_id = await written(journal, plan())

    approval = await journal.submit(lambda tx: plans.approve(tx, plan_id))

    assert Approval("corp-7", released=2, changed_since=0) == approval
    assert [("r1", 2, 2, 1), ("r2", 2, 2, 1)] == dirty_links(journal)
    assert PlanState.APPROVED is journal.read(lambda db: plans.get(db, plan_id)).state


async def test_a_held_missing_entry_is_forgotten_so_that_another_is_made(journal):
    row = "VALUES ('corp', 'r2', 'r1', 'users/a', 0)"
    member = f"INSERT INTO target_membership (target, group_id, member, applied, dirty) {row}"
    await journal.submit(lambda tx: tx.db.execute(member) and None)
    plan_id = await written(journal, plan())
    await journal.submit(lambda tx: plans.approve(tx, plan_id))

    query = "SELECT entry_id FROM link WHERE resource IN ('r1', 'r2') ORDER BY resource"
    assert [("1",), (None,)] == journal.read(lambda db: db.execute(query).fetchall())
    query = "SELECT applied, dirty FROM target_membership"
    assert [(None, 1)] == journal.read(lambda db: db.execute(query).fetchall())


async def test_a_group_that_names_a_forgotten_entry_has_work(journal):
    """That entry may never be made again: its user may leave first, and nothing else would tell the group."""
    row = "VALUES ('corp', 'r3', 'r2', 'users/b', 0)"
    member = f"INSERT INTO target_membership (target, group_id, member, applied, dirty) {row}"
    await journal.submit(lambda tx: tx.db.execute(member) and None)
    plan_id = await written(journal, plan())
    await journal.submit(lambda tx: plans.approve(tx, plan_id))

    assert "r3" in [resource for resource, *_ in dirty_links(journal)]
    assert [(1,)] == journal.read(lambda db: db.execute("SELECT dirty FROM target_membership").fetchall())


async def test_what_changed_since_the_read_is_not_released(journal):
    plan_id = await written(journal, plan())
    await journal.submit(lambda tx: tx.db.execute("UPDATE link SET wish = 2, done = 2 WHERE resource = 'r1'") and None)

    approval = await journal.submit(lambda tx: plans.approve(tx, plan_id))

    assert Approval("corp-7", released=1, changed_since=1) == approval


async def test_a_plan_is_decided_once(journal):
    plan_id = await written(journal, plan())
    await journal.submit(lambda tx: plans.reject(tx, plan_id))

    with pytest.raises(PlanDecided, match="plan corp-7 is rejected already"):
        await journal.submit(lambda tx: plans.approve(tx, plan_id))


async def test_an_unknown_plan_is_said_to_be_unknown(journal):
    with pytest.raises(PlanUnknown, match="there is no plan 'corp-9'"):
        await journal.submit(lambda tx: plans.approve(tx, "corp-9"))


async def test_a_rejected_finding_is_declined_until_the_wish_changes(journal):
    plan_id = await written(journal, plan())
    await journal.submit(lambda tx: plans.reject(tx, plan_id))

    subjects = await journal.scan(lambda db: {f.resource for f in plans.declined(db, "corp")})
    assert {"r1", "r2"} == subjects

    await journal.submit(lambda tx: tx.db.execute("UPDATE link SET wish = 2 WHERE resource = 'r1'") and None)

    subjects = await journal.scan(lambda db: {f.resource for f in plans.declined(db, "corp")})
    assert {"r2"} == subjects


async def test_a_newer_run_closes_what_was_open_and_nothing_else(journal):
    await written(journal, plan(PlanState.APPROVED, run=1))
    await written(journal, plan(PlanState.HELD, run=2))
    await journal.submit(lambda tx: plans.supersede(tx, "corp"))
    await written(journal, plan(PlanState.REPORTED, run=3))

    states = {p.id: p.state for p in journal.read(plans.listing)}
    expected = {"corp-1": PlanState.APPROVED, "corp-2": PlanState.SUPERSEDED, "corp-3": PlanState.REPORTED}
    assert expected == states


async def test_plans_are_listed_newest_first_by_target(journal):
    await written(journal, plan(run=1))
    await written(journal, plan(run=2))

    assert ["corp-2", "corp-1"] == [p.id for p in journal.read(lambda db: plans.listing(db, "corp"))]
    assert [] == journal.read(lambda db: plans.listing(db, "other"))


async def test_a_run_and_its_plan_may_share_a_transaction(journal):
    def both(tx: Tx) -> str | None:
        run = runs.begin(tx, "corp")
        return plans.write(tx, plan(run=run)).id

    assert "corp-1" == await journal.submit(both)
