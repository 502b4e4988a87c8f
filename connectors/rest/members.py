"""The members of a group over REST: read from the group's own answer or from a list, added and removed one by one.

A 404 on a membership may mean the group, the member or the membership: the group is looked at before it is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from connectors.rest.body import at
from connectors.rest.endpoints import Endpoint
from connectors.rest.paging import Pager
from connectors.rest.settings import Kind, Members, Paging
from connectors.sdk import Conflict, ConnectorError, Gone, Missing, TargetMisconfigured
from connectors.sdk.http import Answer, Call, Doing, Http

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Memberships:
    """The calls about the members of one kind of group."""

    http: Http
    kind: Kind
    calls: Members
    paging: Paging
    base: str

    async def of(self, group: str, entry: Any) -> tuple[str, ...]:
        """The members' ids; `entry` is the group as it was read."""
        if self.calls.read is not None:
            return tuple(await self._listed(self.calls.read.fill({"id": group}).path))
        items = at(entry, self.calls.items)
        if not isinstance(items, list):
            raise TargetMisconfigured(f"answered with a group without a list at {self.calls.items}; correct items")
        return tuple(self._member(item) for item in items)

    async def change(self, group: str, add: Sequence[str], remove: Sequence[str]) -> None:
        """Add and remove; all are tried, then the first error is raised."""
        await together(
            [
                *(self._one(self.calls.remove, group, member, adds=False) for member in remove),
                *(self._one(self.calls.add, group, member, adds=True) for member in add),
            ]
        )

    async def _one(self, endpoint: Endpoint, group: str, member: str, *, adds: bool) -> None:
        try:
            await self.http.ask(endpoint.fill({"id": group, "member": member}), Doing.UPDATE, [member])
        except Conflict:
            if not adds:
                raise
        except Gone:
            if not await self._is_there(group):
                raise Gone("there is no such group", code="404") from None
            if adds:
                raise Missing("the member is not there", reference=member, code="404") from None

    async def _is_there(self, group: str) -> bool:
        answer = await self.http.ask(self.kind.read.fill({"id": group}), Doing.READ)
        return answer.status == 200

    async def _listed(self, path: str) -> list[str]:
        async def fetch(place: str) -> Answer:
            return await self.http.ask(Call("GET", place), Doing.LIST)

        pager = Pager(self.paging, self.calls.items, self._member, self.base)
        found: list[str] = []
        complete = False
        async for part in pager.read(path, fetch):
            found += [self._member(item) for item in part.items]
            complete = part.complete
        if not complete:
            raise TargetMisconfigured("the members of a group could not be read to the end; look at paging")
        return found

    def _member(self, item: Any) -> str:
        """An item is the id itself, or holds it."""
        found = at(item, self.calls.value) if isinstance(item, dict) else item
        if not isinstance(found, str | int) or found == "":
            raise TargetMisconfigured("answered with a member without an id; correct members.value")
        return str(found)


async def together(calls: Iterable[Awaitable[T]]) -> list[T]:
    """The results of all; every call is made, also where one fails: then the first error is raised."""

    async def outcome(call: Awaitable[T]) -> T | ConnectorError:
        try:
            return await call
        except ConnectorError as error:
            return error

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(outcome(call)) for call in calls]
    results: list[T] = []
    for task in tasks:
        result = task.result()
        if isinstance(result, ConnectorError):
            raise result
        results.append(result)
    return results
