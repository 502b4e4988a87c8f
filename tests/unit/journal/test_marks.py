"""Marks, on a real journal: kept for links that have not changed, and gone with what they were compared with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.clock import SetClock
from bridge.journal import marks
from bridge.journal.journal import Journal, open_journal
from bridge.journal.marks import Alike

INSERT = """INSERT INTO link (target, resource, kind, state, wish, done, due, entry_id, locator, claim, applied, rules)
VALUES ('corp', 'kim', 'users', 'in_sync', 1, 1, 0, '7', 'Users/Kim', 'users/kim', '{}', 'rules')"""


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = open_journal(tmp_path / "journal.db", bytes(32), SetClock())
    await execute(journal, INSERT)
    yield journal
    await journal.close()


async def execute(journal: Journal, statement: str) -> None:
    await journal.submit(lambda tx: tx.db.execute(statement) and None)


async def keep(journal: Journal, wish: int = 1) -> None:
    await journal.submit(lambda tx: marks.keep(tx, "corp", [Alike("kim", wish, "as it was")]))


def kept(journal: Journal) -> list[str | None]:
    return journal.read(lambda db: [mark for (mark,) in db.execute("SELECT mark FROM link")])


async def test_a_mark_is_kept_for_the_wish_that_was_read(journal):
    await keep(journal, wish=2)
    before = kept(journal)
    await keep(journal)

    assert ([None], ["as it was"]) == (before, kept(journal))


async def test_a_mark_is_not_kept_for_a_link_under_way(journal):
    await execute(journal, "UPDATE link SET state = 'dirty'")
    await keep(journal)

    assert [None] == kept(journal)


@pytest.mark.parametrize("column", ["entry_id", "locator", "claim", "applied", "rules"])
@pytest.mark.parametrize("value", ["NULL", "'another'"])
async def test_a_mark_goes_with_whatever_it_was_compared_with(journal, column, value):
    await keep(journal)
    await execute(journal, f"UPDATE link SET {column} = {value}")

    assert [None] == kept(journal)


async def test_a_mark_stays_while_all_that_stays_as_it_was(journal):
    await keep(journal)
    await execute(journal, "UPDATE link SET wish = 2, done = 2, applied = '{}', rules = 'rules', claim = 'users/kim'")

    assert ["as it was"] == kept(journal)
