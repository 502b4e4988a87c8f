"""Measure, as ratios within one run: `make bench`, or `python -m bench [PART ...] [--rounds N]`.

Prints a table a part; the figures worth keeping go into RESULTS.md by hand, with the command and the machine.
"""

from __future__ import annotations

import argparse
import importlib
from contextlib import nullcontext

from bench.disk import slower

PARTS = ("edge", "reads", "large", "requests", "ldap", "groups", "dump", "initial", "reconcile")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds; medians are shown")
    parser.add_argument("--sync", type=int, metavar="US", help="let each sync of slapd and the daemon take longer")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    with slower(options.sync) if options.sync else nullcontext():
        for part in options.parts or PARTS:
            importlib.import_module(f"bench.{part}").measure(options.rounds)


main()
