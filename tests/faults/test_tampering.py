"""Rows of the chain are edited, removed, swapped, added, cut off: at random, each from one seed, and all are found."""

import random
import sqlite3
from collections.abc import Callable, Iterator

import pytest

from bridge.journal import actions, chain, changes, keys
from bridge.journal.actions import Action
from bridge.journal.schema import migrate
from bridge.journal.tx import Tx
from bridge.journal.verify import verify

TIMES = 200
ROWS = 60
KEY = keys.chain_key(bytes(range(32)))
COLUMNS = {
    "change": ("at", "tenant", "client", "resource", "type", "version", "operation", "payload", "digest", "chain"),
    "action": ("at", "actor", "uid", "operation", "subject", "payload", "digest", "chain"),
}
OPERATIONS = ("create", "replace", "patch", "delete")


def written(seed: int) -> sqlite3.Connection:
    dice = random.Random(seed)
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    keys.check(db, bytes(range(32)))
    tx = Tx(db, 1000, KEY)
    for n in range(ROWS):
        if dice.random() < 0.3:
            actions.record(tx, Action(actions.operator(n), "approve", f"corp-{n}", {"released": n}))
        else:
            operation = dice.choice(OPERATIONS)
            changes.append(tx, changes.NewChange("default", "entra", f"r{n}", "User", n, operation, {"title": n}))
        tx.now += 1
    chain.write(tx)
    return db


def rows(db: sqlite3.Connection) -> list[tuple[int, str]]:
    both = "SELECT seq, 'change' FROM change UNION ALL SELECT seq, 'action' FROM action"
    return db.execute(both).fetchall()


def edit(db: sqlite3.Connection, dice: random.Random) -> None:
    seq, table = dice.choice(rows(db))
    column = dice.choice(COLUMNS[table])
    (before,) = db.execute(f"SELECT {column} FROM {table} WHERE seq = ?", (seq,)).fetchone()
    match before:
        case bytes():
            value: object = bytes([before[0] ^ 1 << dice.randrange(8)]) + before[1:]
        case int():
            value = before + dice.choice((-1, 1, 1000))
        case _ if column == "operation" and table == "change":
            value = dice.choice([each for each in OPERATIONS if each != before])
        case _:
            value = dice.choice((before + " ", before[:-1], None if column == "payload" else "x"))
    db.execute(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (value, seq))


def remove(db: sqlite3.Connection, dice: random.Random) -> None:
    for seq, table in dice.sample(rows(db), dice.randint(1, 3)):
        db.execute(f"DELETE FROM {table} WHERE seq = ?", (seq,))


def remove_and_close_the_gap(db: sqlite3.Connection, dice: random.Random) -> None:
    gap, table = dice.choice(rows(db))
    db.execute(f"DELETE FROM {table} WHERE seq = ?", (gap,))
    for seq, table in sorted(rows(db)):
        if seq > gap:
            db.execute(f"UPDATE {table} SET seq = seq - 1 WHERE seq = ?", (seq,))
    db.execute("UPDATE head SET seq = seq - 1")


def swap(db: sqlite3.Connection, dice: random.Random) -> None:
    (one, table), (other, of) = dice.sample(rows(db), 2)
    db.execute(f"UPDATE {table} SET seq = -1 WHERE seq = ?", (one,))
    db.execute(f"UPDATE {of} SET seq = ? WHERE seq = ?", (one, other))
    db.execute(f"UPDATE {table} SET seq = ? WHERE seq = -1", (other,))


def swap_payloads(db: sqlite3.Connection, dice: random.Random) -> None:
    of_change = [seq for seq, table in rows(db) if table == "change"]
    one, other = dice.sample(of_change, 2)
    query = "SELECT payload, digest FROM change WHERE seq = ?"
    first, second = (db.execute(query, (seq,)).fetchone() for seq in (one, other))
    db.execute("UPDATE change SET payload = ?, digest = ? WHERE seq = ?", (*second, one))
    db.execute("UPDATE change SET payload = ?, digest = ? WHERE seq = ?", (*first, other))


def add(db: sqlite3.Connection, dice: random.Random) -> None:
    db.execute(
        "INSERT INTO change SELECT ?, at, tenant, client, resource, type, version + 1, operation, payload, digest, "
        "chain, erased FROM change ORDER BY random() LIMIT 1",
        (dice.choice((0, ROWS + 1, ROWS + 7)),),
    )


def cut_off(db: sqlite3.Connection, dice: random.Random) -> None:
    left = dice.randrange(ROWS)
    for table in COLUMNS:
        db.execute(f"DELETE FROM {table} WHERE seq > ?", (left,))
    if dice.random() < 0.5:
        last = "SELECT chain FROM change WHERE seq = ? UNION ALL SELECT chain FROM action WHERE seq = ?"
        db.execute(f"UPDATE head SET seq = ?, chain = coalesce(({last}), chain)", (left, left, left))


def cut_the_beginning(db: sqlite3.Connection, dice: random.Random) -> None:
    cut = dice.randrange(1, ROWS)
    (link,) = db.execute(
        "SELECT chain FROM change WHERE seq = ? UNION ALL SELECT chain FROM action WHERE seq = ?", (cut, cut)
    ).fetchone()
    for table in COLUMNS:
        db.execute(f"DELETE FROM {table} WHERE seq <= ?", (cut,))
    db.execute("INSERT INTO checkpoint VALUES (1, ?, ?, ?)", (cut, link, dice.randbytes(32)))


WAYS: tuple[Callable[[sqlite3.Connection, random.Random], None], ...] = (
    edit,
    remove,
    remove_and_close_the_gap,
    swap,
    swap_payloads,
    add,
    cut_off,
    cut_the_beginning,
)


@pytest.fixture(scope="module")
def whole() -> Iterator[sqlite3.Connection]:
    db = written(7)
    assert verify(db, KEY).found == []
    yield db
    db.close()


def test_no_tampering_goes_unseen(whole: sqlite3.Connection) -> None:
    unseen = []
    for seed in range(TIMES):
        db = sqlite3.connect(":memory:", isolation_level=None)
        whole.backup(db)
        way = WAYS[seed % len(WAYS)]
        way(db, random.Random(seed))
        if not verify(db, KEY).found:
            unseen.append((way.__name__, seed))
        db.close()

    assert unseen == []


def test_a_journal_put_back_to_an_older_copy_is_seen_by_the_anchor(whole: sqlite3.Connection) -> None:
    """Nothing inside the file can tell: the older copy is whole."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    whole.backup(db)
    changes.append(tx := Tx(db, 2000, KEY), changes.NewChange("default", "entra", "r", "User", 1, "create", {}))
    chain.write(tx)
    anchor = chain.head(db)
    assert anchor is not None

    assert verify(db, KEY, [anchor]).found == []
    assert verify(whole, KEY).found == []
    assert "older than its anchor" in verify(whole, KEY, [anchor]).found[0]
    db.close()
