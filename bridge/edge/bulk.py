"""POST /Bulk: many writes in one request, each of which succeeds or fails by itself (RFC 7644 §3.7).

The operations are handed to the journal's writer by the hundred, in their order, and share its commits. Whether what an
operation refers to was really made is asked in the writer, where the answer cannot change any more. Only so many bulks
hand in their work at once, so that they wait for each other and not everybody for them.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from bridge.edge.body import aside
from bridge.edge.gate import as_scim
from bridge.edge.parts import Asked, Client, Edge
from bridge.edge.shown import location, show_member
from bridge.edge.stamps import etag
from bridge.edge.writes import Prepared, prepare
from bridge.journal import resources
from bridge.journal.accept import Accepted, accept
from bridge.journal.tx import Tx
from bridge.scim.bulk import BULK_RESPONSE, Bulk, Operation, read_bulk, result
from bridge.scim.errors import Conflict, ScimError
from bridge.scim.messages import Search
from bridge.scim.patch import Looks

TOGETHER = 256
"""Operations handed to the writer at once: what it commits together."""

Outcome = Accepted | ScimError
_STATUS = {"POST": 201, "PUT": 200, "PATCH": 200, "DELETE": 204}


async def answer(edge: Edge, client: Client, body: object, *, is_large: bool) -> dict[str, Any]:
    """Carry out a BulkRequest; the BulkResponse."""

    def read() -> _Job:
        bulk = read_bulk(body, edge.by_endpoint, edge.limits.bulk_operations, lambda: str(uuid.uuid4()))
        asks = partial(Asked, client, search=Search(), looks=Looks(), show_member=partial(show_member, edge))
        return _Job(edge, client, bulk, [_prepared(each, asks) for each in bulk.operations])

    job = await aside(is_large, read)
    await job.run()
    done = [(each, job.outcomes[place]) for place, each in enumerate(job.bulk.operations) if place in job.outcomes]
    return {"schemas": [BULK_RESPONSE], "Operations": [_result(edge, each, outcome) for each, outcome in done]}


def _prepared(operation: Operation, asks: Callable[..., Asked]) -> Prepared | ScimError:
    if operation.fault is not None:
        return operation.fault
    assert operation.type is not None
    creates = operation.method == "POST"
    id_ = None if creates else operation.id
    asked = asks(operation.type, id=id_, raw=operation.data, if_match=operation.version)
    try:
        return prepare(asked, operation.method, operation.id if creates else None)
    except ScimError as error:
        return error


class _Failed(Exception):
    """A group of operations was undone, for the one at this place failed."""

    def __init__(self, place: int, error: ScimError) -> None:
        super().__init__()
        self.place = place
        self.error = error


class _Enough(Exception):
    """As many operations failed as the client accepts."""


@dataclass
class _Job:
    """One bulk while it is carried out. `outcomes` are by place; what was not tried any more has none."""

    edge: Edge
    client: Client
    bulk: Bulk
    prepared: Sequence[Prepared | ScimError]

    def __post_init__(self) -> None:
        self.outcomes: dict[int, Outcome] = {}
        self._errors = 0

    async def run(self) -> None:
        for start in range(0, len(self.bulk.groups), TOGETHER):
            async with self.edge.bulks, asyncio.TaskGroup() as tasks:
                for group in self.bulk.groups[start : start + TOGETHER]:  # tasks begin in the order they are made in
                    tasks.create_task(self._run(group))
            self._errors = sum(isinstance(each, ScimError) for each in self.outcomes.values())
            if self._is_enough():
                return

    async def _run(self, group: tuple[int, ...]) -> None:
        try:
            done = await self.edge.journal.submit(lambda tx: self._work(tx, group))
            self.outcomes |= zip(group, done, strict=True)
        except _Enough:
            return
        except _Failed as failed:
            other = Conflict("an operation failed that this one needs, and that needs it")
            self.outcomes |= {place: failed.error if place == failed.place else other for place in group}
        except Exception as error:
            self.outcomes |= dict.fromkeys(group, as_scim(error, "POST", "/Bulk"))

    def _work(self, tx: Tx, group: tuple[int, ...]) -> list[Accepted]:
        """In the writer's thread: all operations of the group, or none."""
        if self._is_enough():
            raise _Enough
        done = []
        for place in group:
            try:
                done.append(self._accept(tx, place, group))
            except ScimError as error:
                self._errors += len(group)
                raise _Failed(place, error) from error
        return done

    def _accept(self, tx: Tx, place: int, group: tuple[int, ...]) -> Accepted:
        prepared = self.prepared[place]
        if isinstance(prepared, ScimError):
            raise prepared
        for needed in self.bulk.operations[place].refers_to - set(group):
            self._require(tx, self.bulk.operations[needed])
        return accept(tx, prepared.request, prepared.decide, self.edge.targets_for)

    def _require(self, tx: Tx, made: Operation) -> None:
        assert made.type is not None
        if resources.get(tx.db, self.client.tenant, made.type.name, made.id or "") is None:
            raise Conflict(f"bulkId:{(made.bulk_id or '')[:80]} was not created")

    def _is_enough(self) -> bool:
        return self.bulk.fail_on_errors is not None and self._errors >= self.bulk.fail_on_errors


def _result(edge: Edge, operation: Operation, outcome: Outcome) -> dict[str, Any]:
    is_there = operation.type is not None and not (isinstance(outcome, ScimError) and operation.method == "POST")
    where = location(edge, operation.type, quote(operation.id or "", safe="")) if operation.type and is_there else None
    if isinstance(outcome, ScimError):
        return result(operation, where, outcome.status, response=outcome.body())
    version = {} if operation.method == "DELETE" else {"version": etag(outcome.stored.version)}
    return result(operation, where, _STATUS[operation.method], **version)
