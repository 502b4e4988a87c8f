"""Whether a target is in one of its maintenance windows, and until when.

A window begins by its cron line, in its timezone, and lasts so long as time goes by: an hour that daylight saving takes
away makes it no shorter, and where an hour comes twice, it is closed in both. Windows that overlap or touch are one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo

from bridge.clock import Clock
from bridge.daemon.schedule import next_time
from bridge.settings.windows import Window

STEPS = 1000
"""Windows that are joined at most: every minute for an hour is a window without end, told as a long one."""

Closed = Callable[[], int | None]
"""Until when a target is not written to, in milliseconds; None: it may be now."""


def closed_until(windows: Sequence[Window], now: int, zone: tzinfo) -> int | None:
    """The end of the window that it is now, with those that follow without a gap; None where it is none."""
    end = now
    for _ in range(STEPS):
        later = max((_end(window, end, zone) for window in windows), default=end)
        if later == end:
            break
        end = later
    return None if end == now else end


def next_change(windows: Sequence[Window], now: int, zone: tzinfo) -> int | None:
    """When a window begins next; None where none ever does."""
    return min((t for w in windows if (t := next_time(w.cron, now, w.zone or zone)) is not None), default=None)


def closing(windows: Sequence[Window], clock: Clock, zone: tzinfo) -> Closed:
    """Ask at any time, as often as you like: it is worked out anew only when it changes, or the clock was set."""
    asked, until, end = 0, 0, None

    def closed() -> int | None:
        nonlocal asked, until, end
        now = clock.now()
        if not asked <= now < until:
            end = closed_until(windows, now, zone)
            change = end if end is not None else next_change(windows, now, zone)
            asked, until = now, change if change is not None else now + 86_400_000
        return end

    return closed if windows else lambda: None


def _end(window: Window, at: int, zone: tzinfo) -> int:
    """When the window ends that began before or at this time and is not over then; this time itself where none is."""
    length = round(window.seconds * 1000)
    began = next_time(window.cron, at - length, window.zone or zone)
    return began + length if began is not None and began <= at else at
