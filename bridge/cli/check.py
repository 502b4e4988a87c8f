"""`scim-bridge check`: all that is wrong with the config file at once; with --connect, every target is reached."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bridge.clock import SystemClock
from bridge.daemon import logs, wiring
from bridge.daemon.control import protocol
from bridge.daemon.control.protocol import CommandFailed, NoDaemon
from bridge.daemon.wiring import Unit
from bridge.journal import JournalError
from bridge.settings import Settings, SettingsInvalid
from bridge.settings.plugins import discover


def run(options: argparse.Namespace) -> int:
    """0: all is well, 1: a target cannot be reached, 2: the file is wrong."""
    try:
        settings = wiring.load_settings(options.config)
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 2
    print(f"{options.config}: no faults; targets: {', '.join(settings.targets) or 'none'}")
    if not options.connect:
        return 0
    logs.configure("error", sys.stderr)
    try:
        return _connect(settings)
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 2
    except (CommandFailed, JournalError, PermissionError) as error:
        print(f"scim-bridge check: {error}", file=sys.stderr)
        return 1


def _connect(settings: Settings) -> int:
    """Through the same gate as the daemon: a target that it leaves alone is left alone here too."""
    try:
        status = protocol.ask(settings.journal.path.parent, "status")
    except NoDaemon:
        return asyncio.run(_reach(settings))
    down = {name: target for name, target in status["targets"].items() if target["breaker"] != "closed"}
    for name in status["targets"]:
        told = down[name]["reason"] or "being looked at" if name in down else "reached"
        print(f"{name}: {told} (says the running daemon)")
    return 1 if down else 0


async def _reach(settings: Settings) -> int:
    clock = SystemClock()
    journal = wiring.journal_of(settings, clock)
    plugins = discover()
    try:
        targets = [wiring.target_of(settings, each, plugins) for each in settings.targets.values()]
        results = [await _one(wiring.unit_of(each, journal, clock)) for each in targets]
    finally:
        await journal.close()
    return 0 if all(results) else 1


async def _one(unit: Unit) -> bool:
    await unit.target.open()
    try:
        reached = await unit.health.look()
    finally:
        await unit.target.close()
    probe, breaker = unit.target.probed, unit.health.breaker
    if not reached or probe is None:
        print(f"{unit.target.name}: {breaker.reason} (next look in {unit.health.seconds_left:.0f} s)")
        return False
    print(f"{unit.target.name}: {probe.server}; can: {', '.join(sorted(unit.target.capabilities)) or 'entries only'}")
    for warning in probe.warnings:
        print(f"    warning: {warning}")
    return True
