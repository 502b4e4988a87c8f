"""What came of the run of a seed: what was told, and what was wrong. The program's own log is listened to."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

BUGS = ("delivery.crashed", "target.probe_crashed", "reconcile.crashed", "journal.broken")
"""Events that are never logged unless the program is wrong."""


@dataclass
class Outcome:
    """What is wrong, what happened until then (time and event), and how much of it."""

    seed: int
    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)


@contextmanager
def listening(outcome: Outcome, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Keep what the program logs, instead of printing it; what tells of a bug is wrong."""
    before = structlog.get_config()

    def keep(_: Any, method: str, words: MutableMapping[str, Any]) -> Any:
        event = words.pop("event")
        error = words.pop("exc_info", None)
        error = sys.exc_info()[1] if error is True else error
        outcome.told.append(f"{loop.time():9.3f} {event} {words}")
        if event in BUGS:
            outcome.wrong.append(f"{event} {words} {error!r}")
        raise structlog.DropEvent

    structlog.configure(processors=[keep], cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**before)
