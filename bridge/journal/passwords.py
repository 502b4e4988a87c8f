"""Passwords on their way to the targets that take them: each is a row of its own, and stands nowhere else.

It is sealed in the transaction of the change that brought it, opened for the worker that sends it, and its row is
erased when the target has it, when it expires, or when the user is deleted. The states are in
`bridge/plans/password_states.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from bridge.journal import links, vault
from bridge.journal.sql import load
from bridge.journal.tx import Tx
from connectors.sdk import Ref

_SQL = load("passwords")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A password that a worker is to send. `password` is None where what was sealed does not open.

    `unsure`: an earlier sending of this one may have arrived.
    """

    target: str
    resource: str
    version: int
    ref: Ref
    attempts: int
    unsure: bool
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unsent:
    """How a claimed password goes on. `due` in milliseconds."""

    state: str
    due: int
    attempts: int
    unsure: bool
    error: str | None = None
    code: str | None = None
    text: str | None = None
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One target's passwords in numbers. `oldest` is when the oldest that is not parked came, in milliseconds."""

    waiting: int
    parked: int
    oldest: int | None


@dataclass(frozen=True, slots=True)
class ParkedPassword:
    """One password that its target refused, and why. Times in milliseconds; `due` is when it is tried again."""

    target: str
    resource: str
    error: str
    code: str | None
    text: str
    fix: str | None
    at: int
    due: int
    expires: int
    name: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ShownPassword:
    """How one password stands at a target; never what it is. Times in milliseconds."""

    state: str
    at: int
    expires: int
    due: int
    attempts: int
    error: str | None
    code: str | None
    text: str | None
    fix: str | None


def put(tx: Tx, resource: str, version: int, password: str, takers: Iterable[tuple[str, int]]) -> None:
    """Keep the newest password for these targets, each with how long in milliseconds; older ones are erased."""
    for target, keep in takers:
        sealed = vault.seal(tx.vault_key, password, target, resource, version)
        row = {"target": target, "resource": resource, "version": version, "sealed": sealed}
        tx.db.execute(_SQL["put"], {**row, "now": tx.now, "expires": tx.now + keep})
        tx.dirtied.add(target)
    tx.db.execute(_SQL["erase_older"], {"resource": resource, "version": version})


def erase_of(tx: Tx, resource: str) -> None:
    """The user is gone, and so are the passwords."""
    tx.db.execute(_SQL["erase_of"], {"resource": resource})


def erase_all(tx: Tx) -> int:
    """Erase every password, for the journal is older than the targets; how many there were."""
    return tx.db.execute(_SQL["erase_all"]).rowcount


def expire(tx: Tx) -> list[tuple[str, str]]:
    """Erase what waited too long; the target and the resource of each."""
    return tx.db.execute(_SQL["expire"], {"now": tx.now}).fetchall()


def claim(tx: Tx, target: str, limit: int) -> list[Claimed]:
    """Take passwords that are due; each is this worker's until it is settled."""
    rows = tx.db.execute(_SQL["claim"], {"target": target, "now": tx.now, "limit": limit}).fetchall()
    return [_claimed(tx, target, *row) for row in rows]


def _claimed(tx: Tx, target: str, resource: str, version: int, sealed: bytes, attempts: int, unsure: int) -> Claimed:
    ref = links.ref(tx.db, target, resource)
    assert ref is not None
    try:
        password = vault.unseal(tx.vault_key, sealed, target, resource, version)
    except vault.CannotOpen:
        password = None
    return Claimed(target, resource, version, ref, attempts, bool(unsure), password)


def next_due(db: sqlite3.Connection, target: str, now: int) -> int | None:
    """When there is a password to send next, in milliseconds; None when there is none."""
    row = db.execute(_SQL["next_due"], {"target": target, "now": now}).fetchone()
    return None if row is None else int(row[0])


def delivered(tx: Tx, claimed: Claimed) -> None:
    """The target has it: erased, unless a newer one came meanwhile, which is due."""
    if tx.db.execute(_SQL["delivered"], _named(claimed)).rowcount == 0:
        settle(tx, claimed, Unsent("due", tx.now, 0, False))


def settle(tx: Tx, claimed: Claimed, unsent: Unsent) -> None:
    """The target does not have it; where it was erased meanwhile, nothing is left to say."""
    tx.db.execute(_SQL["settle"], {**_named(claimed), **asdict(unsent), "now": tx.now})
    tx.dirtied.add(claimed.target)


def _named(claimed: Claimed) -> dict[str, object]:
    return {"target": claimed.target, "resource": claimed.resource, "version": claimed.version}


def retry(tx: Tx, target: str, resource: str | None = None, code: str | None = None) -> int:
    """What is refused or put off is due now: one user's, those with one error code, or all; how many there are."""
    chosen = {"target": target, "resource": resource, "code": code, "now": tx.now}
    tx.dirtied.add(target)
    return tx.db.execute(_SQL["retry"], chosen).rowcount


def abandoned(tx: Tx, target: str) -> int:
    """At start: what was being sent when the process died is due, and may have arrived; how many there are."""
    return tx.db.execute(_SQL["abandoned"], {"target": target, "now": tx.now}).rowcount


def hurry(tx: Tx, target: str) -> None:
    """The clock was set back: what was put off is due now, not when the old time comes again."""
    tx.db.execute(_SQL["hurry"], {"target": target, "now": tx.now})


def waiting(db: sqlite3.Connection, target: str) -> Waiting:
    """How many passwords wait for this target."""
    return Waiting(*db.execute(_SQL["counts"], {"target": target}).fetchone())


def shown(db: sqlite3.Connection, target: str, resource: str) -> ShownPassword | None:
    """How a user's password stands at a target; None where none waits."""
    row = db.execute(_SQL["one"], {"target": target, "resource": resource}).fetchone()
    return None if row is None else ShownPassword(*row)


def parked(db: sqlite3.Connection, limit: int = 100) -> list[ParkedPassword]:
    """Those that were refused, the newest first."""
    return [ParkedPassword(*row) for row in db.execute(_SQL["parked"], {"limit": limit})]
