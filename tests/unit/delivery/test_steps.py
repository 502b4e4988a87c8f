"""The ladder of leavers on a clock of our own: every step, every way back, and clocks that cannot be trusted."""

from __future__ import annotations

import contextlib

import pytest

from connectors.sdk import TargetDown
from tests.unit.delivery.world import DAY, World, ada_in_eng, settle, standing_of

LADDER = ["lock", "strip-groups", "90d delete"]


async def test_a_deleted_user_is_locked_and_out_of_groups_at_once_and_deleted_in_time(world: World) -> None:
    await ada_in_eng(world, on_delete=LADDER)
    await world.delete("ada")
    await settle(world)
    first = standing_of(world)
    await settle(world, 89.5)
    before = standing_of(world)
    await settle(world, 0.5)

    assert ((False, False), (False, False), None) == (first, before, standing_of(world))
    assert (0, 0) == (world.standing().backlog, world.standing().parked)


async def test_a_ladder_may_begin_with_time(world: World) -> None:
    await ada_in_eng(world, on_delete=["1d lock", "2d strip-groups", "3d delete"])
    await world.delete("ada")
    seen = []
    for _ in range(4):
        await settle(world)
        seen.append(standing_of(world))
        await settle(world, 1)

    assert [(True, True), (False, True), (False, False), None] == seen


async def test_a_disabled_user_comes_down_and_comes_back_whole(world: World) -> None:
    await ada_in_eng(world, on_disable=["lock", "1d strip-groups", "30d delete"])
    await world.change("ada", active=False)
    await settle(world)
    first = standing_of(world)
    await settle(world, 1)
    second = standing_of(world)
    await world.change("ada", active=True)
    await settle(world)

    assert ((False, True), (False, False), (True, True)) == (first, second, standing_of(world))
    await settle(world, 60)
    assert (True, True) == standing_of(world)


async def test_who_comes_back_after_the_last_step_gets_a_new_entry(world: World) -> None:
    await ada_in_eng(world, on_disable=["lock", "30d delete"])
    await world.change("ada", active=False)
    await settle(world, 30)
    gone = standing_of(world)
    await world.change("ada", active=True)
    await settle(world)

    assert (None, (True, True)) == (gone, standing_of(world))


async def test_each_departure_has_its_own_time(world: World) -> None:
    """Disabled, back, disabled again: the days of the first time do not count."""
    await ada_in_eng(world, on_disable=["lock", "30d delete"])
    for active in (False, True, False):
        await world.change("ada", active=active)
        await settle(world, 20)

    assert (False, True) == standing_of(world)
    await settle(world, 10)
    assert standing_of(world) is None


async def test_a_change_of_a_leaver_does_not_begin_the_time_anew(world: World) -> None:
    await ada_in_eng(world, on_disable=["lock", "30d delete"])
    await world.change("ada", active=False)
    await settle(world, 20)
    await world.change("ada", title="Former")
    await settle(world, 10)

    assert standing_of(world) is None


async def test_a_step_is_never_taken_back_by_another_departure(world: World) -> None:
    """Locked and out of its groups by leaving the scope; then disabled, then deleted, where both would keep it."""
    await ada_in_eng(world, scope='userType ne "Guest"', on_leave="disable", on_disable="keep", on_delete="keep")
    await world.change("ada", userType="Guest")
    await settle(world)
    seen = [standing_of(world)]
    await world.change("ada", userType="Employee", active=False)
    await settle(world)
    seen.append(standing_of(world))
    await world.change("ada", active=True)
    await settle(world)
    back = standing_of(world)
    await world.change("ada", userType="Guest", active=False)
    await settle(world)
    await world.delete("ada")
    await settle(world)

    assert [(False, False), (False, False)] == seen
    assert ((True, True), (False, False)) == (back, standing_of(world))


async def test_an_account_that_could_not_be_locked_at_first_is_no_stripped_one(world: World) -> None:
    """Its first delivery failed after the create: it was never in a group, and nobody took it out of one."""
    await world.restart(on_disable="lock")
    world.connector.fail = [None, None, None, TargetDown("gone")]  # probe, get, create; then the lock
    await world.user("ada", active=False)
    await world.group("eng", "ada")
    await world.deliver()
    world.clock.advance(60)
    await settle(world)

    assert (False, True) == standing_of(world)


async def test_an_attribute_says_that_the_account_is_off_before_it_goes(world: World) -> None:
    await ada_in_eng(world, on_delete=["attribute:state=off|on", "9d delete"])
    on = world.attributes("users/ada")["state"]
    await world.delete("ada")
    await settle(world)
    off = world.attributes("users/ada")["state"]
    await settle(world, 9)

    assert ("on", "off", None) == (on, off, standing_of(world))


async def test_a_step_outlives_a_restart(world: World) -> None:
    await ada_in_eng(world, on_delete=LADDER)
    await world.delete("ada")
    await settle(world)
    for _ in range(90):
        await settle(world, 0.9)
        await world.restart()
    before = standing_of(world)
    await settle(world, 9)

    assert ((False, False), None) == (before, standing_of(world))
    assert [] == world.held()


