"""Maintenance windows of a target as they are written. Pure.

    "0 22 * * sat for 6h"
    "30 1 * * * for 2h in Europe/Berlin"

When a window is open is the daemon's business (`bridge/daemon/windows.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bridge.settings.amounts import parse_duration
from bridge.settings.cron import check_cron
from bridge.settings.faults import Wrong

LONGEST = 7 * 86400.0
_WRITTEN = re.compile(r"(.+?)\s+for\s+(\S+)(?:\s+in\s+(\S+))?", re.DOTALL)
_REMEDY = 'write when it begins as cron does, and how long it lasts: "0 22 * * sat for 6h"'


@dataclass(frozen=True, slots=True)
class Window:
    """It begins by the cron line and lasts so many seconds. `zone` None: the timezone of the file."""

    cron: str
    seconds: float
    zone: ZoneInfo | None = None


def parse_window(written: object) -> Window:
    """The window; `Wrong` where it cannot be read, or would be longer than a week."""
    if isinstance(written, Window):
        return written
    matched = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    if matched is None:
        raise Wrong("is not a maintenance window", _REMEDY)
    cron, duration, zone = matched.groups()
    seconds = parse_duration(duration)
    if seconds > LONGEST:
        raise Wrong("lasts longer than a week", "use `scim-bridge targets pause` for what has no fixed end")
    return Window(check_cron(cron), seconds, None if zone is None else _zone(zone))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise Wrong(f"{name} is not a timezone known here", 'write one as in "Europe/Berlin"') from None
