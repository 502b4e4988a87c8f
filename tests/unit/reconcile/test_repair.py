"""Runs and deliveries together: what a run releases, the deliverer repairs, and the next run finds nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.journal import plans
from bridge.journal.findings import Plan, PlanState, Sort
from bridge.reconcile.reconciler import Reconciler
from bridge.settings import TargetSettings
from connectors.sdk import Entry
from tests.unit.delivery.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path, groups={"ownership": "all"}).start()
    yield world
    await world.journal.close()


async def reconcile(world: World) -> Plan:
    settings: TargetSettings = world.target.settings
    world.target.settings = settings.model_copy(update={"drift": "revert"})
    return (await Reconciler(world.journal, world.target, world.health, world.clock).run()).plan


async def repaired(world: World) -> Plan:
    """Reconcile, deliver what that releases, and see that nothing is left to be found; the first plan."""
    plan = await reconcile(world)
    await world.deliver()
    again = await reconcile(world)
    assert (PlanState.REPORTED, 0) == (again.state, again.changes)
    return plan


async def twenty(world: World) -> None:
    for n in range(20):
        await world.user(f"u{n:02}", title="Engineer")
    await world.deliver()


async def test_what_was_just_delivered_is_as_it_should_be(world):
    await twenty(world)
    await world.group("staff", "u00", "u01")
    await world.deliver()

    assert () == (await reconcile(world)).findings


async def test_an_edit_by_hand_is_reverted(world):
    await twenty(world)
    world.entries()["users/u00"].attributes["title"] = ("Boss",)
    world.entries()["users/u01"].attributes["mail"] = ("hand@example.com",)
    world.connector.calls.clear()

    await repaired(world)

    assert "Engineer" == world.attributes("users/u00")["title"]
    assert "mail" not in world.attributes("users/u01")
    assert ["update", "update"] == world.writes()


async def test_members_changed_by_hand_are_put_right(world):
    await twenty(world)
    await world.group("staff", "u00", "u01")
    await world.deliver()
    world.entries()["groups/staff"].members = {"users/u01", "users/u07", "users/stranger"}

    plan = await repaired(world)

    assert {"users/u00", "users/u01"} == world.members("staff")
    assert (2, 1) == (plan.findings[0].members_added, plan.findings[0].members_removed)


async def test_an_entry_moved_by_hand_is_brought_back(world):
    await twenty(world)
    stored = world.entries()["users/u00"]
    moved = Entry("users", {**stored.attributes, "uid": ("elsewhere",)})
    del world.connector.entries[stored.ref.id]
    ref = await world.connector.create(moved)
    world.connector.entries[stored.ref.id] = world.connector.entries.pop(ref.id)
    world.connector.entries[stored.ref.id].ref = type(ref)("users", stored.ref.id, ref.locator)

    plan = await repaired(world)

    assert plan.findings[0].moved
    assert "users/u00" in world.entries()


async def test_a_missing_entry_is_made_again_where_the_config_says_so(tmp_path):
    world = World(tmp_path).start(on_missing="recreate")
    await twenty(world)
    del world.connector.entries[world.entries()["users/u00"].ref.id]

    plan = await repaired(world)

    assert [Sort.MISSING] == [finding.sort for finding in plan.findings]
    assert "users/u00" in world.entries()
    await world.journal.close()


async def test_a_missing_entry_that_is_held_is_made_again_when_a_person_approves(world):
    await twenty(world)
    await world.group("staff", "u00", "u01")
    for n in range(9):
        await world.group(f"other{n}")
    await world.deliver()
    for place in ("users/u00", "groups/staff"):
        del world.connector.entries[world.entries()[place].ref.id]

    plan = await reconcile(world)
    await world.deliver()
    held = world.entries().keys()
    await world.journal.submit(lambda tx: plans.approve(tx, plan.id))
    await world.deliver()

    assert PlanState.HELD is plan.state
    assert not {"users/u00", "groups/staff"} & held
    assert {"users/u00", "users/u01"} == world.members("staff")
    assert () == (await reconcile(world)).findings


async def test_an_entry_where_ours_should_be_is_disputed_and_stays_as_it_is(world):
    await world.connector.create(Entry("users", {"uid": ("u05",), "title": ("by hand",)}))
    await twenty(world)

    plan = await repaired(world)

    assert [(Sort.DISPUTED, world.names["u05"])] == [(f.sort, f.resource) for f in plan.findings]
    assert {"uid": "u05", "title": "by hand"} == world.attributes("users/u05")


async def test_somebody_who_was_deleted_by_our_own_work_is_not_missing(world):
    await twenty(world)
    await reconcile(world)
    for n in range(10):
        await world.delete(f"u{n:02}")
    await world.deliver()

    assert () == (await repaired(world)).findings


async def test_what_delivery_holds_as_gone_comes_back_when_a_person_approves(world):
    await twenty(world)
    del world.connector.entries[world.entries()["users/u00"].ref.id]
    await world.change("u00", title="Director")
    await world.deliver()

    plan = await reconcile(world)
    await world.journal.submit(lambda tx: plans.approve(tx, plan.id))
    await world.deliver()

    assert [Sort.GONE] == [finding.sort for finding in plan.findings]
    assert "Director" == world.attributes("users/u00")["title"]


async def test_what_a_person_approved_of_a_run_spends_no_budget(world):
    world.guards = {"renames": 1, "clears": 1}
    await world.restart()
    await twenty(world)
    for n in range(3):
        stored = world.entries()[f"users/u{n:02}"]
        stored.attributes["mail"] = ("hand@example.com",)
        stored.ref = replace(stored.ref, locator=f"users/elsewhere{n}")
        stored.attributes["uid"] = (f"elsewhere{n}",)
    plan = await reconcile(world)
    await world.approve(plan.id)
    await world.deliver()

    assert PlanState.HELD is plan.state
    assert {f"users/u{n:02}" for n in range(20)} == world.entries().keys()
    assert not any("mail" in stored.attributes for stored in world.entries().values())
    assert [] == world.held()


async def test_what_policy_reverts_passes_the_guards_of_live_traffic(world):
    world.guards = {"clears": 3}
    await world.restart()
    await twenty(world)
    for n in range(2):
        await world.change(f"u{n:02}", title=None)
    await world.deliver()
    for n in range(2, 5):
        world.entries()[f"users/u{n:02}"].attributes["mail"] = ("hand@example.com",)
    await reconcile(world)
    await world.deliver()

    assert 2 == len(world.held())
    assert 2 == sum("mail" in stored.attributes for stored in world.entries().values())
