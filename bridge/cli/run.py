"""`scim-bridge run`: the daemon."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

import structlog

from bridge.daemon import logs, wiring
from bridge.daemon.doors import DoorTaken
from bridge.daemon.life import live
from bridge.journal import JournalError
from bridge.settings import SettingsInvalid

log = structlog.get_logger()


def run(options: argparse.Namespace) -> int:
    """Live until told to stop. 0: stopped as asked, 1: crashed, 2: the config is wrong."""
    logs.configure(options.log_level)
    try:
        settings = wiring.load_settings(options.config)
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 2
    try:
        asyncio.run(live(options.config, settings))
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 2
    except (JournalError, DoorTaken) as error:
        print(f"scim-bridge: {error}", file=sys.stderr)
        return 1
    except BaseException as error:
        log.critical("daemon.crashed", exc_info=error)
        _leave(1)
    return 0


def _leave(code: int) -> None:
    """A thread that hangs in a dead directory must not hold the exit."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
