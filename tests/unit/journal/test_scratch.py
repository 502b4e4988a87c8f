import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bridge.clock import SetClock
from bridge.journal.findings import Finding, Sort
from bridge.journal.journal import Journal, open_journal
from bridge.journal.scratch import Scratch, Seen

INSERT = (
    "INSERT INTO link (target, resource, kind, state, wish, done, due, entry_id, locator, claim, error_class) "
    "VALUES (?, ?, 'users', ?, 1, 1, 0, ?, ?, ?, ?)"
)


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = open_journal(tmp_path / "journal.db", bytes(32), SetClock())
    yield journal
    await journal.close()


async def link(
    journal: Journal, resource: str, entry_id: str | None, *, state: str = "in_sync", error: str | None = None
) -> None:
    place = f"users/{resource}"
    row = ("corp", resource, state, entry_id, place, place, error)
    await journal.submit(lambda tx: tx.db.execute(INSERT, row) and None)


async def wish_more(journal: Journal, resource: str) -> None:
    await journal.submit(lambda tx: tx.db.execute("UPDATE link SET wish = 2 WHERE resource = ?", (resource,)) and None)


@pytest.fixture
def scratches(tmp_path: Path) -> Iterator[list[Scratch]]:
    opened: list[Scratch] = []
    yield opened
    for scratch in opened:
        scratch.close()


@pytest.fixture
def scratch(journal, tmp_path, scratches):
    def open_scratch() -> Scratch:
        scratches.append(Scratch(tmp_path / "journal.db", "corp"))
        return scratches[-1]

    return open_scratch


def seen(entry_id: str, name: str) -> Seen:
    return Seen(entry_id, f"users/{name}", f"users/{name}")


async def test_an_entry_is_found_by_its_id_and_judged_only_while_its_link_is_unchanged(journal, scratch):
    await link(journal, "a", "1")
    await link(journal, "b", "2")
    tables = scratch()
    await wish_more(journal, "b")

    links = tables.links_of("users", ["1", "2", "3"])

    assert {"1": "a"} == {entry_id: link.resource for entry_id, link in links.items()}


async def test_a_link_that_was_not_in_sync_when_the_run_began_is_never_judged(journal, scratch):
    await link(journal, "a", "1", state="dirty")
    tables = scratch()
    await journal.submit(lambda tx: tx.db.execute("UPDATE link SET state = 'in_sync'") and None)

    assert {} == tables.links_of("users", ["1"])
    assert 0 == tables.count_absent("users")
    assert {"users": 1} == tables.linked()


async def test_what_was_read_twice_counts_once(scratch):
    tables = scratch()
    tables.see("users", [seen("1", "a"), seen("2", "b")])
    tables.see("users", [seen("2", "b")])

    assert 2 == tables.count_seen("users")


async def test_what_became_ours_while_the_target_was_read_counts_as_ours(journal, scratch):
    await link(journal, "a", "1")
    tables = scratch()
    tables.see("users", [seen("1", "a"), seen("2", "b"), seen("9", "foreign")])
    await link(journal, "b", "2")

    assert 2 == tables.count_ours("users")


async def test_absent_links_come_in_batches(journal, scratch):
    for n in range(5):
        await link(journal, f"r{n}", str(n))
    tables = scratch()
    tables.see("users", [seen("3", "r3")])

    first = tables.absent("users", None, limit=2)
    second = tables.absent("users", first[-1], limit=2)

    assert 4 == tables.count_absent("users")
    assert [["r0", "r1"], ["r2", "r4"]] == [[found.resource for found in batch] for batch in (first, second)]
    assert [] == tables.absent("users", second[-1], limit=2)


async def test_an_entry_of_nobody_is_foreign(journal, scratch):
    await link(journal, "a", "1")
    tables = scratch()
    tables.see("users", [seen("1", "a"), seen("9", "admin")])

    assert ["users/admin"] == list(tables.foreign("users"))


async def test_an_entry_that_we_deleted_during_the_run_is_not_foreign(journal, scratch):
    await link(journal, "a", "1")
    tables = scratch()
    tables.see("users", [seen("1", "a")])
    await journal.submit(lambda tx: tx.db.execute("DELETE FROM link") and None)

    assert [] == list(tables.foreign("users"))


async def test_an_entry_that_we_made_during_the_run_is_not_foreign(journal, scratch):
    tables = scratch()
    tables.see("users", [seen("1", "a")])
    await link(journal, "a", "1")

    assert [] == list(tables.foreign("users"))


async def test_an_entry_of_nobody_where_a_create_was_refused_is_disputed(journal, scratch):
    await link(journal, "a", None, state="parked", error="Refused")
    tables = scratch()
    tables.see("users", [seen("9", "a")])
    found = tables.homeless("users", after="", limit=9)
    tables.refuse("users/a", *found[0])

    assert [("a", 1)] == found
    assert [("a", "users/a", 1)] == list(tables.disputed("users"))
    assert [] == list(tables.foreign("users"))


async def test_an_entry_that_took_the_place_of_ours_is_disputed(journal, scratch):
    await link(journal, "a", "1")
    tables = scratch()
    tables.see("users", [seen("9", "a")])

    assert [("a", "users/a", 1)] == list(tables.disputed("users"))


async def test_a_create_under_way_is_neither_foreign_nor_disputed(journal, scratch):
    await link(journal, "a", None, state="dirty")
    tables = scratch()
    tables.see("users", [seen("9", "a")])

    assert [] == list(tables.disputed("users"))
    assert [] == list(tables.foreign("users"))


async def test_links_that_delivery_holds_as_gone_are_told_in_batches(journal, scratch):
    for resource, entry_id in (("a", "3"), ("b", "2"), ("c", "1")):
        await link(journal, resource, entry_id, state="parked", error="Gone")
    tables = scratch()
    tables.see("users", [seen("2", "b")])
    first = tables.gone("users", None, limit=1)
    second = tables.gone("users", first[-1], limit=1)

    assert ["a", "c"] == [found.resource for found in (*first, *second)]
    assert [] == tables.gone("users", second[-1], limit=1)


async def test_a_finding_is_dropped_when_its_link_changed_meanwhile(journal, scratch):
    await link(journal, "a", "1")
    await link(journal, "b", "2")
    tables = scratch()
    for resource in ("a", "b"):
        tables.keep(Finding(Sort.DIFFERENT, "users", resource, f"users/{resource}", 1))
    await wish_more(journal, "a")

    assert ["b"] == [finding.resource for finding in tables.found()]


async def test_the_journal_itself_cannot_be_written(scratch):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        scratch()._db.execute("DELETE FROM link")


async def test_reading_pages_keeps_no_lock_on_the_journal(journal, scratch):
    tables = scratch()
    tables.see("users", [seen("1", "a")])
    await link(journal, "late", "5")

    assert {} == tables.links_of("users", ["5"])
    assert not tables._db.in_transaction
