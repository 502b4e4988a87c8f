"""Changes: what clients asked and we accepted, in order. Each is a row of the hash chain (`chain.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bridge.journal import chain
from bridge.journal.tx import Tx


@dataclass(frozen=True, slots=True)
class NewChange:
    """One accepted request, before it has its place in the chain. `payload` is JSON without a password."""

    tenant: str
    client: str
    resource: str
    type: str
    version: int
    operation: str
    payload: Any


def append(tx: Tx, change: NewChange) -> None:
    """Add a change to those that the batch will write."""
    chain.prepare(
        tx,
        "change",
        change.payload,
        tenant=change.tenant,
        client=change.client,
        resource=change.resource,
        type=change.type,
        version=change.version,
        operation=change.operation,
    )
