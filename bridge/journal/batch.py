"""A batch of requests in one transaction: all of it is on disk, or nothing of it.

A request that fails is undone alone. That needs a savepoint only where it had written something already, so a batch is
run without any first, for they are half of its statements, and again with one each where that happened.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.journal.failures import fails_batch
from bridge.journal.tx import Tx


@dataclass(slots=True)
class Job:
    """One request, and what came of it. `reserved`: it is never refused, and waits for room on the disk."""

    work: Callable[[Tx], Any]
    future: asyncio.Future[Any]
    reserved: bool
    result: Any = None
    error: Exception | None = None


def commit(batch: Sequence[Job], tx: Tx, before_commit: Callable[[Tx], None]) -> None:
    """Write the batch. An empty one asks whether the disk takes writes. What it raises means: nothing was written."""
    start = tx.mark()
    tx.db.execute("BEGIN IMMEDIATE")
    if not batch:
        tx.db.execute("UPDATE head SET seq = seq")
    if not _together(batch, tx):
        tx.db.execute("ROLLBACK")
        tx.back_to(start)
        tx.db.execute("BEGIN IMMEDIATE")
        _apart(batch, tx)
    before_commit(tx)
    tx.db.execute("COMMIT")


def _together(batch: Sequence[Job], tx: Tx) -> bool:
    """Run the batch without savepoints; False where one failed that had written something already."""
    for job in batch:
        written, mark = tx.db.total_changes, tx.mark()
        _work(job, tx)
        if job.error is not None:
            if tx.db.total_changes != written:
                return False
            tx.back_to(mark)
    return True


def _apart(batch: Sequence[Job], tx: Tx) -> None:
    """Run the batch with a savepoint each: what fails is undone alone."""
    for job in batch:
        mark = tx.mark()
        tx.db.execute("SAVEPOINT work")
        _work(job, tx)
        if job.error is not None:
            tx.db.execute("ROLLBACK TO work")
            tx.back_to(mark)
        tx.db.execute("RELEASE work")


def _work(job: Job, tx: Tx) -> None:
    job.error = None
    try:
        job.result = job.work(tx)
    except Exception as error:
        if fails_batch(error):
            raise
        job.error = RuntimeError(repr(error)) if isinstance(error, StopIteration) else error  # no future takes that
    if not tx.db.in_transaction:
        raise sqlite3.OperationalError("the transaction ended by itself") from job.error
