"""The life of the daemon on one screen: open, run, drain.

Opening goes from the inside out: journal, targets, control socket, doors; "ready" is said when the doors are open.
Running is one TaskGroup: a loop that ends without being asked is a crash, and ends the process with what it raised.
Stopping: no new claims, what is in hand gets its time, the doors close, the journal closes last.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import structlog

from bridge import __version__
from bridge.clock import Clock, SystemClock
from bridge.daemon import anchor, memory, notify, tidying, wiring
from bridge.daemon.commands import Commands
from bridge.daemon.control.server import listen
from bridge.daemon.doors import door
from bridge.daemon.house import House
from bridge.edge import make_app, make_ops_app
from bridge.journal import Journal, caution, sqlite_version
from bridge.settings import Settings, SettingsInvalid

log = structlog.get_logger()

DRAIN = 6.0
"""Seconds for deliveries in hand; with the last answers and the journal it stays below ten."""


class Ended(Exception):
    """A loop ended without being asked: a crash."""


async def live(path: Path, settings: Settings) -> None:
    """Run the daemon until SIGTERM or SIGINT; raises what crashed it."""
    clock = SystemClock()
    memory.read_in_pieces()
    journal = wiring.journal_of(settings, clock)
    log.info("journal.opened", sqlite=sqlite_version, caution=caution())
    stop, reload_ = _signals()
    try:
        async with AsyncExitStack() as stack:
            await anchor.pause_if_older(journal, settings.targets)
            house = House(settings, journal, clock)
            await stack.enter_async_context(house)
            await _open(stack, settings, journal, house, clock)
            memory.forget_seldom()
            log.info("daemon.ready", version=__version__, pid=os.getpid(), edge=settings.edge.url)
            notify.tell(notify.READY, f"STATUS=serving {settings.edge.url}")
            await _run(
                house, journal, stop, _reloads(path, house, clock, reload_), _tidying(settings, journal, house, clock)
            )
            log.info("daemon.stopping")
            notify.tell(notify.STOPPING)
            await house.drain(DRAIN)
            await anchor.anchor(journal)
    finally:
        await journal.close()
    log.info("daemon.stopped")


async def _open(stack: AsyncExitStack, settings: Settings, journal: Journal, house: House, clock: Clock) -> None:
    commands = Commands(journal, house.units, house.tokens, clock, running=True)
    control = await listen(settings.journal.path.parent, commands.answer)
    stack.callback(control.close)
    if settings.ops is not None:
        await stack.enter_async_context(door(make_ops_app(house.edge.metrics, commands.status), settings.ops.listen))
    admits = wiring.admits_of(settings.edge)
    await stack.enter_async_context(door(make_app(house.edge), settings.edge.listen, house.certificate.context, admits))


def _tidying(settings: Settings, journal: Journal, house: House, clock: Clock) -> Coroutine[Any, Any, None]:
    return tidying.keep_tidy(journal, tidying.keep_of(settings.journal), clock, house.tokens.tidy)


async def _run(
    house: House,
    journal: Journal,
    stop: asyncio.Event,
    reloads: Coroutine[Any, Any, None],
    tidies: Coroutine[Any, Any, None],
) -> None:
    """Everything that runs for ever, until `stop`; the first loop that ends otherwise ends them all."""

    async def asked() -> None:
        await stop.wait()
        raise _Stop

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_unasked("journal", journal.fatal()))
            group.create_task(_unasked("targets", house.run()))
            group.create_task(_unasked("reload", reloads))
            group.create_task(_unasked("tidying", tidies))
            group.create_task(_unasked("anchor", anchor.keep(journal, note=house.note_anchor)))
            group.create_task(_unasked("alerts", house.alerter.run()))
            group.create_task(notify.stay_alive())
            group.create_task(asked())
    except* _Stop:
        pass


class _Stop(Exception):
    """We were asked to stop."""


async def _unasked(name: str, loop: Coroutine[Any, Any, Any]) -> None:
    await loop
    raise Ended(f"{name} ended without being asked")


async def _reloads(path: Path, house: House, clock: Clock, asked: asyncio.Event) -> None:
    """SIGHUP: the new settings are built whole, then swapped; a bad file leaves everything as it was."""
    while True:
        await asked.wait()
        asked.clear()
        notify.tell(notify.reloading(clock.monotonic()))
        try:
            await house.reload(wiring.load_settings(path))
        except SettingsInvalid as invalid:
            log.error("daemon.reload_refused", faults=[f"{f.place}: {f.problem}" for f in invalid.faults])
        notify.tell(notify.READY)


def _signals() -> tuple[asyncio.Event, asyncio.Event]:
    """Signals become events here and nowhere else."""
    stop, reload_ = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, reload_.set)
    return stop, reload_
