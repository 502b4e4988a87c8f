import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.clock import SetClock
from bridge.daemon.tidying import keep_of, keep_tidy
from bridge.journal import Journal, actions, open_journal, passwords
from bridge.journal.actions import DAEMON, Action
from bridge.journal.retention import Keep
from bridge.settings.models import JournalSettings

YEAR = 365 * 86400.0


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def journal(tmp_path: Path, clock: SetClock) -> AsyncIterator[Journal]:
    journal = open_journal(tmp_path / "journal.db", bytes(32), clock)
    yield journal
    await journal.close()


def test_the_config_speaks_seconds_and_the_journal_milliseconds() -> None:
    settings = JournalSettings.model_validate(
        {"key": "00" * 32, "keep": "2d", "keep_payloads": "1d", "max_size": "1MiB"}, context={"secrets": lambda x: x}
    )

    assert keep_of(settings) == Keep(2 * 86_400_000, 86_400_000, 2**20)


async def nothing() -> None:
    """No tokens to tidy."""


async def test_it_tidies_a_minute_after_the_start_and_then_every_hour(journal: Journal, clock: SetClock) -> None:
    await journal.submit(lambda tx: actions.record(tx, Action(DAEMON, "reload")))
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        clock.advance(YEAR)
        if len(waits) == 3:
            raise asyncio.CancelledError

    with capture_logs() as lines, pytest.raises(asyncio.CancelledError):
        await keep_tidy(journal, Keep(1000, 1000, 10_000), clock, nothing, wait)

    assert waits == [60.0, 3600.0, 3600.0]
    assert [line["event"] for line in lines] == ["journal.tidied", "journal.tidied"]


async def test_passwords_that_waited_too_long_are_erased_and_told_by_whose_they_are(
    journal: Journal, clock: SetClock
) -> None:
    await journal.submit(lambda tx: passwords.put(tx, "old", 1, "Kanarienvogel", [("corp", 1000), ("app", 9_000_000)]))
    clock.advance(2)

    async def wait(_: float) -> None:
        if lines:
            raise asyncio.CancelledError

    with capture_logs() as lines, pytest.raises(asyncio.CancelledError):
        await keep_tidy(journal, Keep(10**12, 10**12, 10**9), clock, nothing, wait)

    assert ["password.expired"] == [line["event"] for line in lines]
    assert ("corp", "old") == (lines[0]["target"], lines[0]["resource"])
    assert (0, 1) == tuple(journal.read(lambda db, t=t: passwords.waiting(db, t)).waiting for t in ("corp", "app"))
