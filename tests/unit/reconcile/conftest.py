from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.clock import SetClock
from bridge.journal.journal import open_journal
from tests.unit.reconcile.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = SetClock()
    journal = open_journal(tmp_path / "journal.db", bytes(32), clock)
    world = World(journal, clock=clock)
    world.configure()
    yield world
    await journal.close()
