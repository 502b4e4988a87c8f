"""What a certification says of each promise, and of all together: line by line, as an operator reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_INDENT = " " * 12


class Outcome(StrEnum):
    KEPT = "kept"
    BROKEN = "BROKEN"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one promise; `why` is empty where it is kept."""

    promise: str
    outcome: Outcome
    why: str = ""


def show(verdict: Verdict) -> None:
    """Print it at once: the next promise may take a while."""
    first, *more = f"{verdict.promise}: {verdict.why}".splitlines() if verdict.why else [verdict.promise]
    print(f"{verdict.outcome:<{len(_INDENT)}}{first}", *(_INDENT + line for line in more), sep="\n", flush=True)


def sum_up(verdicts: Sequence[Verdict], not_offered: Sequence[str]) -> bool:
    """Print the sum; whether nothing is broken."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    print("\n" + ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome))
    if not_offered:
        print(f"not offered: {', '.join(not_offered)}")
    return not counts[Outcome.BROKEN]
