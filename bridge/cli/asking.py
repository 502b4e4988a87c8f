"""Ask the running daemon; without one, take the journal's lock and do it here."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bridge.clock import SystemClock
from bridge.daemon import logs, wiring
from bridge.daemon.commands import Commands
from bridge.daemon.control import protocol
from bridge.daemon.control.protocol import CommandFailed, NoDaemon, Question
from bridge.daemon.tokens import Tokens
from bridge.journal import JournalError
from bridge.settings import Settings, SettingsInvalid
from bridge.settings.plugins import discover

_REACH_SUBJECT = ("plan", "reconcile", "probe")
_REACH_TARGET = ("why", "relink")
"""Commands that reach the target they are about: their subject, or their option `target`; without that, all."""


def ask(
    config: Path,
    command: str,
    subject: str | None,
    show: Callable[[Any], int],
    options: Mapping[str, Any] | None = None,
) -> int:
    """Ask, and show the answer; the exit code. 1 where it cannot be answered, 2 where the config is wrong."""
    try:
        settings = wiring.load_settings(config)
        answer = _ask(settings, command, subject, options or {})
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 2
    except (CommandFailed, JournalError, PermissionError) as error:
        print(f"scim-bridge {command}: {error}", file=sys.stderr)
        return 1
    return show(answer)


def _ask(settings: Settings, command: str, subject: str | None, options: Mapping[str, Any]) -> Any:
    try:
        return protocol.ask(settings.journal.path.parent, command, subject, options)
    except NoDaemon:
        logs.configure("error", sys.stderr)
        return asyncio.run(_here(settings, Question(command, subject, os.getuid(), options)))


async def _here(settings: Settings, question: Question) -> Any:
    """Without a daemon: its journal and the one target that is asked about, for one command."""
    clock = SystemClock()
    journal = wiring.journal_of(settings, clock)
    plugins = discover()
    try:
        targets = [wiring.target_of(settings, each, plugins) for each in settings.targets.values()]
        units = {each.name: wiring.unit_of(each, journal, clock, zone=settings.timezone) for each in targets}
        asked = [unit for name, unit in units.items() if _reaches(question, name)]
        for unit in asked:
            await unit.target.open()
        try:
            tokens = Tokens(journal, clock, settings.clients)
            return await Commands(journal, units, tokens, clock, running=False).answer(question)
        finally:
            for unit in asked:
                await unit.target.close()
    finally:
        await journal.close()


def _reaches(question: Question, target: str) -> bool:
    if question.command in _REACH_SUBJECT:
        return target == question.subject
    return question.command in _REACH_TARGET and question.options.get("target") in (None, target)