@pytest.mark.parametrize("call", range(1, 6))
async def test_a_process_that_dies_at_any_call_loses_no_step_and_takes_none_early(world: World, call: int) -> None:
    class Died(BaseException):
        pass

    await ada_in_eng(world, on_delete=LADDER)
    count, plain = 0, world.connector._call

    def dying(verb: str, what: object) -> None:
        nonlocal count
        count += 1
        plain(verb, what)
        if count == call:
            raise Died

    await world.delete("ada")
    world.connector._call = dying  # type: ignore[method-assign]
    with contextlib.suppress(BaseException):
        await settle(world)
    await world.restart()
    with contextlib.suppress(BaseException):
        await settle(world, 89.5)
    world.connector._call = plain  # type: ignore[method-assign]
    await world.restart()
    await settle(world)
    before = standing_of(world)
    await settle(world, 90)

    assert ((False, False), None) == (before, standing_of(world))


async def test_a_target_that_is_away_gets_what_became_due_when_it_is_back(world: World) -> None:
    await ada_in_eng(world, on_delete=LADDER)
    await world.delete("ada")
    await settle(world, 89)
    world.connector.fail = [TargetDown("connection refused")] * 10_000
    await settle(world, 4)
    away = standing_of(world)
    world.connector.fail = []
    await settle(world, 1)

    assert ((False, False), None) == (away, standing_of(world))
    assert [] == world.held()


async def test_days_are_counted_from_the_first_step_at_the_target(world: World) -> None:
    """It was away for longer than the ladder is: before, nobody could see a mistake there."""
    await ada_in_eng(world, on_delete=LADDER)
    await world.delete("ada")
    world.connector.fail = [TargetDown("connection refused")] * 10_000
    await settle(world, 100)
    world.connector.fail = []
    await settle(world, 1)
    back = standing_of(world)
    await settle(world, 91)

    assert ((False, False), None) == (back, standing_of(world))


async def test_days_are_counted_from_the_approval_where_the_first_step_was_held(world: World) -> None:
    await ada_in_eng(world, on_delete=LADDER)
    await world.restart(on_delete=LADDER)
    world.guards = {"deletes": 0}
    await world.restart()
    await world.delete("ada")
    await settle(world, 100)
    held = standing_of(world)
    await world.approve(world.plan())
    await settle(world, 10)

    assert ((True, True), (False, False)) == (held, standing_of(world))
    await settle(world, 80)
    assert [("delete", "ada")] == world.held()


async def test_a_clock_that_jumps_holds_what_became_due_by_it(world: World) -> None:
    await ada_in_eng(world, on_delete=LADDER)
    await world.user("bob")
    await world.delete("ada")
    await settle(world, 5)
    world.clock.jump(365 * DAY)
    await world.delete("bob")  # no step of his became due by it
    await settle(world)

    assert ((False, False), [("delete", "ada")]) == (standing_of(world), world.held())
    assert not world.entries()["users/bob"].active
    await settle(world, 90)
    assert {"users/ada", "groups/eng"} == world.entries().keys()
    await world.approve(world.plan())
    await settle(world)
    assert {"groups/eng"} == world.entries().keys()


async def test_an_approval_after_the_clock_was_put_right_takes_no_step_early(world: World) -> None:
    await ada_in_eng(world, on_delete=LADDER)
    await world.delete("ada")
    await settle(world, 5)
    world.clock.jump(365 * DAY)
    await settle(world)
    world.clock.jump(-365 * DAY)
    await world.approve(world.plan())
    await settle(world, 80)
    early = standing_of(world)
    await settle(world, 5)

    assert ((False, False), None) == (early, standing_of(world))


async def test_a_clock_that_goes_back_makes_steps_late_and_no_more(world: World) -> None:
    await ada_in_eng(world, on_delete=LADDER)
    await world.delete("ada")
    await settle(world, 5)
    world.clock.jump(-30 * DAY)
    await settle(world, 86)
    late = standing_of(world)
    await settle(world, 30)

    assert ((False, False), None) == (late, standing_of(world))
    assert [] == world.held()


async def test_an_hour_more_or_less_is_no_jump(world: World) -> None:
    """The clocks go forward in spring; a machine that was off over night comes back."""
    await ada_in_eng(world, on_delete=LADDER)
    await world.delete("ada")
    await settle(world, 89.5)
    world.clock.jump(3600)
    await settle(world)
    world.clock.advance(DAY * 0.5)
    await world.restart()
    await settle(world)

    assert standing_of(world) is None


async def test_what_became_due_while_the_bridge_was_off_for_days_waits_for_a_person(world: World) -> None:
    await ada_in_eng(world, on_delete=LADDER)
    await world.delete("ada")
    await settle(world, 80)
    world.clock.advance(30 * DAY)
    await world.restart()
    await settle(world)

    assert ((False, False), [("delete", "ada")]) == (standing_of(world), world.held())


async def test_a_shorter_ladder_is_taken_up_within_the_limits(world: World) -> None:
    names = [f"u{number:02}" for number in range(40)]
    await world.restart(on_delete="lock")
    await world.users_named(names)
    for name in names[:5]:
        await world.delete(name)
    await settle(world, 30)
    await world.restart(on_delete=["lock", "20d delete"])
    world.guards = {"deletes": 3}
    await world.restart()
    await world.catch_up()
    await settle(world)

    assert (37, 2) == (len(world.entries()), len(world.held()))
