"""Tampering with a journal's chain at random: rows edited, removed, swapped, added, cut off. Each is of one seed."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

from bridge.journal import actions, chain, changes, keys
from bridge.journal.actions import Action
from bridge.journal.schema import migrate
from bridge.journal.tx import Tx
from bridge.journal.verify import verify

ROWS = 60
SECRET = bytes(range(32))
KEY = keys.chain_key(SECRET)
COLUMNS = {
    "change": ("at", "tenant", "client", "resource", "type", "version", "operation", "payload", "digest", "chain"),
    "action": ("at", "actor", "uid", "operation", "subject", "payload", "digest", "chain"),
}
OPERATIONS = ("create", "replace", "patch", "delete")


def written(seed: int) -> sqlite3.Connection:
    """A journal in memory with so many rows, some of changes, some of actions."""
    dice = random.Random(seed)
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    keys.check(db, SECRET)
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


def unseen(whole: sqlite3.Connection, seeds: Iterable[int]) -> Iterator[str]:
    """Tamper with a copy for each seed, the ways in turn; name those that `verify` does not see."""
    for seed in seeds:
        way = WAYS[seed % len(WAYS)]
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
            whole.backup(db)
            way(db, random.Random(seed))
            if not verify(db, KEY).found:
                yield f"{way.__name__} of seed {seed}"


def _rows(db: sqlite3.Connection) -> list[tuple[int, str]]:
    return db.execute("SELECT seq, 'change' FROM change UNION ALL SELECT seq, 'action' FROM action").fetchall()


def _edit(db: sqlite3.Connection, dice: random.Random) -> None:
    seq, table = dice.choice(_rows(db))
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


def _remove(db: sqlite3.Connection, dice: random.Random) -> None:
    for seq, table in dice.sample(_rows(db), dice.randint(1, 3)):
        db.execute(f"DELETE FROM {table} WHERE seq = ?", (seq,))


def _remove_and_close_the_gap(db: sqlite3.Connection, dice: random.Random) -> None:
    gap, table = dice.choice(_rows(db))
    db.execute(f"DELETE FROM {table} WHERE seq = ?", (gap,))
    for seq, table in sorted(_rows(db)):
        if seq > gap:
            db.execute(f"UPDATE {table} SET seq = seq - 1 WHERE seq = ?", (seq,))
    db.execute("UPDATE head SET seq = seq - 1")


def _swap(db: sqlite3.Connection, dice: random.Random) -> None:
    (one, table), (other, of) = dice.sample(_rows(db), 2)
    db.execute(f"UPDATE {table} SET seq = -1 WHERE seq = ?", (one,))
    db.execute(f"UPDATE {of} SET seq = ? WHERE seq = ?", (one, other))
    db.execute(f"UPDATE {table} SET seq = ? WHERE seq = -1", (other,))


def _swap_payloads(db: sqlite3.Connection, dice: random.Random) -> None:
    one, other = dice.sample([seq for seq, table in _rows(db) if table == "change"], 2)
    query = "SELECT payload, digest FROM change WHERE seq = ?"
    first, second = (db.execute(query, (seq,)).fetchone() for seq in (one, other))
    db.execute("UPDATE change SET payload = ?, digest = ? WHERE seq = ?", (*second, one))
    db.execute("UPDATE change SET payload = ?, digest = ? WHERE seq = ?", (*first, other))


def _add(db: sqlite3.Connection, dice: random.Random) -> None:
    copied = dice.choice([seq for seq, table in _rows(db) if table == "change"])
    db.execute(
        "INSERT INTO change SELECT ?, at, tenant, client, resource, type, version + 1, operation, payload, digest, "
        "chain, erased FROM change WHERE seq = ?",
        (dice.choice((0, ROWS + 1, ROWS + 7)), copied),
    )


def _cut_off(db: sqlite3.Connection, dice: random.Random) -> None:
    left = dice.randrange(ROWS)
    for table in COLUMNS:
        db.execute(f"DELETE FROM {table} WHERE seq > ?", (left,))
    if dice.random() < 0.5:
        last = "SELECT chain FROM change WHERE seq = ? UNION ALL SELECT chain FROM action WHERE seq = ?"
        db.execute(f"UPDATE head SET seq = ?, chain = coalesce(({last}), chain)", (left, left, left))


def _cut_the_beginning(db: sqlite3.Connection, dice: random.Random) -> None:
    cut = dice.randrange(1, ROWS)
    (link,) = db.execute(
        "SELECT chain FROM change WHERE seq = ? UNION ALL SELECT chain FROM action WHERE seq = ?", (cut, cut)
    ).fetchone()
    for table in COLUMNS:
        db.execute(f"DELETE FROM {table} WHERE seq <= ?", (cut,))
    db.execute("INSERT INTO checkpoint VALUES (1, ?, ?, ?)", (cut, link, dice.randbytes(32)))


WAYS: tuple[Callable[[sqlite3.Connection, random.Random], None], ...] = (
    _edit,
    _remove,
    _remove_and_close_the_gap,
    _swap,
    _swap_payloads,
    _add,
    _cut_off,
    _cut_the_beginning,
)
