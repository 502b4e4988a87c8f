"""What is old goes, what is not finished stays, and the chain verifies whatever went."""

import pytest

from bridge.journal import actions, changes, keys, links, retention
from bridge.journal.actions import DAEMON, Action
from bridge.journal.retention import DAY, Keep, Kept, tidy
from bridge.journal.verify import verify
from tests.unit.journal.conftest import KEY

YEAR = 365 * DAY
LARGE = 1 << 40


def change(n: int, version: int = 1, title: str = "x") -> changes.NewChange:
    return changes.NewChange("default", "entra", f"r{n}", "User", version, "create", {"title": title})


async def accept(journal, *numbers: int, title: str = "x") -> None:
    def work(tx):
        for n in numbers:
            changes.append(tx, change(n, title=title))

    await journal.submit(work)


async def link(journal, resource: str, state: str = "dirty", version: int = 0, entry_id: str | None = None) -> None:
    def work(tx):
        links.dirty(tx, "corp", resource, "users")
        tx.after_commit(lambda: None)

    await journal.submit(work)
    await journal.submit(
        lambda tx: tx.db.execute(
            "UPDATE link SET state = ?, version = ?, entry_id = ? WHERE resource = ?",
            (state, version, entry_id, resource),
        )
    )


def payloads(journal) -> list[int]:
    """The rows whose payload is there."""
    return [s for (s,) in journal.read(lambda db: db.execute("SELECT seq FROM change WHERE payload IS NOT NULL"))]


def rows(journal) -> list[int]:
    return [s for (s,) in journal.read(lambda db: db.execute("SELECT seq FROM change ORDER BY seq"))]


def assert_whole(journal) -> None:
    assert [] == journal.read(lambda db: verify(db, keys.chain_key(KEY)).found)


async def test_what_is_young_and_small_is_left_alone(journal, clock):
    await accept(journal, 1, 2, 3)

    assert Kept() == await tidy(journal, Keep(YEAR, DAY, LARGE), clock.now())


async def test_payloads_are_erased_first_and_the_rows_stay(journal, clock):
    await accept(journal, 1, 2)
    clock.advance(2 * 86400)
    await accept(journal, 3)

    kept = await tidy(journal, Keep(YEAR, DAY, LARGE), clock.now())

    assert Kept(erased=2) == kept
    assert [3] == payloads(journal)
    assert [1, 2, 3] == rows(journal)
    assert_whole(journal)


async def test_old_rows_are_pruned_and_leave_a_checkpoint(journal, clock, monkeypatch):
    monkeypatch.setattr(retention, "STEP", 2)
    await accept(journal, 1, 2, 3, 4, 5)
    clock.advance(2 * 86400)
    await accept(journal, 6)

    kept = await tidy(journal, Keep(DAY, DAY, LARGE), clock.now())

    assert Kept(erased=5, pruned=5) == kept
    assert [6] == rows(journal)
    assert_whole(journal)


async def test_what_was_pruned_is_no_longer_due(journal, clock):
    await accept(journal, 1, 2)
    clock.advance(2 * 86400)
    await tidy(journal, Keep(DAY, DAY, LARGE), clock.now())

    assert Kept() == await tidy(journal, Keep(DAY, DAY, LARGE), clock.now())


@pytest.mark.parametrize("state", ["dirty", "parked"])
async def test_what_is_not_finished_keeps_its_payload_and_all_rows_from_there_on(journal, clock, state):
    await accept(journal, 1, 2, 3, 4)
    await link(journal, "r3", state)
    clock.advance(2 * 86400)

    kept = await tidy(journal, Keep(DAY, DAY, LARGE), clock.now())

    assert Kept(erased=3, pruned=2, waits=True) == kept
    assert [3, 4] == rows(journal)
    assert [3] == payloads(journal)
    assert_whole(journal)


async def test_a_change_that_is_applied_does_not_stay_for_a_later_one(journal, clock):
    await accept(journal, 1, 2)
    await link(journal, "r1", "dirty", version=1)
    clock.advance(2 * 86400)

    assert 2 == (await tidy(journal, Keep(DAY, DAY, LARGE), clock.now())).pruned


async def test_beyond_the_size_the_oldest_payloads_go_and_then_rows(journal, clock):
    for n in range(10):
        await accept(journal, n, title="x" * 10_000)

    kept = await tidy(journal, Keep(YEAR, YEAR, 50_000), clock.now())

    assert Kept(erased=6) == kept
    assert [7, 8, 9, 10] == payloads(journal)
    assert 10 == len(rows(journal))
    kept = await tidy(journal, Keep(YEAR, YEAR, 1_000), clock.now())
    assert 7 <= kept.pruned <= 9
    assert_whole(journal)


async def test_actions_are_kept_as_changes_are(journal, clock):
    await journal.submit(lambda tx: actions.record(tx, Action(DAEMON, "reload", "", {"targets": ["corp"]})))
    clock.advance(2 * 86400)

    assert Kept(erased=1) == await tidy(journal, Keep(YEAR, DAY, LARGE), clock.now())
    assert {} == journal.read(actions.latest)[-1].detail
    assert_whole(journal)


async def test_what_was_taken_away_stands_in_the_chain(journal, clock):
    await accept(journal, 1)
    clock.advance(2 * 86400)

    await tidy(journal, Keep(DAY, DAY, LARGE), clock.now())

    (action,) = journal.read(actions.latest)
    assert (DAEMON, "tidy", {"erased": 1, "pruned": 1, "tombstones": 0, "images": 0}) == (
        action.by,
        action.operation,
        action.detail,
    )


async def bury(journal, clock, resource: str) -> None:
    await journal.submit(
        lambda tx: tx.db.execute(
            "INSERT INTO resource (id, tenant, type, version, body, created, modified, deleted) "
            "VALUES (?, 'default', 'User', 2, '{}', 0, 0, ?)",
            (resource, clock.now()),
        )
    )


def buried(journal) -> list[str]:
    return [id_ for (id_,) in journal.read(lambda db: db.execute("SELECT id FROM resource ORDER BY id"))]


async def test_a_tombstone_goes_when_every_target_has_applied_it(journal, clock):
    for name in ("applied", "dirty", "parked", "still-there", "young"):
        if name == "young":
            clock.advance(2 * 86400)
        await bury(journal, clock, name)
    await link(journal, "applied", "in_sync", 2)
    await link(journal, "dirty", "dirty", 1)
    await link(journal, "parked", "parked", 1)
    await link(journal, "still-there", "in_sync", 2, "id-1")

    kept = await tidy(journal, Keep(YEAR, YEAR, LARGE), clock.now())

    assert 1 == kept.tombstones
    assert ["dirty", "parked", "still-there", "young"] == buried(journal)
    assert 3 == journal.read(lambda db: db.execute("SELECT count(*) FROM link").fetchone()[0])
