"""Passwords in the journal: claimed once, sent to their end, erased, replaced by the newest."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.clock import SetClock
from bridge.journal import keys, open_journal, passwords
from bridge.journal.passwords import Claimed, Unsent
from bridge.journal.schema import migrate
from bridge.journal.tx import Tx

KEY = bytes(32)
KEEP = 10_000


@pytest.fixture
def tx() -> Iterator[Tx]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    yield Tx(db, 1000, keys.chain_key(KEY), keys.vault_key(KEY))
    db.close()


def link(tx: Tx, resource: str, entry: str | None = "e1", state: str = "in_sync") -> None:
    sending = 1 if state == "sending" else None
    tx.db.execute(
        "INSERT OR REPLACE INTO link (target, resource, kind, state, wish, done, sending, due, entry_id, locator)"
        " VALUES ('corp', ?, 'users', ?, 1, 1, ?, 0, ?, 'here')",
        (resource, state, sending, entry and entry + resource),
    )


def put(tx: Tx, resource: str = "r", version: int = 1, password: str = "secret", keep: int = KEEP) -> None:
    passwords.put(tx, resource, version, password, [("corp", keep)])


def claim(tx: Tx, limit: int = 9) -> list[Claimed]:
    return passwords.claim(tx, "corp", limit)


def states(tx: Tx) -> dict[str, tuple[int, str]]:
    rows = tx.db.execute("SELECT resource, version, state FROM password")
    return {resource: (version, state) for resource, version, state in rows}


def put_off(due: int = 2000) -> Unsent:
    return Unsent("due", due, 1, True, "TargetDown", "x", "away", None)


def test_it_is_claimed_once_with_the_entry_that_it_is_for(tx: Tx) -> None:
    link(tx, "r")
    put(tx)
    (claimed,) = claim(tx)

    assert ("secret", 1, 0, False) == (claimed.password, claimed.version, claimed.attempts, claimed.unsure)
    assert ("users", "e1r", "here") == (claimed.ref.kind, claimed.ref.id, claimed.ref.locator)
    assert [] == claim(tx)
    assert "secret" not in repr(claimed)


def test_it_waits_for_an_entry(tx: Tx) -> None:
    put(tx, "nobody")
    link(tx, "r", entry=None)
    put(tx)

    assert [] == claim(tx)
    assert passwords.next_due(tx.db, "corp", tx.now) is None
    assert {"nobody": (1, "waiting"), "r": (1, "waiting")} == states(tx)


def test_it_waits_while_the_user_is_written_to(tx: Tx) -> None:
    link(tx, "r", state="sending")
    put(tx)

    assert [] == claim(tx)
    assert passwords.next_due(tx.db, "corp", tx.now) is None


def test_the_longest_due_are_first(tx: Tx) -> None:
    for number, resource in enumerate("cab"):
        link(tx, resource)
        tx.now = 1000 + number
        put(tx, resource)

    assert {"c", "a"} == {each.resource for each in claim(tx, 2)}


def test_one_that_was_delivered_is_erased(tx: Tx) -> None:
    link(tx, "r")
    put(tx)
    passwords.delivered(tx, claim(tx)[0])

    assert {} == states(tx)


def test_one_that_was_put_off_comes_again_when_due(tx: Tx) -> None:
    link(tx, "r")
    put(tx)
    passwords.settle(tx, claim(tx)[0], put_off())
    early = claim(tx)
    due = passwords.next_due(tx.db, "corp", tx.now)
    tx.now = 2000
    (again,) = claim(tx)

    assert ([], 2000) == (early, due)
    assert (1, True) == (again.attempts, again.unsure)


def test_a_newer_one_waits_until_the_one_that_is_being_sent_has_come_to_its_end(tx: Tx) -> None:
    """Two at once could arrive in the wrong order."""
    link(tx, "r")
    put(tx)
    (old,) = claim(tx)
    put(tx, version=2, password="newer")
    meanwhile = claim(tx)
    passwords.delivered(tx, old)
    (new,) = claim(tx)

    assert [] == meanwhile
    assert ("newer", 2, False) == (new.password, new.version, new.unsure)


def test_the_trouble_of_the_old_one_is_not_the_new_ones(tx: Tx) -> None:
    link(tx, "r")
    put(tx)
    (old,) = claim(tx)
    put(tx, version=2, password="newer")
    passwords.settle(tx, old, put_off(due=99_000))
    (new,) = claim(tx)

    assert ("newer", 0, False) == (new.password, new.attempts, new.unsure)


def test_what_a_dead_worker_was_sending_may_have_arrived(tx: Tx) -> None:
    link(tx, "r")
    put(tx)
    claim(tx)

    assert 1 == passwords.abandoned(tx, "corp")
    assert claim(tx)[0].unsure


def test_a_newer_one_that_a_dead_worker_never_had_has_not_arrived(tx: Tx) -> None:
    link(tx, "r")
    put(tx)
    claim(tx)
    put(tx, version=2, password="newer")
    passwords.abandoned(tx, "corp")

    assert not claim(tx)[0].unsure


def test_one_that_was_erased_while_it_was_sent_stays_erased(tx: Tx) -> None:
    link(tx, "r")
    put(tx)
    (claimed,) = claim(tx)
    passwords.erase_of(tx, "r")
    passwords.settle(tx, claimed, put_off())

    assert {} == states(tx)


def test_one_that_has_expired_is_not_sent_any_more_and_is_erased(tx: Tx) -> None:
    link(tx, "r")
    put(tx)
    tx.now += KEEP

    assert [] == claim(tx)
    assert passwords.next_due(tx.db, "corp", tx.now) is None
    assert [("corp", "r")] == passwords.expire(tx)
    assert {} == states(tx)


def test_one_that_was_given_to_another_user_does_not_open(tx: Tx) -> None:
    """Who can write the file puts one user's password into the row of another."""
    for resource in ("boss", "thief"):
        link(tx, resource)
        put(tx, resource, password=resource)
    tx.db.execute("UPDATE password SET sealed = (SELECT sealed FROM password WHERE resource = 'thief')")

    assert {"boss": None, "thief": "thief"} == {each.resource: each.password for each in claim(tx)}


