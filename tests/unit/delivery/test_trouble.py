"""What goes wrong on the way: answers are lost, processes die, targets are away, refuse, or are changed by others."""

import contextlib

import pytest

from connectors.sdk import (
    Conflict,
    Entry,
    OutcomeUnknown,
    Refused,
    TargetDown,
    TargetMisconfigured,
    Throttled,
)
from tests.unit.delivery.world import World


async def test_an_entry_that_is_not_ours_is_never_written(world: World) -> None:
    await world.connector.create(Entry("users", {"uid": ("ada",), "sn": ("Other",)}))
    await world.user("ada")
    await world.deliver()

    assert {"uid": "ada", "sn": "Other"} == world.attributes("users/ada")
    assert ["disputed"] == [each.code for each in world.parked()]


async def test_an_unknown_create_is_looked_for_and_not_repeated(world: World) -> None:
    await world.user("ada")
    create = world.connector.create

    async def lost(entry):  # type: ignore[no-untyped-def]
        await create(entry)
        raise OutcomeUnknown("the answer was lost")

    world.connector.create = lost  # type: ignore[method-assign]
    await world.deliver()
    world.connector.create = create  # type: ignore[method-assign]
    world.clock.advance(5)
    await world.deliver()

    assert {"users/ada"} == world.entries().keys()
    assert 1 == world.writes().count("create")
    assert 0 == world.standing().backlog


async def test_an_unknown_create_that_never_arrived_is_sent_again(world: World) -> None:
    world.connector.fail = [None, None, OutcomeUnknown("no answer")]
    await world.user("ada")
    await world.deliver()
    world.clock.advance(5)
    await world.deliver()

    assert {"users/ada"} == world.entries().keys()


async def test_an_entry_that_somebody_else_made_meanwhile_is_not_taken_for_ours(world: World) -> None:
    world.connector.fail = [None, None, OutcomeUnknown("no answer")]
    await world.user("ada", title="Engineer")
    await world.deliver()
    await world.connector.create(Entry("users", {"uid": ("ada",), "sn": ("Somebody else",)}))
    world.clock.advance(5)
    await world.deliver()

    assert "Somebody else" == world.attributes("users/ada")["sn"]
    assert ["disputed"] == [each.code for each in world.parked()]


@pytest.mark.parametrize("call", range(1, 6))
async def test_a_process_that_dies_at_any_call_leaves_nothing_twice(world: World, call: int) -> None:
    """The connector's call is made and its answer never seen: what kill -9 does, at each step in turn."""

    class Died(BaseException):
        pass

    count = 0
    plain = world.connector._call

    def dying(verb: str, what: object) -> None:
        nonlocal count
        count += 1
        plain(verb, what)
        if count == call:
            raise Died

    world.connector._call = dying  # type: ignore[method-assign]
    await world.user("ada", title="Engineer")
    await world.group("eng", "ada")
    with contextlib.suppress(BaseException):
        await world.deliver()
    world.connector._call = plain  # type: ignore[method-assign]
    await world.restart()
    for _ in range(3):
        await world.deliver()
        world.clock.advance(10)

    assert {"users/ada", "groups/eng"} == world.entries().keys()
    assert {"users/ada"} == world.members("eng")
    assert (0, 0) == (world.standing().backlog, world.standing().parked)


async def test_dying_twice_after_a_create_and_its_first_update_is_no_dispute(world: World) -> None:
    """The first life dies after the create, the second after an update of what it recognised: both unsettled."""

    class Died(BaseException):
        pass

    async def die_after(method: str) -> None:
        call = getattr(world.connector, method)

        async def dying(*arguments):  # type: ignore[no-untyped-def]
            await call(*arguments)
            raise Died

        setattr(world.connector, method, dying)
        with contextlib.suppress(BaseException):
            await world.deliver()
        setattr(world.connector, method, call)
        await world.restart()

    await world.user("ada", title="Engineer")
    await die_after("create")
    await world.change("ada", title="Chief")
    await die_after("update")
    await world.deliver()

    assert "Chief" == world.attributes("users/ada")["title"]
    assert [] == world.parked()


async def test_a_target_that_is_down_costs_no_attempt_and_loses_nothing(world: World) -> None:
    world.connector.fail = [None, TargetDown("connection refused")]
    await world.user("ada")
    await world.deliver()
    down = (world.health.is_open, world.standing().backlog)
    calls = len(world.connector.calls)
    await world.deliver()
    quiet = len(world.connector.calls) == calls
    world.clock.advance(60)
    await world.deliver()

    assert ((False, 1), True) == (down, quiet)
    assert {"users/ada"} == world.entries().keys()


