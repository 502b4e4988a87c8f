"""How a target is read: what is concluded from a short, empty or shrunken read, and what becomes of one that fails."""

import threading
from typing import Any

import structlog

from bridge.journal import runs
from bridge.journal.findings import PlanState, Sort
from bridge.journal.runs import RunState
from bridge.reconcile import reading
from bridge.settings.kinds import OnMissing
from connectors.sdk import TargetDown
from tests.unit.reconcile.world import found


async def test_an_incomplete_read_concludes_nothing_from_absence(world):
    world.configure(on_missing=OnMissing.RECREATE)
    ann = await world.user("ann")
    del world.connector.entries[ann]
    world.connector.complete = False

    report = await world.reconciler.run()

    assert RunState.NOT_CREDIBLE is report.state
    assert (
        "the read of users ended early after 0 entries; the read of groups ended early after 0 entries" == report.reason
    )
    assert () == report.plan.findings
    assert [] == world.released()
    assert 1 == report.exit_code


async def test_an_empty_read_concludes_nothing_from_absence(world):
    world.configure(on_missing=OnMissing.RECREATE)
    for n in range(3):
        await world.user(f"u{n}")
    world.connector.entries.clear()

    report = await world.reconciler.run()

    assert RunState.NOT_CREDIBLE is report.state
    assert "the read of users was empty, and 3 of its entries are ours" == report.reason
    assert [] == world.released()
    assert "not_credible" == world.journal.read(lambda db: runs.latest(db, "corp")).state


async def test_a_shrunken_read_concludes_nothing_and_is_not_the_next_measure(world):
    world.configure(on_missing=OnMissing.RECREATE)
    users = [await world.user(f"u{n:02}") for n in range(20)]
    await world.reconciler.run()
    for user in users[:3]:
        del world.connector.entries[user]

    first, second = await world.reconciler.run(), await world.reconciler.run()

    assert [RunState.NOT_CREDIBLE] * 2 == [first.state, second.state]
    assert "found 17 entries where at least 18 were expected (3 of ours were not among them)" in second.reason
    assert [] == world.released()


async def test_a_difference_in_a_doubtful_read_is_only_reported(world):
    users = [await world.user(f"u{n}") for n in range(4)]
    world.edit(users[0], mail="hand@example.com")
    for user in users[1:]:
        del world.connector.entries[user]

    report = await world.reconciler.run()

    assert ["u0"] == found(Sort.DIFFERENT, report.plan.findings)
    assert PlanState.REPORTED is report.plan.state
    assert [] == world.released()


async def test_an_absence_is_confirmed_by_a_direct_look(world):
    """A page that skips an entry (offset paging while others write) removes nobody."""
    users = [await world.user(f"u{n:02}") for n in range(20)]
    hidden = world.connector.entries.pop(users[0])

    async def appear() -> None:
        world.connector.entries[users[0]] = hidden

    world.connector.between = appear
    report = await world.reconciler.run()

    assert RunState.FINISHED is report.state
    assert () == report.plan.findings
    assert 1 == sum(verb == "get" for verb, _ in world.connector.calls)


async def test_a_target_that_is_down_fails_the_run_and_nothing_else(world):
    ann = await world.user("ann")
    world.edit(ann, title="Boss")
    world.connector.fail = [None, TargetDown("the directory does not answer")]

    report = await world.reconciler.run()

    assert (RunState.FAILED, "the directory does not answer") == (report.state, report.reason)
    again = await world.reconciler.run()
    assert "the target may not be called now: the directory does not answer" == again.reason
    assert "failed" == world.journal.read(lambda db: runs.latest(db, "corp")).state
    assert [] == world.released()


async def test_a_direct_look_that_fails_fails_the_run(world):
    users = [await world.user(f"u{n:02}") for n in range(20)]
    del world.connector.entries[users[0]]
    world.connector.fail = [None, None, None, TargetDown("the directory does not answer")]

    report = await world.reconciler.run()

    assert RunState.FAILED is report.state


async def test_a_doubtful_read_is_told_as_a_warning(world):
    await world.user("ann")
    world.connector.entries.clear()

    with structlog.testing.capture_logs() as logs:
        await world.reconciler.run()

    assert ("reconcile.not_credible", "warning") == (logs[-1]["event"], logs[-1]["log_level"])
    assert "the read of users was empty, and 1 of its entries are ours" == logs[-1]["reason"]


async def test_a_bug_in_a_connector_ends_the_run_and_not_the_daemon(world, monkeypatch):
    await world.user("ann")
    (entry,) = world.connector.entries.values()
    entry.attributes["uid"] = ("somebody",)

    def explode(*_: object) -> frozenset[Any]:
        raise ValueError("not a value")

    monkeypatch.setattr(world.connector, "normalise", explode)
    with structlog.testing.capture_logs() as logs:
        report = await world.reconciler.run()

    assert RunState.FAILED is report.state
    assert "ValueError in the bridge or the connector; the log has the details" == report.reason
    assert "reconcile.crashed" in [entry["event"] for entry in logs]


async def test_the_next_page_is_read_while_one_is_judged(world, monkeypatch):
    """Reading is waiting for the target, judging is work: one after the other they cost the sum."""
    await world.user("ann")
    asked, waited = threading.Event(), []
    take = reading._take

    async def between() -> None:
        asked.set()

    def taking(*args: Any, **keys: Any) -> None:
        waited.append(asked.wait(10))
        take(*args, **keys)

    world.connector.between = between
    monkeypatch.setattr(reading, "_take", taking)
    report = await world.reconciler.run()

    assert RunState.FINISHED is report.state
    assert waited
    assert all(waited)
