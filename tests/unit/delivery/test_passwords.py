"""Passwords are delivered by themselves: to whoever has an entry, the newest alone, and told to nobody."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.journal import passwords
from bridge.journal.passwords import ParkedPassword, Waiting
from connectors.sdk import (
    IN_HISTORY,
    Conflict,
    ConnectorError,
    Gone,
    OutcomeUnknown,
    Ref,
    Refused,
    TargetDown,
    TargetMisconfigured,
    Throttled,
)
from connectors.sdk.memory import MemoryConnector
from tests.unit.delivery.world import World

CANARY = "Kanarienvogel-7391"
DAY = 86_400


def waiting(world: World) -> Waiting:
    return world.journal.read(lambda db: passwords.waiting(db, "corp"))


def parked(world: World) -> list[ParkedPassword]:
    return world.journal.read(passwords.parked)


def password_of(world: World, place: str = "users/kim") -> str | None:
    return world.entries()[place].password


def trouble(*errors: ConnectorError) -> MemoryConnector:
    """A target that answers the next passwords with these errors."""
    return Choosy(refusals=list(errors))


@dataclass
class Choosy(MemoryConnector):
    refusals: list[Exception] = field(default_factory=list)
    loses_the_answer: bool = False

    async def set_password(self, ref: Ref, password: str) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        await super().set_password(ref, password)


async def test_it_follows_right_after_the_entry_was_made(world: World) -> None:
    await world.user("kim", password=CANARY)
    await world.deliver_all()

    assert ["create", "set_password"] == world.writes()
    assert CANARY == password_of(world)
    assert Waiting(0, 0, None) == waiting(world)


async def test_an_account_that_begins_locked_is_unlocked_with_its_password(tmp_path: Path) -> None:
    world = World(tmp_path, connector=MemoryConnector(creates_locked=True)).start()
    await world.user("kim", password=CANARY)
    await world.deliver_all()

    assert world.entries()["users/kim"].active
    assert [] == world.parked()
    await world.journal.close()


async def test_without_a_password_it_stays_locked_and_says_so_and_all_else_is_delivered(tmp_path: Path) -> None:
    world = World(tmp_path, connector=MemoryConnector(creates_locked=True)).start()
    await world.users_named([f"u{number}" for number in range(30)])
    await world.group("staff", *(f"u{number}" for number in range(30)))
    await world.change("u0", title="Boss")
    await world.deliver_all()
    assert {"notEnabled"} == {each.code for each in world.parked()}
    assert 30 == len(world.parked()) == len(world.members("staff"))
    assert "Boss" == world.attributes("users/u0")["title"]
    assert world.health.is_open
    await world.change("u0", password=CANARY)
    await world.deliver_all()

    assert world.entries()["users/u0"].active
    assert 29 == len(world.parked())
    await world.journal.close()


@pytest.mark.parametrize("password", [CANARY, None])
async def test_who_is_created_disabled_stays_locked(tmp_path: Path, password: str | None) -> None:
    world = World(tmp_path, connector=MemoryConnector(creates_locked=True)).start()
    await world.user("kim", password=password, active=False)
    await world.deliver_all()

    assert not world.entries()["users/kim"].active
    assert "activate" not in world.writes()
    assert [] == world.parked()
    await world.journal.close()


async def test_it_goes_before_ordinary_changes(world: World) -> None:
    await world.users_named(["kim", "lee"])
    await world.change("lee", title="Boss")
    await world.change("kim", password=CANARY, title="Guide")
    await world.deliver_all()

    assert ["set_password", "update", "update"] == world.writes()[2:]


async def test_a_user_whose_other_attributes_are_refused_gets_the_password(world: World) -> None:
    await world.users_named(["kim"])
    await world.change("kim", password=CANARY, title="Boss")
    world.connector.fail = [None, Refused("no name", code="schema")]
    await world.deliver_all()

    assert CANARY == password_of(world)
    assert 1 == world.standing().parked


async def test_a_password_that_is_refused_is_parked_alone(tmp_path: Path) -> None:
    connector = trouble(Refused("too short", code="weak", attribute="password", fix="a longer one"))
    world = World(tmp_path, connector=connector).start()
    await world.user("kim", password=CANARY, title="Boss")
    with capture_logs() as lines:
        await world.deliver_all()
    (found,) = parked(world)

    assert "Boss" == world.attributes("users/kim")["title"]
    assert 0 == world.standing().parked
    assert ("Refused", "weak", "too short", "a longer one", "kim") == (
        found.error,
        found.code,
        found.text,
        found.fix,
        found.name,
    )
    (line,) = [line for line in lines if line["event"] == "password.parked"]
    assert {
        "event": "password.parked",
        "log_level": "warning",
        "target": "corp",
        "resource": world.names["kim"],
        "attempts": 1,
        "error": "Refused",
        "code": "weak",
        "reason": "too short",
        "fix": "a longer one",
    } == line
    await world.journal.close()


async def test_what_was_refused_is_tried_again_once_a_day_until_it_expires(tmp_path: Path) -> None:
    world = World(tmp_path, connector=trouble(*(Refused("no", code="weak") for _ in range(20)))).start()
    await world.user("kim", password=CANARY)
    tries = []
    for _ in range(9):
        await world.deliver_all()
        tries.append(20 - len(world.connector.refusals))  # type: ignore[attr-defined]
        world.clock.advance(DAY)
        world.health.breaker = world.health.breaker

    assert [1, 2, 3, 4, 5, 6, 7, 7, 7] == tries
    await world.journal.close()


@pytest.mark.parametrize(
    "error",
    [
        TargetDown("away"),
        TargetMisconfigured("bad credentials"),
        Throttled("slowly", after=3.0),
        OutcomeUnknown("no answer"),
        Conflict("changed"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_passes_by_itself_is_tried_again(tmp_path: Path, error: ConnectorError) -> None:
    world = World(tmp_path, connector=trouble(error)).start()
    await world.user("kim", password=CANARY)
    await world.deliver_all()
    for _ in range(20):
        world.clock.advance(60)
        await world.deliver_all()

    assert CANARY == password_of(world)
    assert Waiting(0, 0, None) == waiting(world)
    await world.journal.close()


async def test_a_target_that_is_down_is_not_asked_for_each_password(tmp_path: Path) -> None:
    world = World(tmp_path, connector=trouble(*(TargetDown("away") for _ in range(9)))).start()
    await world.user("kim", password=CANARY)
    await world.deliver_all()

    assert "open" == world.health.breaker.state
    assert 1 == waiting(world).waiting
    await world.journal.close()


async def test_many_refused_passwords_do_not_close_the_target(tmp_path: Path) -> None:
    """A policy that refuses many people's passwords says nothing of their other attributes."""
    world = World(tmp_path, connector=trouble(*(Refused("no", code="weak") for _ in range(40)))).start()
    for number in range(40):
        await world.user(f"user{number}", password=CANARY)
    await world.deliver_all()

    assert 40 == waiting(world).parked
    assert world.health.is_open
    await world.journal.close()


