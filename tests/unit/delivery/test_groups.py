"""Members at a target: what is wanted less what is applied, in chunks, and nothing of the rest."""

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.delivery import groups
from connectors.sdk import Refused
from tests.unit.delivery.world import World


def _calls(world: World) -> list[tuple[set[str], set[str]]]:
    """What was added and removed, call by call."""
    return [(set(what[1]), set(what[2])) for verb, what in world.connector.calls if verb == "update_members"]  # type: ignore[index]


async def test_a_large_change_goes_in_chunks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "CHUNK", 3)
    names = [f"user{number}" for number in range(7)]
    for name in names:
        await world.user(name)
    await world.deliver()
    await world.group("staff", *names)
    await world.deliver()

    assert [3, 3, 1] == [len(added) for added, _ in _calls(world)]
    assert {f"users/{name}" for name in names} == world.members("staff")


async def test_who_comes_and_goes_before_it_is_delivered_is_no_call(world: World) -> None:
    await world.user("kim")
    await world.group("staff")
    await world.deliver()
    await world.join("staff", "kim")
    await world.leave("staff", "kim")
    await world.deliver()

    assert [] == _calls(world)


async def test_a_group_that_goes_before_it_is_delivered_waits_for_nobody(world: World) -> None:
    await world.user("kim")
    await world.group("staff", "kim")
    await world.delete("staff", "Group")
    await world.deliver()

    assert (["users/kim"], 0) == (list(world.entries()), world.standing().waiting)


async def test_who_goes_and_comes_back_is_no_call(world: World) -> None:
    await world.user("kim")
    await world.group("staff", "kim")
    await world.deliver()
    before = len(_calls(world))
    await world.leave("staff", "kim")
    await world.join("staff", "kim")
    await world.deliver()

    assert before == len(_calls(world))
    assert {"users/kim"} == world.members("staff")


async def test_a_chunk_that_was_refused_is_sent_again_and_the_others_are_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "CHUNK", 1)
    for name in ("kim", "lee", "max"):
        await world.user(name)
    await world.group("staff")
    await world.deliver()
    await world.join("staff", "kim", "lee")
    world.connector.fail = [None, Refused("no")]
    await world.deliver()
    (there,) = world.members("staff")
    assert 1 == world.standing().parked

    sent = len(_calls(world))
    await world.join("staff", "max")
    await world.deliver()

    assert {"users/kim", "users/lee", "users/max"} - {there} == set().union(*(a for a, _ in _calls(world)[sent:]))
    assert {"users/kim", "users/lee", "users/max"} == world.members("staff")


@pytest.mark.parametrize(("ownership", "left"), [("own", {"users/stranger"}), ("all", set())])
async def test_members_that_others_added_stay_or_go_as_ownership_says(
    world: World, tmp_path: Path, ownership: str, left: set[str]
) -> None:
    world = World(tmp_path / ownership, groups={"ownership": ownership}).start()
    await world.user("kim")
    await world.group("staff", "kim")
    await world.deliver()
    (staff,) = [stored for stored in world.connector.entries.values() if stored.ref.kind == "groups"]
    staff.members |= {"users/stranger"}
    staff.members -= {"users/kim"}
    await world.look_again()
    await world.deliver()

    assert {"users/kim"} | left == world.members("staff")
    await world.journal.close()


async def test_a_member_whose_text_differs_by_case_alone_is_no_stranger(tmp_path: Path) -> None:
    world = World(tmp_path / "all", groups={"ownership": "all"}).start()
    await world.user("kim")
    await world.group("staff", "kim")
    await world.deliver()
    (staff,) = [stored for stored in world.connector.entries.values() if stored.ref.kind == "groups"]
    staff.members = {"USERS/Kim"}
    await world.look_again()
    await world.deliver()

    assert {"USERS/Kim"} == world.members("staff")
    assert "update_members" not in world.writes()[3:]
    await world.journal.close()


async def test_a_member_that_others_renamed_is_named_once_however_the_group_followed(world: World) -> None:
    """Where the target follows a rename in its groups, and where it does not."""
    await world.users_named(["kim", "lee"])
    for name in ("followed", "stale"):
        await world.group(name, "kim", "lee")
    await world.deliver()
    kim = world.entries()["users/kim"]
    kim.ref, kim.attributes["uid"] = replace(kim.ref, locator="users/renamed"), ("renamed",)
    world.entries()["groups/followed"].members = {"users/renamed", "users/lee"}
    await world.look_again()
    await world.deliver_all()

    for name in ("followed", "stale"):
        assert {"users/kim", "users/lee"} == world.members(name)
