"""A process that writes until it is killed or its disk fails: it prints `ask`, then `ack` and the id.

python writing_child.py JOURNAL SUBMITTERS [CHECKPOINT_CHANGES]
"""

import asyncio
import os
import sys
from pathlib import Path

from bridge.clock import SystemClock
from bridge.journal import checkpoints
from bridge.journal.accept import Request, Taker, Write, accept
from bridge.journal.errors import JournalBroken
from bridge.journal.journal import Journal, open_journal
from bridge.journal.tx import Tx

KEY = bytes(range(32))
BROKEN = 3


def create(tx: Tx) -> str:
    body = {"userName": os.urandom(8).hex()}
    request = Request("default", "entra", "User", None, "create", body)
    write = Write(body, body["userName"], None)
    return accept(tx, request, lambda _: write, lambda *_: [Taker("corp", "users"), Taker("saas", "users")]).stored.id


async def submit(journal: Journal) -> None:
    """Go on whatever the journal says: nothing may be acknowledged after a failed fsync, however often one asks."""
    failures = 0
    while failures < 20:
        os.write(1, b"ask\n")
        try:
            id_ = await journal.submit(create, reserved=failures % 2 == 1)
        except JournalBroken:
            failures += 1
        else:
            os.write(1, f"ack {id_}\n".encode())


async def main() -> int:
    journal = open_journal(Path(sys.argv[1]), KEY, SystemClock())
    if len(sys.argv) > 3:
        checkpoints.CHANGES = int(sys.argv[3])
    os.write(1, b"ready\n")
    await asyncio.gather(*(submit(journal) for _ in range(int(sys.argv[2]))))
    try:
        await journal.fatal()
    except JournalBroken:
        return BROKEN


if __name__ == "__main__":
    os._exit(asyncio.run(main()))