async def test_a_repeat_that_the_history_refuses_has_arrived(tmp_path: Path) -> None:
    connector = trouble(OutcomeUnknown("no answer"), Refused("used before", code=IN_HISTORY))
    world = World(tmp_path, connector=connector).start()
    await world.user("kim", password=CANARY)
    for _ in range(3):
        await world.deliver_all()
        world.clock.advance(10)

    assert Waiting(0, 0, None) == waiting(world)
    await world.journal.close()


async def test_one_that_the_history_refuses_at_once_is_parked(tmp_path: Path) -> None:
    world = World(tmp_path, connector=trouble(Refused("used before", code=IN_HISTORY))).start()
    await world.user("kim", password=CANARY)
    await world.deliver_all()

    assert 1 == waiting(world).parked
    await world.journal.close()


async def test_only_the_newest_is_delivered(world: World) -> None:
    await world.user("kim", password="first of them")
    await world.change("kim", password="second of them")
    await world.change("kim", password=CANARY)
    await world.deliver_all()

    assert 1 == world.writes().count("set_password")
    assert CANARY == password_of(world)


async def test_a_newer_one_takes_a_parked_ones_place(tmp_path: Path) -> None:
    world = World(tmp_path, connector=trouble(Refused("too short", code="weak"))).start()
    await world.user("kim", password="short")
    await world.deliver_all()
    await world.change("kim", password=CANARY)
    await world.deliver_all()

    assert CANARY == password_of(world)
    assert Waiting(0, 0, None) == waiting(world)
    await world.journal.close()


async def test_the_password_of_a_deleted_user_is_never_sent(world: World) -> None:
    await world.users_named(["kim"])
    await world.change("kim", password=CANARY)
    await world.delete("kim")
    await world.deliver_all()

    assert "set_password" not in world.writes()
    assert Waiting(0, 0, None) == waiting(world)


async def test_it_waits_for_an_entry_that_cannot_be_made_yet(world: World) -> None:
    world.connector.fail = [None, None, Refused("no", code="schema")]
    await world.user("kim", password=CANARY)
    await world.deliver_all()
    before = waiting(world).waiting
    await world.change("kim", title="Boss")
    await world.deliver_all()

    assert 1 == before
    assert CANARY == password_of(world)


async def test_who_is_out_of_scope_gets_none_until_back_in_it(tmp_path: Path) -> None:
    world = World(tmp_path, users={"scope": 'title eq "Boss"'}).start()
    await world.user("kim", title="Boss")
    await world.deliver_all()
    await world.change("kim", title="Guide", password=CANARY)
    await world.deliver_all()
    outside = password_of(world)
    await world.change("kim", title="Boss")
    await world.deliver_all()

    assert outside is None
    assert CANARY == password_of(world)
    await world.journal.close()


