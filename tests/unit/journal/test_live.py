from bridge.journal import holds, plans
from bridge.journal.findings import PlanState, Sort
from bridge.journal.holds import Judged, Operation
from bridge.journal.live import Named
from bridge.journal.tx import Tx


def held(tx: Tx, resource: str, operation: Operation = Operation.DELETE, count: int = 1) -> str:
    tx.db.execute(
        "INSERT INTO link (target, resource, kind, state, wish, done, due, locator) "
        "VALUES ('corp', ?, 'users', 'in_sync', 1, 1, 0, ?) ON CONFLICT DO NOTHING",
        (resource, f"users/{resource}"),
    )
    return holds.join(tx, Judged("corp", resource, operation, 1, count=count), "too many")


def test_a_plan_is_named_with_the_revision_that_was_read():
    assert Named("corp@3", 17) == Named.parse("corp@3.17")
    assert "corp@3.17" == str(Named("corp@3", 17))
    assert Named.parse("corp-7") is None
    assert Named.parse("my.corp-7") is None


async def test_a_plan_says_what_waits_and_where(journal):
    await journal.submit(lambda tx: held(tx, "r1"))
    await journal.submit(lambda tx: held(tx, "r2", Operation.MEMBERS, 12))
    plan = journal.read(lambda db: plans.get(db, "corp@1.1"))

    assert ("corp@1.2", PlanState.HELD, 2) == (plan.id, plan.state, plan.changes)
    assert [
        (Sort.HELD, "delete", "users/r1", 0, "too many"),
        (Sort.HELD, "members", "users/r2", 12, "too many"),
    ] == [(f.sort, f.operation, f.locator, f.members_added, f.why) for f in plan.findings]


async def test_an_approval_wakes_what_was_read_and_leaves_the_later_in_the_plan(journal):
    await journal.submit(lambda tx: held(tx, "r1"))
    await journal.submit(lambda tx: held(tx, "r2"))
    approval = await journal.submit(lambda tx: plans.approve(tx, "corp@1.1"))

    assert (1, 1) == (approval.released, approval.changed_since)
    dirty = journal.read(lambda db: db.execute("SELECT resource FROM link WHERE state = 'dirty'").fetchall())
    assert [("r1",)] == dirty
    assert [PlanState.HELD] == [plan.state for plan in journal.read(plans.listing)]


async def test_a_run_closes_no_plan_of_held_changes(journal):
    await journal.submit(lambda tx: held(tx, "r1"))
    await journal.submit(lambda tx: plans.supersede(tx, "corp"))

    assert [PlanState.HELD] == [plan.state for plan in journal.read(plans.listing)]
