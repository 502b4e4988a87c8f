"""What was compared once is compared again only when something has changed: the entry, or what it is compared with."""

import sqlite3

import pytest

from bridge.journal import marks
from bridge.journal.findings import Sort
from bridge.mapping.entry_json import encode
from bridge.reconcile import reading
from connectors.sdk import Entry


@pytest.fixture
def compared(monkeypatch) -> list[str]:
    """The resources that are compared, in their order."""
    seen, compare = list[str](), reading.compare

    def note(link, *rest):
        seen.append(link.resource)
        return compare(link, *rest)

    monkeypatch.setattr(reading, "compare", note)
    return seen


def sorts(report) -> list[tuple[Sort, str | None]]:
    return [(finding.sort, finding.resource) for finding in report.plan.findings]


async def test_an_entry_that_has_not_changed_is_compared_once(world, compared):
    await world.user("kim")
    await world.user("ada")

    first, second = await world.reconciler.run(), await world.reconciler.run()

    assert ["kim", "ada"] == compared
    assert first.read == second.read
    assert [] == sorts(second)


async def test_an_entry_that_was_edited_by_hand_is_compared_again_and_no_other(world, compared):
    kim = await world.user("kim")
    await world.user("ada")
    await world.reconciler.run()
    compared.clear()
    world.edit(kim, mail="by-hand@example.com")

    report = await world.reconciler.run()

    assert [(Sort.DIFFERENT, "kim")] == sorts(report)
    assert ["kim"] == compared


async def test_a_difference_is_found_as_long_as_it_is_there(world):
    kim = await world.user("kim")
    world.configure(drift="report")
    world.edit(kim, mail="by-hand@example.com")

    reports = [await world.reconciler.run() for _ in range(3)]

    assert [[(Sort.DIFFERENT, "kim")]] * 3 == list(map(sorts, reports))


async def test_an_entry_is_compared_again_when_something_else_was_applied(world, compared):
    await world.user("kim")
    await world.reconciler.run()
    applied = encode(Entry("users", {"uid": ("kim",), "mail": ("kim@example.org",)}))
    await world.execute("UPDATE link SET applied = ?", (applied,))

    report = await world.reconciler.run()

    assert [(Sort.DIFFERENT, "kim")] == sorts(report)
    assert ["kim", "kim"] == compared


async def test_an_entry_is_compared_again_where_other_rules_read_it(world, compared):
    await world.user("kim")
    await world.reconciler.run()
    world.configure(fingerprint="other rules")
    await world.execute("UPDATE link SET rules = 'other rules'")

    await world.reconciler.run()

    assert ["kim", "kim"] == compared


async def test_what_other_rules_applied_is_compared_each_time(world, compared):
    await world.user("kim")
    await world.execute("UPDATE link SET rules = 'older rules'")

    await world.reconciler.run()
    await world.reconciler.run()

    assert ["kim", "kim"] == compared


async def test_a_dry_run_keeps_no_marks(world, compared):
    await world.user("kim")

    await world.reconciler.run(dry=True)
    await world.reconciler.run(dry=True)

    assert ["kim", "kim"] == compared


async def test_what_was_delivered_while_the_run_read_keeps_no_mark(world, compared):
    await world.user("kim")

    async def deliver() -> None:
        await world.execute("UPDATE link SET wish = 2, done = 2")

    world.connector.between = deliver
    await world.reconciler.run()
    compared.clear()
    await world.reconciler.run()

    assert ["kim"] == compared


async def test_an_entry_of_somebody_else_is_foreign_each_time(world):
    await world.user("kim")
    await world.connector.create(Entry("users", {"uid": ("admin",)}))

    reports = [await world.reconciler.run() for _ in range(2)]

    assert [[(Sort.FOREIGN, None)]] * 2 == list(map(sorts, reports))


async def test_groups_are_compared_each_time_for_others_may_change_their_members(world, compared):
    await world.user("kim")
    await world.group("eng", "kim")

    await world.reconciler.run()
    await world.reconciler.run()

    assert ["kim", "eng", "eng"] == compared


async def test_a_journal_that_takes_no_marks_costs_the_run_nothing(world, compared, monkeypatch):
    kim = await world.user("kim")
    world.edit(kim, mail="by-hand@example.com")
    await world.user("ada")

    def full(tx, **_):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(marks, "keep", full)
        first = await world.reconciler.run()
    compared.clear()
    await world.reconciler.run()

    assert [(Sort.DIFFERENT, "kim")] == sorts(first)
    assert "ada" in compared