async def test_an_entry_that_is_gone_is_the_users_delivery_to_settle(tmp_path: Path) -> None:
    """It is made again where the config says so, and the password follows."""
    world = World(tmp_path, users={"on_missing": "recreate"}).start()
    await world.user("kim")
    await world.deliver_all()
    world.connector.entries.clear()
    await world.change("kim", password=CANARY)
    await world.deliver_all()

    assert CANARY == password_of(world)
    await world.journal.close()


async def test_an_entry_that_was_removed_by_hand_keeps_both_parked(world: World) -> None:
    await world.users_named(["kim"])
    world.connector.entries.clear()
    await world.change("kim", password=CANARY)
    await world.deliver_all()

    assert 1 == world.standing().parked
    assert Waiting(0, 1, None) == waiting(world)


async def test_a_target_that_takes_none_gets_none(tmp_path: Path) -> None:
    world = World(tmp_path, takes_passwords=False).start()
    await world.user("kim", password=CANARY)
    await world.deliver_all()

    assert ["create"] == world.writes()
    assert password_of(world) is None
    await world.journal.close()


async def test_a_password_that_waits_outlives_the_process_and_may_have_arrived(tmp_path: Path) -> None:
    """kill -9 in the middle of sending: it is sent again, and a history that knows it by now is no refusal."""
    connector = Slow()
    world = World(tmp_path, connector=connector).start()
    await world.users_named(["kim"])
    await world.change("kim", password=CANARY)
    sending = asyncio.create_task(world.deliver())
    await connector.arrived.wait()
    sending.cancel()
    await asyncio.wait([sending])
    world.connector = trouble(Refused("used before", code=IN_HISTORY))
    world.connector.entries = connector.entries
    await world.restart()
    await world.deliver_all()

    assert Waiting(0, 0, None) == waiting(world)
    await world.journal.close()


async def test_a_users_own_delivery_waits_for_the_password_that_is_being_sent(tmp_path: Path) -> None:
    """Two writers of one entry could meet: one renames it while the other looks where it is."""
    connector = Slow()
    world = World(tmp_path, connector=connector).start()
    connector.gate.set()
    await world.user("kim", password="first of them")
    await world.deliver_all()
    connector.gate.clear()
    connector.arrived.clear()
    await world.change("kim", password=CANARY, title="Boss")
    delivering = asyncio.create_task(world.deliver())
    await connector.arrived.wait()
    while_sending = list(world.writes())
    connector.gate.set()
    await delivering

    assert "update" not in while_sending
    assert ["set_password", "update"] == world.writes()[2:]
    await world.journal.close()


@dataclass
class Slow(MemoryConnector):
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def set_password(self, ref: Ref, password: str) -> None:
        self.arrived.set()
        await self.gate.wait()
        await super().set_password(ref, password)


async def test_a_sealed_password_that_does_not_open_is_erased_and_told(world: World) -> None:
    await world.users_named(["kim"])
    await world.change("kim", password=CANARY)
    await world.journal.submit(lambda tx: tx.db.execute("UPDATE password SET sealed = zeroblob(80)"))
    with capture_logs() as lines:
        await world.deliver_all()

    assert "set_password" not in world.writes()
    assert Waiting(0, 0, None) == waiting(world)
    assert ["error"] == [line["log_level"] for line in lines if line["event"] == "password.unreadable"]


@pytest.mark.parametrize(
    "error",
    [
        Refused(f"{CANARY} is too short", code=CANARY, attribute=CANARY, fix=f"not {CANARY}"),
        TargetDown(f"cannot send {CANARY.upper()}"),
        OutcomeUnknown(f"lost {CANARY}"),
        Gone(CANARY),
        ValueError(CANARY),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_target_that_repeats_the_password_is_not_quoted(tmp_path: Path, error: Exception) -> None:
    world = World(tmp_path, connector=Choosy(refusals=[error])).start()
    await world.user("kim", password=CANARY)
    with capture_logs() as lines:
        await world.deliver()
        await world.deliver()
    told = repr(lines) + repr(parked(world)) + repr(world.health.breaker)
    dump = world.journal.read(lambda db: db.serialize())

    assert "password." in told
    assert CANARY.casefold() not in told.casefold()
    assert CANARY.encode() not in dump
    await world.journal.close()


async def test_a_delivered_password_is_one_line_of_the_log(world: World) -> None:
    await world.users_named(["kim"])
    await world.change("kim", password=CANARY)
    with capture_logs() as lines:
        await world.deliver_all()
    (line,) = [line for line in lines if line["event"] == "password.delivered"]

    assert {"event", "log_level", "target", "resource", "attempts", "milliseconds"} == line.keys()
    assert CANARY not in repr(lines)
