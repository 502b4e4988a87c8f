from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.clock import SetClock
from bridge.journal.journal import Journal, open_journal

KEY = bytes(range(32))


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def journal(tmp_path: Path, clock: SetClock) -> AsyncIterator[Journal]:
    journal = open_journal(tmp_path / "journal.db", KEY, clock)
    yield journal
    await journal.close()
