"""`make demo`: an identity provider's morning, on real parts, from the first hire to the last comparison.

Exits 0 only when directory, app and file were compared with what was sent and found equal. The acts are in
`story.py`, what is started around them in `stage.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from demo.story import morning


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave everything running, and say where")
    return asyncio.run(morning(keep=parser.parse_args().keep))


if __name__ == "__main__":
    sys.exit(main())
