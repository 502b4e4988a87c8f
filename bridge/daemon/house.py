"""The running targets: each with its deliverer and its schedule, started, exchanged at a reload, drained at the end.

A reload is per target: what did not change in the config runs on undisturbed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self

import structlog

from bridge.clock import Clock
from bridge.daemon import schedule, wiring
from bridge.daemon.alerts import Alerter
from bridge.daemon.certificate import Certificate
from bridge.daemon.tokens import Tokens
from bridge.daemon.wiring import Unit
from bridge.delivery.verdict import moment
from bridge.edge import Edge
from bridge.journal import Journal, JournalBusy, JournalError, JournalFull, actions, targets, waking
from bridge.journal.actions import DAEMON, Action
from bridge.settings import Settings
from bridge.settings.plugins import discover
from bridge.targets import Target
from connectors.sdk import Plugin

log = structlog.get_logger()

CLOSE = 1.0
"""Seconds that a connector has to let go of its connections."""


@dataclass(slots=True)
class _Running:
    """The tasks of one target; `leaving` is set when they are to end."""

    unit: Unit
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class House:
    """An async context manager: the targets' connectors are open inside."""

    def __init__(self, settings: Settings, journal: Journal, clock: Clock) -> None:
        self._settings = settings
        self._journal = journal
        self._clock = clock
        self._plugins: Mapping[str, Plugin] = discover()
        self._running: dict[str, _Running] = {}
        self._new: asyncio.Queue[_Running] = asyncio.Queue()
        self.units: dict[str, Unit] = {}
        self._order = wiring.order_of(settings)
        self._zone = settings.timezone
        self.certificate = Certificate.of(settings.edge)
        self.edge: Edge = wiring.edge_of(settings, journal, clock)
        self.tokens = Tokens(journal, clock, settings.clients, self.edge)
        self.alerter = Alerter(journal, self.units, clock, settings.alerts, settings.edge.url)

    async def __aenter__(self) -> Self:
        self._journal.on_dirty(self._wake)
        for target in self._build(self._settings, self._settings.targets):
            await self._start(target)
        await self._journal.submit(waking.wake_waiting, reserved=True)
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for unit in self.units.values():
            await self._close(unit)

    async def run(self) -> None:
        """Run every target, those that a reload brings too; never ends by itself."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._run(await self._new.get()))

    async def reload(self, settings: Settings) -> None:
        """Exchange what changed: clients, the certificate, targets one by one. `SettingsInvalid` before anything is."""
        old = self._settings
        new_types = old.resource_types != settings.resource_types  # schemas say what a rule reads
        new_rest = new_types or old.timezone != settings.timezone  # windows and schedules are read in it
        kept = [] if new_rest else [name for name, each in old.targets.items() if settings.targets.get(name) == each]
        made = self._build(settings, settings.targets.keys() - kept)
        for section in ("journal", "edge", "ops"):
            if getattr(old, section) != getattr(settings, section):
                log.warning("daemon.restart_needed", section=section, reason="takes effect at the next start")
        for name in self.units.keys() - kept:
            await self._stop(name)
        if new_types:
            self.edge.serve(wiring.served_types(settings))
        self._order, self._zone = wiring.order_of(settings), settings.timezone
        self.edge.targets_for = wiring.takers_of(settings)  # before a target looks for what it has missed
        for target in made:
            await self._start(target)
            self.units[target.name].health.hurry()  # somebody may have mended what keeps it down
        self.tokens.clients = settings.clients
        self.tokens.take_in()
        self.certificate.renew()
        self.alerter.settings = settings.alerts
        self._settings = settings
        await self._journal.submit(waking.wake_waiting, reserved=True)
        detail = {"targets": sorted(self.units), "clients": sorted(settings.clients)}
        await self._journal.submit(lambda tx: actions.record(tx, Action(DAEMON, "reload", "", detail)), reserved=True)
        log.info("daemon.reloaded", targets=sorted(self.units), clients=sorted(settings.clients))

    def note_anchor(self, trouble: str | None) -> None:
        """The journal's anchor was written, or could not be."""
        self.alerter.anchor = trouble

    async def drain(self, seconds: float) -> None:
        """Nothing new is claimed; what is in hand gets so many seconds; who waits for a delivery is answered."""
        self.edge.waiters.end()
        async with asyncio.TaskGroup() as group:
            for unit in self.units.values():
                group.create_task(unit.deliverer.drain(seconds))
        with suppress(JournalError):  # the last hour's uses of tokens are worth no trouble
            await self.tokens.tidy()

    def _build(self, settings: Settings, names: Iterable[str]) -> list[Target]:
        return [wiring.target_of(settings, settings.targets[name], self._plugins) for name in sorted(names)]

    async def _start(self, target: Target) -> None:
        after = lambda kind: self._order(target.name, kind)  # noqa: E731 (a reload exchanges the order)
        unit = wiring.unit_of(target, self._journal, self._clock, self.edge.waiters.settled, after, self._zone)
        await target.open()
        for kind, rules in unit.target.rules.items():
            catch_up = partial(waking.catch_up, target=target.name, tenant=target.tenant, rules=rules)
            missed = await self._journal.submit(catch_up, reserved=True)
            if missed.made or missed.woken:
                log.info("target.catches_up", target=target.name, kind=kind, new=missed.made, looked_at=missed.woken)
        self.units[target.name] = unit
        self._running[target.name] = _Running(unit)
        self._new.put_nowait(self._running[target.name])

    async def _stop(self, name: str) -> None:
        running = self._running.pop(name)
        running.leaving.set()
        await running.gone.wait()
        await self._close(self.units.pop(name))

    async def _run(self, running: _Running) -> None:
        """One target's loops, until it leaves."""
        unit = running.unit
        try:
            async with asyncio.TaskGroup() as group:
                loops = [group.create_task(unit.deliverer.run()), group.create_task(self._schedule(unit))]
                await _either(running.leaving, loops[0])
                await unit.deliverer.drain(self._settings.targets[unit.target.name].timeout)
                loops[1].cancel()
        finally:
            running.gone.set()

    async def _schedule(self, unit: Unit) -> None:
        line = unit.target.settings.schedule
        if line is None:
            return
        name = unit.target.name
        known = self._journal.read(lambda db: targets.remembered(db, name))

        async def run() -> None:
            if (reason := await _reconcile(unit)) is not None:
                log.warning("reconcile.skipped", target=name, reason=reason)

        await schedule.keep(line, self._settings.timezone, known.last_run, self._clock, run)

    async def _close(self, unit: Unit) -> None:
        try:
            async with asyncio.timeout(CLOSE):
                await unit.target.close()
        except Exception as error:
            log.warning("target.closed_hard", target=unit.target.name, reason=type(error).__name__)

    def _wake(self, names: set[str]) -> None:
        for name in sorted(names):  # in one order, whatever the process
            if name in self.units:
                self.units[name].deliverer.wake()


async def _reconcile(unit: Unit) -> str | None:
    """Reconcile, if it may be done now; why not, if it may not. A full disk is no reason to end the daemon."""
    if (end := unit.closed()) is not None:
        return f"it is in maintenance until {moment(end)}"
    if not await unit.health.look():
        return unit.health.breaker.reason
    try:
        await unit.reconciler.run()
    except (JournalBusy, JournalFull) as error:
        return str(error)
    return None


async def _either(leaving: asyncio.Event, loop: asyncio.Task[None]) -> None:
    """Until the target is to leave, or its loop has ended."""
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(leaving.wait())
        loop.add_done_callback(lambda _: waiting.cancel())
