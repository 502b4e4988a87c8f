"""Who is there, by a key, an attribute or an id. A service may answer with more than it was asked, or not filter."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.scim.client import WITHOUT_MEMBERS, Client
from connectors.scim.listing import id_of
from connectors.scim.resource import Json
from connectors.scim.settings import Groups
from connectors.scim.shape import Shape
from connectors.sdk import Conflict, Gone, Ref, Refused, TargetDown, TargetMisconfigured, Value

_NO_FILTER_AT_ALL = ("invalidFilter", "501")
_NO_FILTER = (*_NO_FILTER_AT_ALL, "invalidPath", "tooMany", "400", "403", "404", "405")
"""Codes by which a service says that it does not take this filter."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks of one kind at a service."""

    client: Client
    shape: Shape

    async def read(self, ref: Ref, members: bool) -> Json | None:
        """The resource of an id, or of a locator where there is no id; None where there is none."""
        id_ = ref.id
        if not id_:
            found = await self.only(ref.locator)
            if found is None or not members:
                return found
            id_ = id_of(found)
        answer = await self.client.read(self.shape.path_of(id_), self.parameters(members))
        return None if answer is None else answer.resource

    async def id_of(self, ref: Ref) -> str:
        """The id of an entry; `Gone` where its locator leads nowhere."""
        if ref.id:
            return ref.id
        found = await self.only(ref.locator)
        if found is None:
            raise Gone("there is no such resource", code="absent")
        return id_of(found)

    async def only(self, locator: str) -> Json | None:
        """The one resource of a locator. Two are never "the first"."""
        key = self.shape.kind.key
        looked = await self.all_with(key, self.shape.key_in(locator))
        found = [each for each in looked if self.shape.ref(each).locator == locator]
        if len(found) > 1:
            problem, fix = f"{len(found)} resources have this {key}", "remove all but one at the service"
            raise Refused(problem, attribute=key, fix=fix, code="duplicates")
        return found[0] if found else None

    async def refuse_taken(self, locator: str, id_: str) -> None:
        """`Conflict` where another resource has the name: services take two groups of one `displayName`."""
        found = await self.only(locator)
        if found is not None and id_of(found) != id_:
            raise Conflict(f"another resource has this {self.shape.kind.key}", code="taken")

    async def all_with(self, attribute: str, value: Value) -> list[Json]:
        """All resources with this value: among those that the service finds, or among all that there are."""
        if not self.shape.normalise(attribute, [value]):
            return []
        if self.client.service.filter:
            try:
                return await self._listed(attribute, value, filtered=True)
            except (Refused, TargetMisconfigured) as refused:
                if refused.code not in _NO_FILTER:
                    raise
                if attribute == self.shape.kind.key and refused.code in _NO_FILTER_AT_ALL:
                    self.client.stop_filtering()
        return await self._listed(attribute, value, filtered=False)

    async def _listed(self, attribute: str, value: Value, *, filtered: bool) -> list[Json]:
        """Those that match by our own comparison; nobody is absent from a list that was not read to its end."""
        wanted = self.shape.normalise(attribute, [value])
        where = self.shape.filter(attribute, value) if filtered else None
        found: list[Json] = []
        strangers, complete = not filtered, False
        async for part in self.client.list(self.shape.path, self.parameters(members=False), where):
            matching = [each for each in part.items if self.shape.has(each, attribute, wanted)]
            strangers = strangers or len(matching) < len(part.items)
            found, complete = [*found, *matching], part.complete
            if filtered and found and not strangers and len(part.items) < self.client.size:
                break  # the service has filtered, and there was room for more
        if not found and strangers and not complete:
            raise TargetDown("its list could not be read to the end, so nobody is known to be absent", code="list")
        return found

    def parameters(self, members: bool) -> dict[str, str]:
        """What a read is asked with: the members of a large group are heavy."""
        return WITHOUT_MEMBERS if isinstance(self.shape.kind, Groups) and not members else {}
