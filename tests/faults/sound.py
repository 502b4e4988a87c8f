"""Whether a journal that was through something is whole: its file, its chain, the versions of each resource."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bridge.journal import anchors
from bridge.journal.verify import verify_file
from tests.daemon import JOURNAL_KEY


def flaws(path: Path) -> Iterator[str]:
    """What is wrong with the journal; nobody has it open."""
    with closing(sqlite3.connect(path)) as db:
        for (answer,) in db.execute("PRAGMA integrity_check"):
            if answer != "ok":
                yield f"integrity_check: {answer}"
        last: dict[str, int] = {}
        for resource, version in db.execute("SELECT resource, version FROM change ORDER BY seq"):
            if version != last.get(resource, 0) + 1:
                yield f"version {version} of {resource} follows {last.get(resource, 0)}"
            last[resource] = version
    anchor = anchors.read(path)
    yield from verify_file(path, bytes.fromhex(JOURNAL_KEY), [anchor] if anchor else []).found
