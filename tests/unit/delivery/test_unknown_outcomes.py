"""A call was carried out and its answer was lost, and then SCIM says something else: nothing of it may stay behind.

Each was found by the simulation (`make soak PART=simulation`).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from connectors.sdk import Entry, OutcomeUnknown, Ref, Refused
from tests.unit.delivery.world import ENTERPRISE, World


class Died(BaseException):
    """kill -9."""


@contextmanager
def answers_lost(world: World, verb: str, error: BaseException | None = None) -> Iterator[None]:
    """What is asked by this verb is carried out, and nobody hears of it."""
    call = getattr(world.connector, verb)

    async def lost(*arguments: Any) -> Any:
        await call(*arguments)
        raise error or OutcomeUnknown("the answer was lost")

    setattr(world.connector, verb, lost)
    yield
    setattr(world.connector, verb, call)


def is_active(world: World, name: str) -> bool:
    return world.entries()[f"users/{name}"].active


async def test_who_leaves_the_scope_before_the_create_was_heard_of_is_locked(world: World) -> None:
    await world.restart(scope='title eq "in"', on_leave="disable")
    with answers_lost(world, "create"):
        await world.user("ada", title="in")
        await world.deliver()
    await world.change("ada", title="out")
    await world.deliver_all()

    assert not is_active(world, "ada")


async def test_who_leaves_before_a_create_that_never_arrived_leaves_the_place_to_others(world: World) -> None:
    await world.restart(scope='title eq "in"', on_leave="keep")
    world.connector.fail = [None, None, OutcomeUnknown("no answer")]
    await world.user("ada", title="in")
    await world.deliver()
    await world.change("ada", title="out", userName="ada.old")
    await world.user("ada", title="in")
    await world.deliver_all()

    assert {"users/ada"} == world.entries().keys()
    assert 0 == world.standing().backlog


async def test_a_name_that_was_never_used_is_free_when_the_new_one_is_disputed(world: World) -> None:
    await world.connector.create(Entry("users", {"uid": ("theirs",), "sn": ("x",)}))
    world.connector.fail = [None, None, OutcomeUnknown("no answer")]
    await world.user("ada")
    await world.deliver()
    await world.change("ada", userName="theirs")
    await world.deliver_all()
    await world.user("ada")
    await world.deliver_all()

    assert {"users/ada", "users/theirs"} == world.entries().keys()
    assert ["disputed"] == [each.code for each in world.parked()]


async def test_a_newcomer_waits_for_the_leaver_whose_entry_nobody_has_heard_of(world: World) -> None:
    with answers_lost(world, "create"):
        await world.user("ada")
        await world.deliver()
    await world.delete("ada")
    world.clock.advance(1)
    await world.user("ada", title="the new one")
    world.connector.fail = [OutcomeUnknown("no answer")]  # to the look for the leaver's
    await world.deliver()
    world.clock.advance(60)
    await world.deliver_all()

    assert "the new one" == world.attributes("users/ada")["title"]
    assert [] == world.parked()


async def test_a_lock_that_nobody_heard_of_is_taken_back(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    with answers_lost(world, "activate"):
        await world.change("ada", active=False)
        await world.deliver()
    assert not is_active(world, "ada")
    await world.change("ada", active=True)
    await world.deliver_all()

    assert is_active(world, "ada")


async def test_a_lock_that_was_sent_by_a_process_that_died_is_taken_back(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    with answers_lost(world, "activate", Died()), suppress(BaseException):
        await world.change("ada", active=False)
        await world.deliver()
    await world.restart()
    assert not is_active(world, "ada")
    await world.change("ada", active=True)
    await world.deliver_all()

    assert is_active(world, "ada")


async def test_who_is_made_and_locked_by_a_process_that_died_is_unlocked(world: World) -> None:
    """Its entry is known again by the intent; that it may be locked is known from the link alone."""
    with answers_lost(world, "activate", Died()), suppress(BaseException):
        await world.user("ada", active=False)
        await world.deliver()
    await world.restart()
    assert not is_active(world, "ada")
    await world.change("ada", active=True)
    await world.deliver_all()

    assert is_active(world, "ada")


async def test_a_lock_that_never_arrived_is_sent_again(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    world.connector.fail = [OutcomeUnknown("no answer")]
    await world.change("ada", active=False)
    await world.deliver()
    assert is_active(world, "ada")
    await world.deliver_all()

    assert not is_active(world, "ada")


async def test_a_lock_that_never_arrived_is_sent_to_who_left_the_scope_and_comes_back(
    world: World,
) -> None:
    await world.restart(scope='title eq "in"', on_leave="keep")
    await world.user("ada", title="in")
    await world.deliver()
    world.connector.fail = [OutcomeUnknown("no answer")]
    await world.change("ada", active=False)
    await world.deliver()
    await world.change("ada", title="out")
    await world.deliver_all()
    await world.change("ada", title="in")
    await world.deliver_all()

    assert not is_active(world, "ada")


async def test_a_lock_that_was_refused_is_not_ours_to_take_back(world: World) -> None:
    await world.user("ada")
    await world.deliver()
    world.connector.fail = [Refused("not you")]
    await world.change("ada", active=False)
    await world.deliver()
    for stored in world.connector.entries.values():
        stored.active = False  # by hand
    await world.change("ada", active=True)
    await world.deliver_all()

    assert not is_active(world, "ada")


async def test_a_leaver_whose_entry_somebody_removed_is_done(world: World) -> None:
    await world.restart(scope='title eq "in"', on_leave="disable")
    await world.user("ada", title="in")
    await world.deliver()
    world.connector.entries.clear()
    await world.change("ada", title="out")
    await world.deliver_all()

    assert [] == world.parked()
    assert 0 == world.standing().backlog


async def test_a_leaver_whose_entry_somebody_removed_leaves_the_place_to_others(world: World) -> None:
    await world.restart(scope='title eq "in"', on_leave="keep")
    await world.user("ada", title="in")
    await world.deliver()
    await world.change("ada", title="out", userName="ada.old")
    await world.deliver()
    world.connector.entries.clear()
    await world.look_again()
    await world.deliver()
    await world.user("ada", title="in")
    await world.deliver_all()

    assert {"users/ada"} == world.entries().keys()


async def test_a_leaver_gives_back_the_name_that_it_was_refused(world: World) -> None:
    await world.restart(scope='title eq "in"', on_leave="keep")
    await world.user("ada", title="in")
    await world.deliver()
    world.connector.fail = [Refused("no")]
    await world.change("ada", userName="lovelace")
    await world.deliver()
    await world.change("ada", title="out", userName="gone")
    await world.deliver()
    await world.user("lovelace", title="in")
    await world.deliver_all()

    assert {"users/ada", "users/lovelace"} == world.entries().keys()


async def test_a_member_that_nobody_heard_of_is_taken_out_again(world: World) -> None:
    await world.user("ada")
    await world.group("team")
    await world.deliver()
    with answers_lost(world, "update_members"):
        await world.join("team", "ada")
        await world.deliver()
    assert {"users/ada"} == world.members("team")
    await world.leave("team", "ada")
    await world.deliver_all()

    assert set() == world.members("team")


async def test_a_member_that_nobody_heard_of_leaves_under_the_name_it_came_in(world: World) -> None:
    await world.user("ada")
    await world.group("team")
    await world.deliver()
    with answers_lost(world, "update_members"):
        await world.join("team", "ada")
        await world.deliver()
        await world.change("ada", userName="lovelace")
        await world.deliver()
    world.clock.advance(60)
    await world.deliver_all()

    assert {"users/lovelace"} == world.members("team")


async def test_who_is_deleted_leaves_a_group_that_nobody_heard_of_first(world: World) -> None:
    await world.user("ada")
    await world.group("team")
    await world.deliver()
    with answers_lost(world, "update_members"):
        await world.join("team", "ada")
        await world.deliver()
    await world.delete("ada")
    world.clock.advance(60)
    await world.deliver_all()

    assert set() == world.members("team")
    assert {"groups/team"} == world.entries().keys()


async def test_who_names_an_entry_that_was_found_again_only_to_be_deleted_forgets_it(world: World) -> None:
    """Simulation, seed 18868: whoever was delivered between the two held a manager that was gone."""
    delete, held = world.connector.delete, []

    async def late(ref: Ref) -> None:
        await world.user("bob", **{ENTERPRISE: {"manager": {"value": world.names["ada"]}}})
        await world.deliver()
        held.append("manager" in world.attributes("users/bob"))
        await delete(ref)

    with answers_lost(world, "create"):
        await world.user("ada")
        await world.deliver()
    world.connector.delete = late  # type: ignore[method-assign]
    await world.delete("ada")
    await world.deliver_all()

    assert [True] == held
    assert {"users/bob"} == world.entries().keys()
    assert "manager" not in world.attributes("users/bob")
