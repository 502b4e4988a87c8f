import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.clock import SetClock
from bridge.daemon import anchor
from bridge.journal import Journal, actions, anchors, chain, open_journal, passwords, targets, tokens
from bridge.journal.actions import DAEMON, Action
from bridge.journal.chain import Place


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = open_journal(tmp_path / "journal.db", bytes(32), SetClock())
    yield journal
    await journal.close()


async def act(journal: Journal) -> None:
    await journal.submit(lambda tx: actions.record(tx, Action(DAEMON, "reload")))


async def test_the_head_goes_into_the_log_and_into_its_file(journal: Journal) -> None:
    await act(journal)

    with capture_logs() as lines:
        place = await anchor.anchor(journal)

    assert place is not None
    assert place == anchors.read(journal.path)
    assert lines == [{"event": "journal.anchored", "log_level": "info", "seq": 1, "chain": place.chain.hex()}]


async def test_a_head_that_has_not_moved_is_not_told_again(journal: Journal) -> None:
    place = await anchor.anchor(journal)

    with capture_logs() as lines:
        assert place == await anchor.anchor(journal, place)

    assert lines == []


async def test_it_is_anchored_every_minute_for_as_long_as_we_run(journal: Journal) -> None:
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise asyncio.CancelledError
        await act(journal)

    with capture_logs() as lines, pytest.raises(asyncio.CancelledError):
        await anchor.keep(journal, wait)

    assert waits == [60.0, 60.0, 60.0]
    assert [line["seq"] for line in lines] == [0, 1, 2]


async def test_a_file_that_cannot_be_written_is_told_and_ends_nothing(journal: Journal) -> None:
    anchors.path_of(journal.path).mkdir()

    with capture_logs() as lines:
        assert await anchor.anchor(journal) == journal.read(chain.head)

    assert [line["event"] for line in lines] == ["journal.anchored", "journal.anchor_not_written"]


async def test_a_journal_that_is_older_than_its_anchor_pauses_and_forgets_passwords_and_tokens(
    journal: Journal,
) -> None:
    """The targets may have newer passwords than the copy that was put back, and a token may have been revoked since."""
    await journal.submit(lambda tx: passwords.put(tx, "r", 1, "Kanarienvogel", [("corp", 1000)]))
    await journal.submit(lambda tx: tokens.add(tx, "entra", "entra", bytes(32), None))
    anchors.write(journal.path, Place(99, bytes(32)))

    with capture_logs() as lines:
        assert await anchor.pause_if_older(journal, ["corp"])

    (line,) = lines
    assert ("journal.is_older", 1, 1) == (line["event"], line["passwords"], line["tokens"])
    assert [] == journal.read(tokens.kept)
    assert journal.read(lambda db: targets.remembered(db, "corp")).until_plan
    assert 0 == journal.read(lambda db: passwords.waiting(db, "corp")).waiting
