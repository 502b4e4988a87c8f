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
    options = parser.parse_args()
    try:
        return asyncio.run(morning(keep=options.keep))
    except KeyboardInterrupt:
        return 0 if options.keep else 130


if __name__ == "__main__":
    sys.exit(main())
