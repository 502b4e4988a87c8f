"""The members of a group: added and removed by their ids, in parts, and only those that change.

A service that refuses one member of a request refuses the whole request. Where it says that somebody is not there, or
is there already, each half is tried alone, and halves of it, so that one who is missing costs the others nothing.
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
        """Add and remove. `Gone` where there is no group; `Missing` where a member is not there: the rest is done."""
        refused = await self._refused(add, remove) if add or remove else None
        if refused is None:
            return
        if await self.client.read(self.path, WITHOUT_MEMBERS) is None:
            raise Gone("there is no such group", code="404")
        if missing := await self._missing(add, remove, refused):
            raise Missing("the member is not there", reference=missing[0], code=refused.code)

    async def _refused(self, add: Sequence[str], remove: Sequence[str]) -> Gone | Conflict | None:
        """Send the change; what the service says if it seems to be about one of the members."""
        edit = MemberEdit(add, remove, self.kind.members_per_request, self.kind.members_removed_by)
        try:
            await self.client.modify(self.path, edit, by_put=self.by_put)
        except Gone as gone:
            return gone
        except Conflict as conflict:
            if conflict.code not in _SETTLED:
                raise
            return conflict
        return None

    async def _missing(self, add: Sequence[str], remove: Sequence[str], refused: Gone | Conflict) -> list[str]:
        """Of a change that was refused, make what can be made, by halves; the members that are not there."""
        if len(add) + len(remove) == 1:
            return list(add) if isinstance(refused, Gone) else []
        some, others = (len(add) + 1) // 2, len(remove) // 2
        missing: list[str] = []
        for half in ((add[:some], remove[:others]), (add[some:], remove[others:])):
            if (again := await self._refused(*half)) is not None:
                missing += await self._missing(*half, again)
        return missing
