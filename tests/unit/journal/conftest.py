from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.clock import SetClock
from bridge.journal.journal import Journal, open_journal
from bridge.journal.tx import Tx

KEY = bytes(range(32))
NOTES = "CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT"
"""A table of the tests' own: how the journal writes does not depend on what."""


def make_notes(tx: Tx) -> None:
    tx.db.execute(NOTES)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def journal(tmp_path: Path, clock: SetClock) -> AsyncIterator[Journal]:
    journal = open_journal(tmp_path / "journal.db", KEY, clock)
    await journal.submit(make_notes)
    yield journal
    await journal.close()
