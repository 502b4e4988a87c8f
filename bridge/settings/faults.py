"""What is wrong with a config file: every fault at once, each with its place, its value and its remedy.

Not here: the checks themselves. A value of a secret is never put into a fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: `place` is the dotted key, `value` what was written there (None: nothing, or a secret)."""

    place: str
    value: str | None
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        written = "" if self.value is None else f" = {self.value}"
        lines = [f"{self.place}{written}", f"    {self.problem}"]
        if self.remedy:
            lines.append(f"    → {self.remedy}")
        return "\n".join(lines)


class SettingsInvalid(Exception):
    """The config file cannot be used; `str()` is what a person reads."""

    def __init__(self, file: Path, faults: Iterable[Fault]) -> None:
        self.file = file
        self.faults = tuple(faults)
        super().__init__(file, self.faults)

    def __str__(self) -> str:
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        return "\n".join([f"{self.file}: {count}", *(str(fault) for fault in self.faults)])


class Wrong(ValueError):
    """What a parser of a value raises: the problem, and what to write instead."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    by_fold = {k.casefold(): k for k in known}
    found = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None