async def test_bad_credentials_are_not_tried_again_soon_nor_after_a_restart(world: World) -> None:
    world.connector.fail = [TargetMisconfigured("invalid credentials", code="49")]
    await world.user("ada")
    await world.deliver()
    await world.restart()
    await world.deliver()
    world.clock.advance(59)
    await world.deliver()
    probes = [verb for verb, _ in world.connector.calls].count("probe")
    world.clock.advance(2)
    await world.deliver()

    assert 1 == probes
    assert {"users/ada"} == world.entries().keys()


async def test_a_target_that_asks_for_time_gets_it(world: World) -> None:
    world.connector.fail = [None, Throttled("slow down", after=30)]
    await world.user("ada")
    await world.deliver()
    world.clock.advance(29)
    await world.deliver()
    early = dict(world.entries())
    world.clock.advance(2)
    await world.deliver()

    assert {} == early
    assert {"users/ada"} == world.entries().keys()


async def test_a_refused_resource_is_parked_alone_with_its_reason(world: World) -> None:
    world.connector.fail = [None, None, Refused("no such syntax", code="21", attribute="mail", fix="mend it")]
    for name in ("ada", "bob", "cid"):
        await world.user(name)
    await world.deliver()

    (parked,) = world.parked()
    assert ("21", "mail", "no such syntax", "mend it") == (parked.code, parked.attribute, parked.text, parked.fix)
    assert 2 == len(world.entries())


async def test_a_bug_of_a_connector_parks_that_resource_alone(world: World) -> None:
    world.connector.fail = [None, None, ZeroDivisionError("bug")]  # type: ignore[list-item]
    await world.user("ada")
    await world.user("bob")
    await world.deliver()

    assert ["Bug"] == [each.error for each in world.parked()]
    assert 1 == len(world.entries())


async def test_many_refusals_are_one_fault_and_nobody_is_parked(world: World) -> None:
    refuse = Refused("insufficient access", code="50")
    world.connector.fail = [None]
    for number in range(30):
        await world.user(f"u{number}")
    create = world.connector.create

    async def refused(entry):  # type: ignore[no-untyped-def]
        raise refuse

    world.connector.create = refused  # type: ignore[method-assign]
    await world.deliver()
    state = (world.health.is_open, world.standing().parked)
    world.connector.create = create  # type: ignore[method-assign]
    world.clock.advance(61)
    await world.deliver()
    await world.deliver()

    assert (False, 0) == state
    assert 30 == len(world.entries())


async def test_an_entry_removed_by_hand_is_held(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    world.connector.entries.clear()
    await world.change("ada", title="Chief")
    await world.deliver()

    assert ["Gone"] == [each.error for each in world.parked()]
    assert {} == world.entries()


async def test_an_entry_removed_by_hand_is_made_again_where_the_policy_says_so(world: World) -> None:
    await world.restart(on_missing="recreate")
    await world.user("ada")
    await world.deliver()
    world.connector.entries.clear()
    await world.change("ada", title="Chief")
    await world.deliver()

    assert "Chief" == world.attributes("users/ada")["title"]


async def test_a_conflict_is_looked_at_and_corrected(world: World) -> None:
    await world.user("ada", title="Engineer")
    await world.deliver()
    world.entries()["users/ada"].attributes["sn"] = ("By hand",)
    world.connector.fail = [Conflict("no such value", code="16")]
    await world.change("ada", title="Chief")
    await world.deliver()

    assert ("Ada", "Chief") == (world.attributes("users/ada")["sn"], world.attributes("users/ada")["title"])


async def test_a_gone_entry_at_delete_is_success(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    world.connector.entries.clear()
    await world.delete("ada")
    await world.deliver()

    assert (0, 0) == (world.standing().backlog, world.standing().parked)


async def test_another_place_under_the_same_address_is_never_written(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    world.connector.identity = "another directory"
    await world.restart()
    await world.user("bob")
    await world.deliver()

    assert {"users/ada"} == world.entries().keys()
    assert "another place" in (world.health.breaker.reason or "")


async def test_what_was_made_again_when_the_process_died_goes_with_its_user(world: World) -> None:
    """From the intent on, the entry that somebody removed is not the link's any more (simulation, seed 8271)."""

    class Died(BaseException):
        pass

    await world.user("ada")
    await world.deliver()
    await world.restart(on_missing="recreate")
    world.connector.entries.clear()
    await world.change("ada", title="Chief")
    create = world.connector.create

    async def dying(entry):  # type: ignore[no-untyped-def]
        await create(entry)
        raise Died

    world.connector.create = dying  # type: ignore[method-assign]
    with contextlib.suppress(BaseException):
        await world.deliver_all()
    world.connector.create = create  # type: ignore[method-assign]
    assert {"users/ada"} == world.entries().keys()
    await world.restart(on_missing="recreate")
    await world.delete("ada")
    await world.deliver_all()

    assert {} == world.entries()
