"""Ask the running daemon; without one, take the journal's lock and do it here."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.clock import SystemClock
from bridge.daemon import logs, wiring
from bridge.daemon.commands import Commands
from bridge.daemon.control import protocol
from bridge.daemon.control.protocol import CommandFailed, NoDaemon
from bridge.journal import JournalError
from bridge.settings import Settings, SettingsInvalid
from bridge.settings.plugins import discover


def ask(config: Path, command: str, subject: str | None, show: Callable[[Any], int]) -> int:
    """Ask, and show the answer; the exit code. 1 where it cannot be answered, 2 where the config is wrong."""
    try:
        settings = wiring.load_settings(config)
        answer = _ask(settings, command, subject)
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 2
    except (CommandFailed, JournalError, PermissionError) as error:
        print(f"scim-bridge {command}: {error}", file=sys.stderr)
        return 1
    return show(answer)


def _ask(settings: Settings, command: str, subject: str | None) -> Any:
    try:
        return protocol.ask(settings.journal.path.parent, command, subject)
    except NoDaemon:
        logs.configure("error", sys.stderr)
        return asyncio.run(_here(settings, command, subject))


async def _here(settings: Settings, command: str, subject: str | None) -> Any:
    """Without a daemon: its journal and the one target that is asked about, for one command."""
    clock = SystemClock()
    journal = wiring.journal_of(settings, clock)
    plugins = discover()
    try:
        targets = settings.targets.values()
        units = {each.name: wiring.unit_of(settings, each, plugins, journal, clock) for each in targets}
        asked = [unit for name, unit in units.items() if name == subject and command in ("plan", "reconcile")]
        for unit in asked:
            await unit.target.open()
        try:
            return await Commands(journal, units, clock, running=False).answer(command, subject)
        finally:
            for unit in asked:
                await unit.target.close()
    finally:
        await journal.close()
