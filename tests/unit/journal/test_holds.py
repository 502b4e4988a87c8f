from bridge.journal import holds, live
from bridge.journal.holds import HOUR, HoldState, Judged, Operation
from bridge.journal.live import Named
from bridge.journal.tx import Tx

DELETE = Judged("corp", "r1", Operation.DELETE, 3)


def link(tx: Tx, resource: str = "r1") -> None:
    tx.db.execute(
        "INSERT INTO link (target, resource, kind, state, wish, done, due, entry_id) "
        "VALUES ('corp', ?, 'users', 'in_sync', 1, 1, 0, ?)",
        (resource, resource),
    )


def plan_state(journal, plan: str) -> tuple[str, int]:
    query = "SELECT state, revision FROM plan WHERE id = ?"
    return journal.read(lambda db: tuple(db.execute(query, (plan,)).fetchone()))


async def test_holds_of_a_target_join_one_plan_each_with_a_revision(journal):
    first = await journal.submit(lambda tx: holds.join(tx, DELETE, "too many"))
    second = await journal.submit(lambda tx: holds.join(tx, Judged("corp", "r2", Operation.CLEAR, 1), "too many"))
    other = await journal.submit(lambda tx: holds.join(tx, Judged("app", "r1", Operation.DELETE, 3), "too many"))

    assert ("corp@1", "corp@1", "app@2") == (first, second, other)
    assert ("held", 2) == plan_state(journal, first)
    assert [1] == [hold.revision for hold in journal.read(lambda db: holds.of(db, "corp", "r1"))]


async def test_a_hold_that_nobody_needs_any_more_takes_its_plan_with_it(journal):
    plan = await journal.submit(lambda tx: holds.join(tx, DELETE, "too many"))
    await journal.submit(lambda tx: holds.settle(tx, "corp", "r1", {}))

    assert [] == journal.read(lambda db: holds.of(db, "corp", "r1"))
    assert "superseded" == plan_state(journal, plan)[0]


async def test_what_was_asked_and_not_allowed_stays_held(journal):
    await journal.submit(lambda tx: holds.join(tx, DELETE, "too many"))
    await journal.submit(lambda tx: holds.settle(tx, "corp", "r1", {Operation.DELETE: False}))

    assert 1 == journal.read(lambda db: holds.count(db, "corp"))


async def test_an_approval_that_was_used_is_gone(journal):
    plan = await journal.submit(lambda tx: holds.join(tx, DELETE, "too many"))
    await journal.submit(link)
    await journal.submit(lambda tx: live.decide(tx, Named(plan, 1), None, live.PlanState.APPROVED))
    approved = journal.read(lambda db: holds.one(db, DELETE))
    await journal.submit(lambda tx: holds.settle(tx, "corp", "r1", {Operation.DELETE: True}))

    assert approved.state is HoldState.APPROVED
    assert approved.fits(DELETE)
    assert not approved.fits(Judged("corp", "r1", Operation.DELETE, 4))
    assert journal.read(lambda db: holds.one(db, DELETE)) is None
    assert "approved" == plan_state(journal, plan)[0]


async def test_budgets_are_counted_within_their_window(journal, clock):
    await journal.submit(lambda tx: holds.spend(tx, DELETE, "deletes", 2, 100))
    clock.advance(1800)
    await journal.submit(lambda tx: holds.spend(tx, Judged("corp", "r2", Operation.DELETE, 1), "deletes", 3, 90))
    now = clock.now()
    clock.advance(3000)
    later = clock.now()

    assert {"deletes": 5} == journal.read(lambda db: holds.spent(db, "corp", now - HOUR))
    assert {"deletes": 3} == journal.read(lambda db: holds.spent(db, "corp", later - HOUR))
    assert {} == journal.read(lambda db: holds.spent(db, "app", now - HOUR))
    assert 100 == journal.read(lambda db: holds.linked(db, "corp", now - HOUR))
    assert 90 == journal.read(lambda db: holds.linked(db, "corp", later - HOUR))


async def test_before_anything_passed_the_links_of_now_count(journal):
    await journal.submit(link)
    await journal.submit(lambda tx: link(tx, "r2"))

    assert 2 == journal.read(lambda db: holds.linked(db, "corp", 0))


async def test_what_passed_is_known_again_by_resource_operation_and_version(journal):
    await journal.submit(lambda tx: holds.spend(tx, DELETE, "deletes", 1, 100))

    assert journal.read(lambda db: holds.is_spent(db, DELETE))
    assert not journal.read(lambda db: holds.is_spent(db, Judged("corp", "r1", Operation.DELETE, 4)))
    assert not journal.read(lambda db: holds.is_spent(db, Judged("corp", "r1", Operation.LEAVE, 3)))


async def test_what_passed_more_than_a_day_ago_is_forgotten(journal, clock):
    await journal.submit(lambda tx: holds.spend(tx, DELETE, "deletes", 1, 100))
    clock.advance(25 * 3600)
    await journal.submit(lambda tx: holds.spend(tx, Judged("corp", "r2", Operation.DELETE, 1), "deletes", 1, 100))

    assert 1 == journal.read(lambda db: db.execute("SELECT count(*) FROM spent").fetchone()[0])
