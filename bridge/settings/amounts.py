"""Amounts as people write them: sizes ("1MiB"), durations ("30d"), limits (a number, or a share "5%"). Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from bridge.settings.faults import Wrong

_SIZES = {"": 1, "b": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_DURATIONS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z%]*)\s*")


def parse_size(written: object) -> int:
    """Bytes: a number, or a text such as "64KiB", "1MiB", "2GB"."""
    if isinstance(written, int) and not isinstance(written, bool) and written > 0:
        return written
    amount, unit = _split(written, "a size", 'write a number of bytes or a text such as "1MiB"')
    if unit.lower() not in _SIZES or amount <= 0:
        raise Wrong("is not a size", 'write a number of bytes or a text such as "1MiB" (B, KiB, MiB, GiB, KB, MB, GB)')
    return round(amount * _SIZES[unit.lower()])


def parse_duration(written: object) -> float:
    """Seconds: a number, or a text such as "500ms", "10s", "5m", "2h", "30d"."""
    if isinstance(written, (int, float)) and not isinstance(written, bool) and 0 < written < math.inf:
        return float(written)
    amount, unit = _split(written, "a duration", 'write a number of seconds or a text such as "10s"')
    if unit not in _DURATIONS or amount <= 0:
        raise Wrong("is not a duration", 'write a number of seconds or a text such as "10s" (ms, s, m, h, d)')
    return amount * _DURATIONS[unit]


@dataclass(frozen=True, slots=True)
class Limit:
    """How many removals are too many: `floor` at least, else `share` of the whole, `ceiling` at most."""

    floor: int
    share: float = 0.0
    ceiling: int | None = None

    def of(self, whole: int) -> int:
        """The number allowed where there are `whole` entries."""
        part = math.floor(self.share * whole)
        return max(self.floor, part if self.ceiling is None else min(self.ceiling, part))


def parse_limit(written: object, floor: int) -> Limit:
    """A number stands as it is; a share keeps `floor`, so that a small directory is not held for one person."""
    if isinstance(written, Limit):
        return written
    if isinstance(written, int) and not isinstance(written, bool) and written >= 0:
        return Limit(written)
    amount, unit = _split(written, "a limit", 'write a number, or a share such as "5%"')
    if unit != "%" or amount > 100:
        raise Wrong("is not a limit", 'write a number, or a share such as "5%"')
    return Limit(floor, amount / 100)


def _split(written: object, what: str, remedy: str) -> tuple[float, str]:
    matched = _AMOUNT.fullmatch(written) if isinstance(written, str) else None
    if matched is None:
        raise Wrong(f"is not {what}", remedy)
    return float(matched[1]), matched[2]
