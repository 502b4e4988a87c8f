"""What is taken away is kept, and comes back when a person says so: not by itself, nor against a later word of SCIM."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from bridge.journal import images, links, restoring
from bridge.journal.findings import Plan
from bridge.journal.images import Takes
from bridge.journal.restoring import NothingToRestore
from bridge.journal.retention import Keep, tidy
from bridge.reconcile.reconciler import Reconciler
from connectors.sdk import TargetDown
from connectors.sdk.memory import Stored
from tests.unit.delivery.world import DAY, World, ada_in_eng, settle, standing_of

LATER = ["lock", "1d strip-groups", "2d move:left", "9d delete"]


async def propose(world: World, name: str, at: int) -> Plan:
    return await world.journal.submit(lambda tx: restoring.propose(tx, "corp", name, at))


async def restore(world: World, name: str, at: int) -> None:
    plan = await propose(world, name, at)
    assert plan.id is not None
    await world.approve(plan.id)
    await settle(world)


def kept(world: World) -> list[Takes]:
    rows = world.journal.read(lambda db: db.execute("SELECT operation FROM image ORDER BY id").fetchall())
    return [Takes(operation) for (operation,) in rows]


async def whole_ada(world: World, **policies: Any) -> Stored:
    """Ada in her group, with an attribute that is not ours."""
    await ada_in_eng(world, **policies)
    entry = world.entries()["users/ada"]
    entry.attributes["phone"] = ("1234",)
    world.clock.advance(60)
    return entry


async def test_a_deleted_entry_comes_back_with_all_it_had(world: World) -> None:
    before = await whole_ada(world)
    at = world.clock.now()
    await world.delete("ada")
    await settle(world)
    gone = standing_of(world)
    await restore(world, "ada", at)

    assert (None, [Takes.STRIP, Takes.LOCK, Takes.DELETE]) == (gone, kept(world))
    assert before.attributes == world.entries()["users/ada"].attributes
    assert (True, True) == standing_of(world)


async def test_nothing_happens_until_the_plan_is_approved(world: World) -> None:
    await whole_ada(world)
    at = world.clock.now()
    await world.delete("ada")
    await settle(world)
    plan = await propose(world, "ada", at)
    await settle(world, 2)
    waits = standing_of(world)
    assert plan.id is not None
    await world.reject(plan.id)
    await settle(world)

    assert (None, None) == (waits, standing_of(world))
    assert [(world.names["ada"], "restore")] == [(finding.resource, finding.repair) for finding in plan.findings]


async def test_what_was_restored_is_left_alone(world: World) -> None:
    await whole_ada(world, on_delete=LATER)
    at = world.clock.now()
    await world.delete("ada")
    await settle(world, 12)
    gone = standing_of(world)
    await restore(world, "ada", at)
    await settle(world, 30)
    await world.restart()
    await world.catch_up()
    await settle(world, 1)

    assert gone is None
    assert (True, True) == standing_of(world)


async def test_a_run_finds_nothing_of_what_was_restored(world: World) -> None:
    before = await whole_ada(world)
    at = world.clock.now()
    before.attributes["sn"] = ("By hand",)
    await world.journal.submit(lambda tx: links_dirty(tx, world.names["ada"]))
    await settle(world)
    await restore(world, "ada", at)
    report = await Reconciler(world.journal, world.target, world.health, world.clock).run(dry=True)

    assert ("By hand", ()) == (world.attributes("users/ada")["sn"], report.plan.findings)


async def test_each_time_has_its_own_state(world: World) -> None:
    """As it was before it was locked, while it was locked, and after it was stripped."""
    await whole_ada(world, on_delete=LATER)
    times = [world.clock.now()]
    await world.delete("ada")
    for days in (0.5, 1, 1):
        await settle(world, days)
        world.clock.advance(1)
        times.append(world.clock.now())
    await settle(world, 12)
    images_ = [world.journal.read(lambda db, at=at: images.as_of(db, "corp", world.names["ada"], at)) for at in times]

    assert [Takes.STRIP, Takes.STRIP, Takes.MOVE, Takes.DELETE] == [each.operation for each in images_ if each]
    assert [(1, False), (1, True), (0, True), (0, True)] == [(len(e.groups), e.locked) for e in images_ if e]
    await restore(world, "ada", times[3])
    assert {"left/ada", "groups/eng"} == world.entries().keys()
    assert not world.entries()["left/ada"].active


async def test_a_step_that_was_taken_is_taken_back(world: World) -> None:
    """The entry is there still: locked, out of its group, moved; SCIM has disabled it, and does not change its mind."""
    await whole_ada(world, on_disable=["lock", "1d strip-groups", "2d move:left"])
    at = world.clock.now()
    await world.change("ada", active=False)
    await settle(world, 3)
    down = set(world.entries())
    await restore(world, "ada", at)
    await settle(world, 5)

    assert {"left/ada", "groups/eng"} == down
    assert (True, True) == standing_of(world)


async def test_a_later_word_of_scim_ends_it(world: World) -> None:
    await whole_ada(world, on_disable=["lock", "1d strip-groups", "9d delete"])
    at = world.clock.now()
    await world.change("ada", active=False)
    await settle(world, 10)
    await restore(world, "ada", at)
    back = standing_of(world)
    await world.change("ada", active=True, title="Back for good")
    await settle(world)

    assert (True, True) == back
    assert ("Back for good", (True, True)) == (world.attributes("users/ada")["title"], standing_of(world))


async def test_a_plan_that_scim_has_overtaken_restores_nothing(world: World) -> None:
    await whole_ada(world, on_disable="delete")
    at = world.clock.now()
    await world.change("ada", active=False)
    await settle(world)
    plan = await propose(world, "ada", at)
    await world.change("ada", active=True, title="New")
    await settle(world)
    assert plan.id is not None
    approval = await world.approve(plan.id)
    await settle(world)

    assert (0, 1) == (approval.released, approval.changed_since)
    assert "phone" not in world.attributes("users/ada")


async def test_scim_is_heard_before_a_restore_that_could_not_be_done_yet(world: World) -> None:
    await whole_ada(world, on_disable="delete")
    at = world.clock.now()
    await world.change("ada", active=False)
    await settle(world)
    plan = await propose(world, "ada", at)
    world.connector.fail = [TargetDown("connection refused")] * 1000
    assert plan.id is not None
    await world.approve(plan.id)
    await world.deliver()
    await world.change("ada", active=True, title="New")
    world.connector.fail = []
    await settle(world, 1)

    assert "phone" not in world.attributes("users/ada")
    assert "New" == world.attributes("users/ada")["title"]


async def test_what_a_revert_overwrote_comes_back(world: World) -> None:
    await whole_ada(world)
    at = world.clock.now()
    world.entries()["users/ada"].attributes["sn"] = ("By hand",)
    await world.journal.submit(lambda tx: links_dirty(tx, world.names["ada"]))
    await settle(world)
    reverted = world.attributes("users/ada")["sn"]
    await restore(world, "ada", at)

    assert ("Ada", "By hand") == (reverted, world.attributes("users/ada")["sn"])
    assert [Takes.OVERWRITE] == kept(world)


async def test_members_whom_others_added_come_back(world: World) -> None:
    world.groups = {"ownership": "all"}
    await whole_ada(world)
    at = world.clock.now()
    world.members("eng").add("users/stranger")
    await world.journal.submit(lambda tx: links_dirty(tx, world.names["eng"], "groups"))
    await settle(world)
    removed = set(world.members("eng"))
    await restore(world, "eng", at)

    assert ({"users/ada"}, {"users/ada", "users/stranger"}) == (removed, world.members("eng"))


async def test_a_deleted_group_comes_back_with_its_members(world: World) -> None:
    await whole_ada(world)
    at = world.clock.now()
    await world.delete("eng", "Group")
    await settle(world)
    gone = set(world.entries())
    await restore(world, "eng", at)

    assert ({"users/ada"}, {"users/ada"}) == (gone, world.members("eng"))


async def test_ordinary_changes_keep_no_image(world: World) -> None:
    await whole_ada(world)
    await world.change("ada", title="Chief", userName="lovelace")
    await settle(world)
    await world.change("lovelace", title=None, active=False)
    await settle(world)

    assert [Takes.LOCK] == kept(world)


async def test_there_may_be_nothing_to_restore(world: World) -> None:
    await whole_ada(world)
    await world.delete("ada")
    await settle(world)
    world.clock.advance(60)

    with pytest.raises(NothingToRestore, match="nothing of ada was taken away at corp since"):
        await propose(world, "ada", world.clock.now())
    with pytest.raises(NothingToRestore, match="nothing of eve was taken away"):
        await propose(world, "eve", 0)


async def test_of_two_who_had_one_name_a_person_must_choose(world: World) -> None:
    at = world.clock.now()
    for _ in range(2):
        await world.user("ada")
        await settle(world)
        await world.delete("ada")
        await settle(world)

    with pytest.raises(NothingToRestore, match="several resources are called ada"):
        await propose(world, "ada", at)
    await restore(world, world.names["ada"], at)
    assert {"users/ada"} == world.entries().keys()


async def test_images_go_with_the_payloads_and_tombstones_with_the_images(world: World) -> None:
    await whole_ada(world)
    await world.delete("ada")
    await settle(world, 3)
    keep = Keep(rows=400 * DAY * 1000, payloads=5 * DAY * 1000, size=2**30)
    first = await tidy(world.journal, keep, world.clock.now())
    await settle(world, 3)
    later = await tidy(world.journal, keep, world.clock.now())

    assert ((0, 0), (3, 1)) == ((first.images, first.tombstones), (later.images, later.tombstones))


async def test_images_take_no_more_than_their_part_of_the_room(world: World) -> None:
    await whole_ada(world)
    await world.delete("ada")
    await settle(world)
    keep = Keep(rows=400 * DAY * 1000, payloads=90 * DAY * 1000, size=7000)
    await tidy(world.journal, keep, world.clock.now())

    assert [Takes.DELETE] == kept(world)


@pytest.mark.parametrize("after", [True, False])
async def test_a_restore_whose_answer_is_lost_is_looked_at_and_finished(world: World, after: bool) -> None:
    class Died(BaseException):
        pass

    before = await whole_ada(world)
    at = world.clock.now()
    await world.delete("ada")
    await settle(world)
    create = world.connector.create

    async def dying(*arguments: Any) -> Any:
        if after:
            await create(*arguments)
        raise Died

    world.connector.create = dying  # type: ignore[method-assign]
    with contextlib.suppress(BaseException):
        await restore(world, "ada", at)
    world.connector.create = create  # type: ignore[method-assign]
    await world.restart()
    await settle(world)

    assert before.attributes == world.entries()["users/ada"].attributes
    assert [] == world.parked()


def links_dirty(tx: Any, resource: str, kind: str = "users") -> None:
    links.dirty(tx, "corp", resource, kind, verify=True)
