"""The long tests: `make soak PART=NAME`. A part is a module here whose `main(arguments)` returns an exit code."""

from __future__ import annotations

import importlib
import sys

PARTS = {
    "requests": "1,000,000 random requests: no 5xx, no traceback, memory flat (SEED=N COUNT=N: conversations)",
    "kill": "1,000 times kill -9 under 64 clients: nothing lost, twice, out of order; ready in 3 s (COUNT=N: times 40)",
    "eio": "500 syncs of the journal fail: nothing acknowledged any more, the next start is clean (COUNT=N: times 20)",
    "away": "ten minutes without the directory under 100 changes a second: the edge and the others do not notice it",
    "backlog": "a disable behind 100,000 creates is at the directory within 2 s",
    "simulation": "20,000 simulated worlds, a seed each, where everything goes wrong (COUNT=N: times 100 seeds)",
    "wal": "an hour of changes while others read slowly: the journal's log stays below 64 MiB",
    "power": "2,000 power cuts on the daemon's own writes and syncs: nothing acknowledged is lost (COUNT=N: times 100)",
    "tampering": "10,000 times tampering with changes and operator actions: every one is found (COUNT=N: times 500)",
}


def main(arguments: list[str]) -> int:
    """Run the part that is named first."""
    if not arguments or arguments[0] not in PARTS:
        print(
            "make soak PART=NAME [SEED=N] [COUNT=N] [RESUME=1], where NAME is one of:",
            *(f"  {name}: {what}" for name, what in PARTS.items()),
            sep="\n",
        )
        return 2
    part = importlib.import_module(f"tests.soak.{arguments[0]}")
    code: int = part.main(arguments[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
