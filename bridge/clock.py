"""The only caller of the wall clock. Everything else is handed a `Clock`, so a test owns the time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """What time it is."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z: what is recorded, and what is due."""

    def monotonic(self) -> float:
        """Seconds that never go back: how long something took."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class SetClock:
    """A clock that a test or a simulation sets."""

    milliseconds: int = 1_700_000_000_000
    jumped: int = 0

    def now(self) -> int:
        return self.milliseconds

    def monotonic(self) -> float:
        return (self.milliseconds - self.jumped) / 1000

    def advance(self, seconds: float) -> None:
        self.milliseconds += round(seconds * 1000)

    def jump(self, seconds: float) -> None:
        """Somebody sets the clock: no time passes."""
        self.advance(seconds)
        self.jumped += round(seconds * 1000)
