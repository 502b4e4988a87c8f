"""Each channel is told once that something is so, and once that it is over; also across a restart."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bridge.daemon.alerts import alerter as module
from bridge.daemon.alerts.alerter import MOST_TRIES, Alerter
from bridge.daemon.alerts.channels import NotTold
from bridge.daemon.wiring import Unit
from bridge.journal import targets, tokens
from bridge.journal.errors import JournalFull
from bridge.journal.runs import RunState, begin, end
from bridge.reconcile.reconciler import Reconciler
from bridge.settings import AlertSettings
from connectors.sdk import Refused, TargetDown, TargetMisconfigured, Throttled
from tests.unit.delivery.world import World


@dataclass
class Phone:
    """A channel that keeps what it was told; the next `failures` tries come to nothing."""

    name: str = "webhook"
    failures: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)

    async def tell(self, document: Mapping[str, Any]) -> None:
        if self.failures:
            self.failures -= 1
            raise NotTold("answered 503")
        self.told.append(dict(document))

    @property
    def heard(self) -> list[tuple[str, str]]:
        return [(each["event"], each["state"]) for each in self.told]


@dataclass
class Watch:
    """A world, somebody with a phone, and the alerter between them."""

    world: World
    phones: list[Phone]
    alerter: Alerter

    def restart(self) -> None:
        """As a process that starts now has it."""
        self.alerter = make(self.world)

    async def look(self) -> list[tuple[str, str]]:
        """What the first phone has heard by now."""
        await self.alerter.look()
        return self.phones[0].heard


def make(world: World) -> Alerter:
    reconciler = Reconciler(world.journal, world.target, world.health, world.clock)
    units = {"corp": Unit(world.target, world.health, world.deliverer, reconciler)}
    settings = AlertSettings.model_validate({"webhook": "https://alerts.example.com/"})
    return Alerter(world.journal, units, world.clock, settings, "https://scim.example.com/scim/v2")


@pytest.fixture
async def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watch]:
    world = World(tmp_path).start()
    phones = [Phone(), Phone("command")]
    monkeypatch.setattr(module, "channels_of", lambda settings: phones if settings else [])
    yield Watch(world, phones, make(world))
    await world.journal.close()


async def test_while_all_is_well_nobody_is_told(watch: Watch) -> None:
    await watch.world.user("kim")
    await watch.world.deliver()

    assert [] == await watch.look()


async def test_a_target_that_a_person_must_mend_is_told_at_once_and_once(watch: Watch) -> None:
    await watch.world.health.heard(TargetMisconfigured("wrong password"))
    for _ in range(3):
        await watch.look()

    (told,) = watch.phones[0].told
    assert ("target_down", "raised", "corp") == (told["event"], told["state"], told["target"])
    assert "corp is not called: wrong password" == told["text"]
    assert "targets probe corp" in told["remedy"]
    assert "https://scim.example.com/scim/v2" == told["bridge"]


async def test_a_target_that_is_back_is_told_once(watch: Watch) -> None:
    await watch.world.health.heard(TargetMisconfigured("wrong password"))
    await watch.look()
    await watch.world.health.look(now=True)

    assert [("target_down", "raised"), ("target_down", "cleared")] == await watch.look() == await watch.look()
    first, last = watch.phones[0].told
    assert first["id"] == last["id"]


async def test_a_short_outage_is_not_told_and_a_longer_one_is(watch: Watch) -> None:
    world = watch.world
    await world.health.heard(TargetDown("connection refused"))
    assert [] == await watch.look()
    await world.health.look(now=True)
    assert [] == await watch.look()

    await world.health.heard(TargetDown("connection refused"))
    await watch.look()
    world.clock.advance(9.9)
    assert [] == await watch.look()
    world.clock.advance(0.1)
    assert [("target_down", "raised")] == await watch.look()


async def test_a_target_that_goes_down_in_its_maintenance_is_not_told_unless_it_stays_down(watch: Watch) -> None:
    until: list[int | None] = [watch.world.clock.now() + 60_000]
    unit = replace(watch.alerter.units["corp"], closed=lambda: until[0])
    watch.alerter.units = {"corp": unit}
    await watch.world.health.heard(TargetDown("connection refused"))
    for _ in range(3):
        watch.world.clock.advance(20)
        assert [] == await watch.look()
    until[0] = None
    assert [] == await watch.look()
    watch.world.clock.advance(10)

    assert [("target_down", "raised")] == await watch.look()
    until[0] = watch.world.clock.now() + 60_000
    assert [("target_down", "raised")] == await watch.look()


async def test_a_target_that_asks_for_patience_is_not_down(watch: Watch) -> None:
    await watch.world.health.heard(Throttled("busy", after=3600))
    await watch.look()
    watch.world.clock.advance(60)

    assert [] == await watch.look()


async def test_what_is_parked_is_told_once_however_many_come_and_when_none_is_left(watch: Watch) -> None:
    world = watch.world
    for name in ("kim", "lee"):
        await world.user(name)
        world.connector.fail = [*([None] * (2 if name == "kim" else 1)), Refused("sn is missing", code="65")]
        await world.deliver()
        assert [("parked", "raised")] == await watch.look()
    for name in ("kim", "lee"):
        await world.change(name, title="Boss")
    await world.deliver()

    assert [("parked", "raised"), ("parked", "cleared")] == await watch.look()
    assert "kim" not in str(watch.phones[0].told)


async def test_refused_passwords_are_told_without_a_name_and_when_none_is_left(watch: Watch) -> None:
    world = watch.world
    await world.users_named(["kim"])
    world.connector.fail = [Refused("too short", code="weak")]
    await world.change("kim", password="Kanarienvogel")
    await world.deliver()
    assert [("passwords_parked", "raised")] == await watch.look()
    await world.change("kim", password="Kanarienvogel-2")
    await world.deliver()

    assert [("passwords_parked", "raised"), ("passwords_parked", "cleared")] == await watch.look()
    assert not {"kim", "Kanarienvogel"} & set(str(watch.phones[0].told).split())
    assert "Kanarien" not in str(watch.phones[0].told)


async def test_a_plan_that_waits_is_told_once_while_it_grows_and_when_it_was_decided(watch: Watch) -> None:
    world = watch.world
    world.guards = {"deletes": 0}
    await world.restart()
    watch.restart()
    for name in ("kim", "lee"):
        await world.user(name)
        await world.deliver()
        await world.delete(name)
        await world.deliver()
        assert [("held", "raised")] == await watch.look()
    await world.journal.submit(lambda tx: tx.db.execute("UPDATE plan SET state = 'rejected'").rowcount)

    assert [("held", "raised"), ("held", "cleared")] == await watch.look()


async def test_a_run_that_is_not_credible_is_told_until_one_is(watch: Watch) -> None:
    async def ran(state: RunState) -> None:
        journal = watch.world.journal
        run = await journal.submit(lambda tx: begin(tx, "corp"))
        await watch.look()
        await journal.submit(lambda tx: end(tx, run, state, "half of the entries", {}))

    await ran(RunState.NOT_CREDIBLE)
    await watch.look()
    await ran(RunState.FAILED)
    assert [("not_credible", "raised")] == await watch.look()
    await ran(RunState.FINISHED)

    assert [("not_credible", "raised"), ("not_credible", "cleared")] == await watch.look()


async def test_a_target_that_the_bridge_paused_is_told_and_one_that_a_person_paused_is_not(watch: Watch) -> None:
    world = watch.world
    await world.journal.submit(lambda tx: targets.pause(tx, "corp", "maintenance"))
    world.health.reread()
    assert [] == await watch.look()
    await world.journal.submit(lambda tx: targets.pause(tx, "corp", "an older copy was put back", until_plan=True))
    world.health.reread()

    assert [("target_paused", "raised")] == await watch.look()


async def test_an_anchor_that_cannot_be_written_is_told(watch: Watch) -> None:
    watch.alerter.anchor = "Permission denied"
    await watch.look()
    watch.alerter.anchor = None

    assert [("anchor_not_written", "raised"), ("anchor_not_written", "cleared")] == await watch.look()


async def test_a_journal_that_cannot_be_written_is_told_and_kept_when_it_can(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(type(watch.world.journal), "writable", False)
        assert [("journal_not_writable", "raised")] == await watch.look()
        assert [("journal_not_writable", "raised")] == await watch.look()
    await watch.look()
    watch.restart()

    assert [("journal_not_writable", "raised"), ("journal_not_writable", "cleared")] == await watch.look()


async def test_what_cannot_be_kept_now_is_kept_with_what_is_told_next(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any, **__: Any) -> Any:
        raise JournalFull("the disk is full")

    await watch.world.health.heard(TargetMisconfigured("wrong password"))
    with monkeypatch.context() as patch:
        patch.setattr(type(watch.world.journal), "submit", full)
        await watch.look()
    await watch.look()
    watch.restart()

    assert [("target_down", "raised")] == await watch.look()


async def test_a_restart_tells_nothing_twice_and_what_ended_meanwhile(watch: Watch) -> None:
    await watch.world.health.heard(TargetMisconfigured("wrong password"))
    await watch.look()
    watch.restart()
    assert [("target_down", "raised")] == await watch.look()

    await watch.world.health.look(now=True)
    watch.restart()
    assert [("target_down", "raised"), ("target_down", "cleared")] == await watch.look()


async def test_a_channel_that_does_not_take_it_is_tried_again_and_the_other_is_told_once(watch: Watch) -> None:
    webhook, command = watch.phones
    webhook.failures = 2
    await watch.world.health.heard(TargetMisconfigured("wrong password"))
    heard = []
    for seconds in (0, 4.9, 0.1, 9.9, 0.1):
        watch.world.clock.advance(seconds)
        heard.append(len(await watch.look()))

    assert [0, 0, 0, 0, 1] == heard
    assert 1 == len(command.told)


async def test_it_gives_up_in_the_end_and_says_so(watch: Watch) -> None:
    watch.phones[0].failures = 1000
    await watch.world.health.heard(TargetMisconfigured("wrong password"))
    with capture_logs() as lines:
        for _ in range(MOST_TRIES + 3):
            await watch.look()
            watch.world.clock.advance(600)

    failed = [line["event"] for line in lines if line["event"] in ("alert.put_off", "alert.given_up")]
    assert ["alert.put_off"] * (MOST_TRIES - 1) + ["alert.given_up"] == failed
    watch.phones[0].failures = 0
    await watch.world.health.look(now=True)
    assert [("target_down", "cleared")] == await watch.look()


async def test_what_is_over_before_anybody_took_it_is_told_to_nobody(watch: Watch) -> None:
    watch.phones[0].failures = 1
    await watch.world.health.heard(TargetMisconfigured("wrong password"))
    await watch.look()
    await watch.world.health.look(now=True)
    watch.world.clock.advance(60)

    assert [] == await watch.look()


async def test_a_bug_in_a_channel_does_not_end_the_bridge(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    async def crash(*_: Any) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(watch.phones[0], "tell", crash)
    await watch.world.health.heard(TargetMisconfigured("wrong password"))
    with capture_logs() as lines:
        await watch.look()

    assert {"alert.crashed", "alert.put_off"} <= {line["event"] for line in lines}


async def test_without_the_table_nobody_is_told(watch: Watch) -> None:
    watch.alerter.settings = None
    await watch.world.health.heard(TargetMisconfigured("wrong password"))

    assert [] == await watch.look()


@pytest.mark.parametrize(("days", "before"), [(90, 7), (4, 1)])
async def test_a_token_that_is_about_to_end_is_told_until_it_is_rotated(watch: Watch, days: int, before: int) -> None:
    world, day = watch.world, 86_400_000
    made = world.clock.now()
    await world.journal.submit(lambda tx: tokens.add(tx, "entra", "spare", b"1", made + days * day))
    world.clock.advance((days - before) * 86_400 - 1)
    assert [] == await watch.look()

    world.clock.advance(1)
    assert [("token_ends", "raised")] == await watch.look()
    (told,) = watch.phones[0].told
    assert told["text"].startswith("the token spare of the client entra is taken until ")
    assert "token rotate spare" in told["remedy"]

    now = world.clock.now()
    await world.journal.submit(lambda tx: tokens.rotate(tx, "spare", b"2", now + day, now + 90 * day))
    assert [("token_ends", "raised"), ("token_ends", "cleared")] == await watch.look()


async def test_a_token_that_does_not_end_is_no_matter(watch: Watch) -> None:
    await watch.world.journal.submit(lambda tx: tokens.add(tx, "entra", "spare", b"1", None))

    assert [] == await watch.look()
