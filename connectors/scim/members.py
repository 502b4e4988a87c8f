"""The members of a group: added and removed by their ids, in parts, and only those that change.

A service that refuses one member of a request refuses the whole request. Where it says that somebody is not there, or
is there already, those of that request are tried one by one, so that one who is missing costs the others nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.scim.client import WITHOUT_MEMBERS, Client
from connectors.scim.patch import MemberEdit
from connectors.scim.settings import Groups
from connectors.sdk import Conflict, Gone, Missing

_SETTLED = ("noTarget", "uniqueness", "409")
"""Codes that say of a member that it is gone, or there, already."""


@dataclass(frozen=True, slots=True)
class Memberships:
    """The calls about the members of one group; `by_put`: it can be written whole."""

    client: Client
    kind: Groups
    path: str
    by_put: bool = True

    async def change(self, add: Sequence[str], remove: Sequence[str]) -> None:
        """Add and remove. `Gone` where there is no group, `Missing` where a member is not there."""
        if not add and not remove:
            return
        most, by = self.kind.members_per_request, self.kind.members_removed_by
        try:
            await self.client.modify(self.path, MemberEdit(add, remove, most, by), by_put=self.by_put)
        except (Gone, Conflict) as refused:
            if isinstance(refused, Conflict) and refused.code not in _SETTLED:
                raise
            if await self.client.read(self.path, WITHOUT_MEMBERS) is None:
                raise Gone("there is no such group", code="404") from None
            await self._apart(add, remove, refused)

    async def _apart(self, add: Sequence[str], remove: Sequence[str], refused: Gone | Conflict) -> None:
        if len(add) + len(remove) > 1:
            for member in remove:
                await self.change([], [member])
            for member in add:
                await self.change([member], [])
        elif add and isinstance(refused, Gone):
            raise Missing("the member is not there", reference=add[0], code=refused.code)
