"""What an operator asks and mends about single users: each through `Commands`, as the control socket hands it over."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.daemon.commands import Commands
from bridge.daemon.control.protocol import CommandFailed, Question
from bridge.daemon.tokens import Tokens
from bridge.daemon.wiring import Unit
from bridge.journal import actions
from bridge.reconcile.reconciler import Reconciler
from connectors.sdk import Entry, OutcomeUnknown, Refused, TargetMisconfigured
from tests.unit.delivery.world import World

UID = 1000
Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path).start()
    yield world
    await world.journal.close()


@pytest.fixture
def ask(world: World) -> Ask:
    """Ask a command about the world as it is then."""

    async def ask(command: str, subject: str | None = None, **options: Any) -> Any:
        reconciler = Reconciler(world.journal, world.target, world.health, world.clock)
        units = {"corp": Unit(world.target, world.health, world.deliverer, reconciler)}
        tokens = Tokens(world.journal, world.clock, {})
        commands = Commands(world.journal, units, tokens, world.clock, running=True)
        return await commands.answer(Question(command, subject, UID, options))

    return ask


def recorded(world: World) -> list[tuple[str, str, dict[str, Any]]]:
    """What the audit has of the operator, the oldest first."""
    listed = [each for each in world.journal.read(actions.latest) if each.by.uid == UID]
    return [(each.operation, each.subject, dict(each.detail)) for each in reversed(listed)]


async def disputed(world: World, name: str, **attributes: tuple[str, ...]) -> str:
    """An entry of somebody else's stands where the user's should be; the user is parked; its id."""
    await world.connector.create(Entry("users", {"uid": (name,), **attributes}))
    id_ = await world.user(name)
    await world.deliver()
    assert "disputed" == world.parked()[0].code
    return id_


async def test_an_unknown_user_and_an_unknown_target_are_named(world: World, ask: Ask) -> None:
    with pytest.raises(CommandFailed, match="there is no user or group 'kim'"):
        await ask("why", "kim")
    await world.user("kim")
    for command in ("why", "links", "relink", "unlink"):
        with pytest.raises(CommandFailed, match="there is no target 'crop'; targets: corp"):
            await ask(command, "kim", target="crop")


async def test_a_user_is_found_by_its_name_in_any_case_and_by_its_id(world: World, ask: Ask) -> None:
    id_ = await world.user("kim")
    await world.group("staff")

    assert id_ == (await ask("links", "KIM"))["resource"]["id"]
    assert id_ == (await ask("links", id_))["resource"]["id"]
    assert "Group" == (await ask("links", "staff"))["resource"]["type"]


async def test_two_of_one_name_are_not_guessed_between(world: World, ask: Ask) -> None:
    ids = [await world.user("kim"), await world.group("kim")]

    with pytest.raises(CommandFailed, match="2 are called 'kim'") as failed:
        await ask("links", "kim")
    assert all(id_ in str(failed.value) for id_ in ids)


async def test_who_lives_is_meant_before_who_was_deleted(world: World, ask: Ask) -> None:
    gone = await world.user("kim")
    await world.delete("kim")
    assert gone == (await ask("links", "kim"))["resource"]["id"]
    world.clock.advance(1)

    assert await world.user("kim") == (await ask("links", "kim"))["resource"]["id"]


async def test_why_tells_the_last_changes_by_the_names_of_attributes(world: World, ask: Ask) -> None:
    await world.user("kim")
    await world.change("kim", title="Boss")
    told = await ask("why", "kim")

    assert [("patch", 2), ("create", 1)] == [(each["operation"], each["version"]) for each in told["changes"]]
    assert ["corp"] == [target["target"] for target in told["targets"]]


async def test_links_show_where_the_entry_is(world: World, ask: Ask) -> None:
    await world.user("kim")
    await world.deliver()
    (link,) = (await ask("links", "kim"))["links"]

    assert ("in_sync", "1", "users/kim", 1) == tuple(link[key] for key in ("state", "entry_id", "locator", "version"))


async def test_deliveries_are_listed_parked_first_and_counted(world: World, ask: Ask) -> None:
    await disputed(world, "kim")
    for name in ("lee", "max"):
        world.clock.advance(1)
        await world.user(name)

    told = await ask("deliveries", limit=2)
    assert (3, ["kim", "lee"]) == (told["count"], [each["name"] for each in told["deliveries"]])
    assert (1, ["kim"]) == (
        (parked := await ask("deliveries", "corp", parked=True))["count"],
        [each["name"] for each in parked["deliveries"]],
    )


async def test_what_is_parked_is_tried_again(world: World, ask: Ask) -> None:
    await disputed(world, "kim")
    world.connector.entries.clear()
    told = await ask("retry", "corp")
    await world.deliver()

    assert (1, 0, None) == (told["unparked"], told["hastened"], told["waits"])
    assert {"users/kim"} == world.entries().keys()
    assert [("retry", "corp", {"unparked": 1, "hastened": 0, "passwords": 0})] == recorded(world)


async def test_a_password_follows_to_the_entry_that_a_person_names(world: World, ask: Ask) -> None:
    await world.connector.create(Entry("users", {"uid": ("kim",)}))
    await world.user("kim", password="Kanarienvogel")
    await world.deliver()
    assert "waiting" == (await ask("why", "kim"))["targets"][0]["password"]["state"]
    await ask("relink", "kim", target="corp", entry="users/kim")
    await world.deliver_all()

    assert "Kanarienvogel" == world.entries()["users/kim"].password


async def test_a_password_does_not_go_to_an_entry_that_was_forgotten(world: World, ask: Ask) -> None:
    await world.user("kim")
    await world.deliver()
    await world.change("kim", password="Kanarienvogel")
    await ask("unlink", "kim", target="corp")
    await world.deliver_all()

    assert world.entries()["users/kim"].password is None
    assert "waiting" == (await ask("why", "kim"))["targets"][0]["password"]["state"]


async def test_a_refused_password_is_tried_again_and_why_tells_of_it(world: World, ask: Ask) -> None:
    await world.users_named(["kim", "lee"])
    for name in ("kim", "lee"):
        await world.change(name, password="Kanarienvogel")
    world.connector.fail = [Refused("too short", code="weak"), Refused("too short", code="weak")]
    await world.deliver()
    why = await ask("why", "kim")
    told = await ask("retry", "corp", only="kim")
    await world.deliver()

    (refused,) = [each["password"] for each in why["targets"]]
    assert ("parked", "too short", "weak", 1) == tuple(refused[key] for key in ("state", "text", "code", "attempts"))
    assert "Kanarienvogel" not in repr(why)
    assert (1, 0) == (told["passwords"], told["unparked"])
    assert ["Kanarienvogel", None] == [world.entries()[f"users/{name}"].password for name in ("kim", "lee")]
    assert (await ask("why", "kim"))["targets"][0]["password"] is None


async def test_one_alone_is_tried_again(world: World, ask: Ask) -> None:
    for name in ("kim", "lee"):
        await disputed(world, name)
    world.connector.entries.clear()
    await ask("retry", "corp", only="lee")
    await world.deliver()

    assert {"users/lee"} == world.entries().keys()
    assert ["kim"] == [each.name for each in world.parked()]


async def test_those_with_one_code_are_tried_again(world: World, ask: Ask) -> None:
    await disputed(world, "kim")
    await world.user("lee")
    world.connector.fail = [None, Refused("sn is missing", code="65")]
    await world.deliver()
    told = await ask("retry", "corp", code="65")
    await world.deliver()

    assert 1 == told["unparked"]
    assert ["kim"] == [each.name for each in world.parked()]


async def test_what_was_put_off_is_due_now(world: World, ask: Ask) -> None:
    await world.user("kim")
    world.connector.fail = [None, None, OutcomeUnknown("no answer")]
    await world.deliver()
    told = await ask("retry", "corp")

    assert (0, 1) == (told["unparked"], told["hastened"])
    assert await world.deliver() == 1


async def test_who_retries_at_a_target_that_is_down_is_told_so(world: World, ask: Ask) -> None:
    await world.user("kim")
    await world.health.heard(TargetMisconfigured("wrong password"))

    assert "corp is not called: wrong password" == (await ask("retry", "corp"))["waits"]


async def test_a_parked_user_takes_over_the_entry_that_a_person_names(world: World, ask: Ask) -> None:
    id_ = await disputed(world, "kim", title=("Old",), sn=("Kim",))
    await world.change("kim", title="Boss")
    await world.deliver()
    told = await ask("relink", "kim", target="corp", entry="users/kim")
    await world.deliver()

    assert ("users/kim", None, [["title", "replace"]]) == (told["entry"], told["before"], told["to_do"]["changes"])
    assert "Boss" == world.attributes("users/kim")["title"]
    assert [] == world.parked()
    assert [("relink", id_, {"target": "corp", "entry": "1"})] == recorded(world)
    assert "create" not in [verb for verb, _ in world.connector.calls[3:]]


async def test_a_user_moves_to_another_entry_and_its_groups_follow(world: World, ask: Ask) -> None:
    await world.user("kim")
    await world.group("staff", "kim")
    await world.deliver_all()
    first = world.entries()["users/kim"].ref
    other = await world.connector.create(Entry("users", {"uid": ("kim.old",), "sn": ("Kim",)}))
    told = await ask("relink", "kim", target="corp", entry=other.id, by_id=True)
    await world.connector.delete(first)  # what stood in the place that it wants is removed by hand
    await world.deliver_all()

    assert ("users/kim.old", "users/kim") == (told["entry"], told["before"])
    assert {"users/kim": other.id} == {p: s.ref.id for p, s in world.entries().items() if p.startswith("users/")}
    assert {"users/kim"} == world.entries()["groups/staff"].members


async def test_an_entry_of_another_user_is_not_taken(world: World, ask: Ask) -> None:
    await world.user("kim")
    lee = await world.user("lee")
    await world.deliver()

    with pytest.raises(CommandFailed, match=f"that entry is another resource's: see `scim-bridge links show {lee}`"):
        await ask("relink", "kim", target="corp", entry="users/lee")
    assert [] == recorded(world)


async def test_an_entry_that_the_target_does_not_have_is_not_bound(world: World, ask: Ask) -> None:
    await world.user("kim")

    with pytest.raises(CommandFailed, match="corp has no entry users/max among its users"):
        await ask("relink", "kim", target="corp", entry="users/max")


async def test_a_protected_entry_is_not_bound(world: World, ask: Ask) -> None:
    world.guards = {"protected": ("users/adm*",)}
    await world.restart()
    await world.user("kim")
    await world.connector.create(Entry("users", {"uid": ("admin",)}))

    with pytest.raises(CommandFailed, match="users/admin is protected at corp"):
        await ask("relink", "kim", target="corp", entry="users/admin")


async def test_a_target_that_is_down_shows_nothing_to_bind(world: World, ask: Ask) -> None:
    await world.user("kim")
    await world.health.heard(TargetMisconfigured("wrong password"))

    with pytest.raises(CommandFailed, match="corp cannot be asked now: wrong password"):
        await ask("relink", "kim", target="corp", entry="users/kim")


async def test_what_is_being_sent_is_its_workers(world: World, ask: Ask) -> None:
    await world.user("kim")
    await world.journal.submit(lambda tx: tx.db.execute("UPDATE link SET state = 'sending', sending = wish").rowcount)

    with pytest.raises(CommandFailed, match="it is being delivered to corp at this moment"):
        await ask("unlink", "kim", target="corp")
    await world.deliverer.recover()


async def test_an_entry_that_is_forgotten_stays_and_so_do_its_groups(world: World, ask: Ask) -> None:
    id_ = await world.user("kim")
    await world.group("staff", "kim")
    await world.deliver_all()
    calls = len(world.connector.calls)
    told = await ask("unlink", "kim", target="corp")
    await world.deliver_all()

    assert ("users/kim", calls) == (told["before"], len(world.connector.calls))
    assert {"users/kim"} == world.entries()["groups/staff"].members
    entry = world.entries()["users/kim"].ref.id
    assert [("unlink", id_, {"target": "corp", "before": entry})] == recorded(world)


async def test_what_was_forgotten_is_left_alone_until_scim_changes_it(world: World, ask: Ask) -> None:
    await world.user("kim")
    await world.deliver()
    await ask("unlink", "kim", target="corp")
    await world.restart(scope='not (userType eq "Guest")')
    await world.catch_up()
    assert await world.deliver() == 0

    await world.change("kim", title="Boss")
    await world.deliver()
    assert ["disputed"] == [each.code for each in world.parked()]


async def test_a_tombstone_that_is_forgotten_waits_for_nothing(world: World, ask: Ask) -> None:
    world.guards = {"deletes": 0}
    await world.restart()
    await world.user("kim")
    await world.deliver()
    await world.delete("kim")
    await world.deliver()
    await ask("unlink", "kim", target="corp")

    assert 0 == world.standing().backlog
    assert [] == (await ask("status"))["held"]
    assert {"users/kim"} == world.entries().keys()


async def test_a_place_that_is_forgotten_is_free_for_who_waits_for_it(world: World, ask: Ask) -> None:
    await world.user("kim")
    await world.deliver()
    lee = await world.user("lee")
    waits = "UPDATE link SET waits_claim = 'users/kim', due = due + 60000 WHERE resource = ?"
    await world.journal.submit(lambda tx: tx.db.execute(waits, [lee]).rowcount)
    assert 0 == await world.deliver()
    await ask("unlink", "kim", target="corp")

    assert 1 == await world.deliver()
    assert "users/lee" in world.entries()


async def test_a_probe_says_what_the_target_is_and_lets_it_go_on(world: World, ask: Ask) -> None:
    await world.user("kim")
    await world.health.heard(TargetMisconfigured("wrong password"))
    told = await ask("probe", "corp")
    await world.deliver()

    assert (True, "memory", ["activation", "everything", "members", "password"], None) == (
        told["reached"],
        told["server"],
        told["capabilities"],
        told["retry_at"],
    )
    assert {"users/kim"} == world.entries().keys()
    assert [("probe", "corp", {})] == recorded(world)


async def test_a_probe_that_reaches_nobody_says_why_and_when_it_is_tried_again(world: World, ask: Ask) -> None:
    world.connector.fail = [TargetMisconfigured("wrong password")]
    told = await ask("probe", "corp")

    assert (False, "TargetMisconfigured", "wrong password") == (told["reached"], told["cause"], told["reason"])
    assert told["retry_at"] == world.clock.now() + 60_000
    assert "server" not in told


async def test_a_target_that_comes_while_the_status_is_read_is_in_the_next(world: World) -> None:
    unit = Unit(
        world.target, world.health, world.deliverer, Reconciler(world.journal, world.target, world.health, world.clock)
    )
    units = {"corp": unit}
    commands = Commands(world.journal, units, Tokens(world.journal, world.clock, {}), world.clock, running=True)
    asked = asyncio.create_task(commands.status())
    await asyncio.sleep(0)  # it is being read
    units["news"] = unit

    assert {"corp"} == (await asked)["targets"].keys()