def test_they_are_counted_and_the_parked_are_told_without_themselves(tx: Tx) -> None:
    link(tx, "r")
    put(tx)
    put(tx, "nobody")
    passwords.settle(
        tx, claim(tx)[0], Unsent("parked", 90_000, 1, False, "Refused", "weak", "too short", "a longer one")
    )
    (parked,) = passwords.parked(tx.db)
    counts = passwords.waiting(tx.db, "corp")

    assert (1, 1, 1000) == (counts.waiting, counts.parked, counts.oldest)
    assert ("corp", "r", "Refused", "weak", "too short", 90_000) == (
        parked.target,
        parked.resource,
        parked.error,
        parked.code,
        parked.text,
        parked.due,
    )
    assert "secret" not in repr(parked.as_json())


def test_the_indexes_carry_the_queries(tx: Tx) -> None:
    """A hundred thousand that wait for their entries must not be looked at for each that is due."""
    for name in ("next_due", "claim"):
        sql = passwords._SQL[name]
        plan = " ".join(row[3] for row in tx.db.execute(f"EXPLAIN QUERY PLAN {sql}", _anything(sql)))
        assert "password_due" in plan


def _anything(sql: str) -> dict[str, int]:
    return {name: 1 for name in ("target", "now", "limit") if f":{name}" in sql}


async def test_what_is_erased_is_overwritten(tmp_path: Path) -> None:
    """Who finds the file and the key later finds no old password in a free page of it."""
    file = tmp_path / "journal.db"
    journal = open_journal(file, KEY, SetClock())
    await journal.submit(lambda tx: passwords.put(tx, "r", 1, "secret", [("corp", KEEP)]))
    (sealed,) = journal.read(lambda db: db.execute("SELECT sealed FROM password").fetchone())
    await journal.close()
    held = sealed in file.read_bytes()
    journal = open_journal(file, KEY, SetClock())
    await journal.submit(lambda tx: passwords.erase_of(tx, "r"))
    await journal.close()

    assert held
    assert sealed not in file.read_bytes()
