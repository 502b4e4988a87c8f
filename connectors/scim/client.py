"""The calls to one service. What a refusal teaches is kept: that it takes no PATCH, no filter, or plain JSON alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bridge.scim.filter import Tree
from connectors.scim.listing import Listing, id_of, queried
from connectors.scim.patch import Edit, message
from connectors.scim.resource import Json
from connectors.scim.service import Documents, Service, assumed, described
from connectors.scim.settings import ScimSettings
from connectors.scim.status import judge
from connectors.sdk import ConnectorError, Gone, Refused, TargetMisconfigured
from connectors.sdk.http import Answer, Call, Doing, Http, Part, document
from connectors.sdk.http.wire import JSON

SCIM_JSON = "application/scim+json"
_NO_SUCH_METHOD = ("405", "501")
WITHOUT_MEMBERS = {"excludedAttributes": "members"}


@dataclass(frozen=True, slots=True)
class Found:
    """A resource as it was read, and its version where the service heeds If-Match."""

    resource: Json
    etag: str | None = None


class Client:
    """`service` is what is known of it; `learn` asks."""

    def __init__(self, settings: ScimSettings, directory: Path) -> None:
        self._settings = settings
        self._http = Http(settings, directory, media=SCIM_JSON, judge=judge)
        self.service: Service = assumed(settings)

    @property
    def size(self) -> int:
        """How many resources an answer is asked to hold."""
        return min(self._settings.page_size, self.service.most or self._settings.page_size)

    async def learn(self) -> None:
        """Find out what the service can do, if it is to be believed."""
        if self._settings.discovery:
            config = await self._document("/ServiceProviderConfig")
            types, schemas = await self._document("/ResourceTypes"), await self._document("/Schemas")
            self.service = described(Documents(config, types, schemas), self._settings)

    async def first(self, path: str) -> Answer:
        """The first answer of a list, as small as can be: whether the endpoint is there, and lets us in."""
        at = queried(path, {**self._listing.start, "count": "1"})
        answer = await self._ask(Call("GET", at), Doing.LIST)
        document(answer, Doing.LIST)
        return answer

    async def read(self, path: str, parameters: Mapping[str, str]) -> Found | None:
        """One resource; None where it is not there."""
        answer = await self._ask(Call("GET", queried(path, parameters)), Doing.READ)
        if answer.status in (404, 410):
            return None
        resource = document(answer, Doing.READ)
        id_of(resource)
        return Found(resource, self._etag(answer, resource))

    async def list(self, path: str, parameters: Mapping[str, str], where: Tree | None = None) -> AsyncIterator[Part]:
        """All resources of an endpoint that match."""
        parameters = parameters if where is None else {**parameters, "filter": str(where)}
        async for part in self._listing.read(path, parameters, self._fetch):
            yield part

    async def create(self, path: str, body: Json, scrub: Iterable[str]) -> Answer:
        return await self._ask(Call("POST", path, body), Doing.CREATE, scrub)

    async def modify(self, path: str, edit: Edit, scrub: Iterable[str] = (), *, by_put: bool = True) -> None:
        """Carry out a change by PATCH, or by PUT where the service takes no PATCH. `Gone` where there is nothing."""
        if self.service.patch:
            try:
                return await self._patch(path, edit, scrub)
            except ConnectorError as refused:
                if refused.code not in _NO_SUCH_METHOD:
                    raise
            self.service = replace(self.service, patch=False)
        if not by_put:
            problem = "the service takes no PATCH and shows no members, so a group written whole would lose them"
            raise Refused(problem, code="noPatch", fix="have the service show the members of its groups")
        return await self._put(path, edit, scrub)

    def stop_filtering(self) -> None:
        """The service has refused a filter that every service has: it is asked by none any more."""
        self.service = replace(self.service, filter=False)

    async def delete(self, path: str) -> None:
        await self._ask(Call("DELETE", path), Doing.DELETE)

    async def close(self) -> None:
        await self._http.close()

    @property
    def _listing(self) -> Listing:
        return Listing(self.size, self.service.cursor)

    async def _patch(self, path: str, edit: Edit, scrub: Iterable[str]) -> None:
        found = await self._present(path) if edit.reads_before else Found({})
        for operations in edit.requests(found.resource):
            await self._ask(Call("PATCH", path, message(operations), found.etag), Doing.UPDATE, scrub)

    async def _put(self, path: str, edit: Edit, scrub: Iterable[str]) -> None:
        found = await self._present(path)
        await self._ask(Call("PUT", path, edit.whole(found.resource), found.etag), Doing.UPDATE, scrub)

    async def _present(self, path: str) -> Found:
        found = await self.read(path, {})
        if found is None:
            raise Gone("there is no such resource", code="404")
        return found

    async def _ask(self, call: Call, doing: Doing, scrub: Iterable[str] = ()) -> Answer:
        """The answer; who refuses our media type has done nothing, and is asked in plain JSON from then on."""
        try:
            return await self._http.ask(call, doing, scrub)
        except ConnectorError as refused:
            if refused.code != "415" or self._http.media == JSON:
                raise
        self._http.media = JSON
        return await self._http.ask(call, doing, scrub)

    async def _fetch(self, path: str) -> Answer:
        return await self._ask(Call("GET", path), Doing.LIST)

    async def _document(self, path: str) -> Any:
        """A document of discovery; None where there is none, or nothing that can be read."""
        try:
            answer = await self._ask(Call("GET", path), Doing.READ)
        except (Refused, TargetMisconfigured) as absent:
            if absent.code == "401":
                raise
            return None
        return None if answer.status in (404, 410) else answer.json_or_none()

    def _etag(self, answer: Answer, resource: Json) -> str | None:
        meta = resource.get("meta")
        version = answer.headers.get("ETag") or (meta.get("version") if isinstance(meta, dict) else None)
        return version if self.service.etag and isinstance(version, str) else None
