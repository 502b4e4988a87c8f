"""A long test in rounds: each comes of its seed alone and stands for itself, so what was broken off can go on.

What each round told is a line of JSON in a file of the user's cache, written as soon as it ended: `--resume` goes on
after the last one, and the sums at the end are those of all. A failure names its seed; `--seed N --count 1` says that
round again.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Figures = Mapping[str, float]
"""What a round came to. The sums are told, but of a name that begins with `most_` the largest."""


class Failed(Exception):
    """A promise was broken; what is wrong, a line each."""

    def __init__(self, wrong: list[str]) -> None:
        super().__init__(f"{len(wrong)} things are wrong")
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Part:
    """A part of `make soak`: `one` runs the round of a seed, and raises `Failed`; `count` rounds are the whole."""

    name: str
    count: int
    one: Callable[[int], Figures]


def main(part: Part, arguments: list[str]) -> int:
    """Run the rounds that were asked for; 0 where nothing failed."""
    parser = argparse.ArgumentParser(prog=f"make soak PART={part.name}")
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    parser.add_argument("--count", type=int, default=part.count, help=f"rounds; the whole are {part.count}")
    parser.add_argument("--resume", action="store_true", help="go on where the last run was broken off")
    options = parser.parse_args(arguments)
    told = _told(part) if options.resume else {}
    if not told:
        _file(part).unlink(missing_ok=True)
    for seed in range(options.seed, options.seed + options.count):
        if str(seed) in told:
            continue
        began = time.monotonic()
        try:
            figures = {**part.one(seed), "seconds": round(time.monotonic() - began, 1)}
        except Failed as failed:
            print(f"SEED={seed} COUNT=1 says this again:", *failed.wrong[:20], sep="\n  ")
            return 1
        told[str(seed)] = figures
        with _file(part).open("a") as file:
            print(json.dumps({"seed": seed, **figures}), file=file)
        print(f"{part.name} {seed}: {_words(figures)}", flush=True)
    print(f"{len(told)} rounds: {_words(_sum(list(told.values())))}")
    return 0


def _sum(figures: list[Figures]) -> Figures:
    names = dict.fromkeys(name for each in figures for name in each)
    return {
        name: (max if name.startswith("most_") else sum)([each[name] for each in figures if name in each])
        for name in names
    }


def _words(figures: Figures) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in figures.items())


def _told(part: Part) -> dict[str, Figures]:
    """What earlier rounds told, by seed."""
    try:
        lines = [json.loads(line) for line in _file(part).read_text().splitlines()]
    except FileNotFoundError:
        return {}
    return {str(line.pop("seed")): line for line in lines}


def _file(part: Part) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scim-bridge"
    cache.mkdir(parents=True, exist_ok=True)
    return cache / f"soak-{part.name}.jsonl"
