"""The connector of REST apps: the promises of the SDK as calls that the config declares.

An entry is named by its key, an attribute of its own (`users/login=bj`), and followed by the id that the app gave it.
An app that takes two entries of one key gets no second one from us: the bridge looks by the locator before a create,
and we do before a rename.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Any

from connectors.rest.body import is_partial
from connectors.rest.endpoints import Endpoint
from connectors.rest.hidden import judge
from connectors.rest.members import Memberships, together
from connectors.rest.paging import Pager
from connectors.rest.settings import Kind, RestSettings
from connectors.rest.shape import Shape
from connectors.sdk import (
    Capability,
    Change,
    Conflict,
    Context,
    Delta,
    Entry,
    Fault,
    Gone,
    Key,
    OutcomeUnknown,
    Page,
    Probe,
    Query,
    Ref,
    Refused,
    Value,
    Verb,
)
from connectors.sdk.http import Answer, Call, Doing, Http, document


class RestConnector:
    """One REST app."""

    def __init__(self, settings: RestSettings, context: Context) -> None:
        self.concurrency = settings.concurrency
        self._settings = settings
        self._http = Http(settings, context.directory, judge=judge)
        self._shapes = {name: Shape(name, kind) for name, kind in settings.kinds.items()}

    async def open(self) -> None:
        """Nothing is reached before the first call."""

    async def probe(self) -> Probe:
        """Ask for what was named, or for a list of each kind with as little in it as can be."""
        answer = Answer(200)
        if self._settings.probe is not None:
            answer = await self._fetch(self._settings.probe.path)
        else:
            for shape in self._shapes.values():
                pager = self._pager(shape)
                answer = await self._fetch(pager.sized(shape.kind.listing.path, 1))
                pager.items_of(document(answer, Doing.LIST))
        server = answer.headers.get("Server", "REST")
        return Probe(server, frozenset(self._capabilities()), identity=self._settings.base_url)

    async def get(self, ref: Ref, attributes: Sequence[str], members: bool = False) -> Entry | None:
        found = await self._read(ref)
        if found is None:
            return None
        return await self._entry(self._shapes[ref.kind], found, Query(ref.kind, tuple(attributes), members))

    async def search(self, query: Query) -> AsyncIterator[Page]:
        shape = self._shapes[query.kind]
        async for part in self._pager(shape).read(shape.kind.listing.path, self._fetch):
            entries = await together(self._entry(shape, item, query) for item in part.items)
            yield Page(tuple(entries), complete=part.complete)

    async def find(self, key: Key) -> list[Ref]:
        shape = self._shapes[key.kind]
        return [shape.ref(found) for found in await self._look(shape, key.attribute, key.value)]

    def locate(self, entry: Entry) -> str:
        return self._shapes[entry.kind].locate(entry)

    def normalise(self, kind: str, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
        return self._shapes[kind].normalise(attribute, values)

    def check(self, entry: Entry) -> list[Fault]:
        return self._shapes[entry.kind].faults(entry)

    async def create(self, entry: Entry) -> Ref:
        shape = self._shapes[entry.kind]
        locator = shape.checked(entry)
        changes = [Change(name, Verb.REPLACE, values) for name, values in entry.attributes.items() if values]
        call = shape.kind.create.fill({}, shape.body(changes, {}, whole=False))
        answer = await self._http.ask(call, Doing.CREATE, _texts(changes))
        return Ref(entry.kind, shape.new_id(answer) or await self._made(shape, entry), locator)

    async def update(self, ref: Ref, delta: Delta) -> Ref:
        shape = self._shapes[ref.kind]
        locator, key = shape.checked(delta.entry), shape.kind.key
        changes = list(delta.changes)
        if delta.relocate and all(change.attribute != key for change in changes):
            changes.append(Change(key, Verb.REPLACE, delta.entry.attributes[key]))
        id_ = await self._id(ref)
        if delta.relocate:
            await self._refuse_taken(ref.kind, locator, id_)
        if changes:
            call = await self._updating(shape, id_, changes)
            await self._http.ask(call, Doing.UPDATE, _texts(changes))
        return Ref(ref.kind, id_, locator)

    async def delete(self, ref: Ref) -> None:
        try:
            id_ = await self._id(ref)
        except Gone:
            return
        await self._http.ask(self._shapes[ref.kind].kind.delete.fill({"id": id_}), Doing.DELETE)

    def member_value(self, member: Ref) -> str:
        return member.id

    async def update_members(self, ref: Ref, add: Sequence[str], remove: Sequence[str]) -> None:
        await self._members(self._shapes[ref.kind].kind).change(await self._id(ref), add, remove)

    async def activate(self, ref: Ref, active: bool) -> None:
        kind = self._shapes[ref.kind].kind
        endpoint = kind.enable if active else kind.disable
        if endpoint is None:
            raise Refused(f"{ref.kind} cannot be locked here", fix="write enable and disable, or another on_disable")
        await self._http.ask(endpoint.fill({"id": await self._id(ref)}), Doing.UPDATE)

    async def set_password(self, ref: Ref, password: str) -> None:
        endpoint = self._shapes[ref.kind].kind.set_password
        if endpoint is None:
            raise Refused(f"{ref.kind} take no passwords here", code="noCall", fix="write set_password")
        call = endpoint.fill({"id": await self._id(ref), "password": password})
        await self._http.ask(call, Doing.UPDATE, [password])

    async def close(self) -> None:
        await self._http.close()

    def _capabilities(self) -> Iterator[Capability]:
        kinds = [shape.kind for shape in self._shapes.values()]
        if any(kind.members for kind in kinds):
            yield Capability.MEMBERS
        if any(kind.disable for kind in kinds):
            yield Capability.ACTIVATION
        if any(kind.set_password for kind in kinds):
            yield Capability.PASSWORD

    async def _updating(self, shape: Shape, id_: str, changes: Sequence[Change]) -> Call:
        """The call that makes the changes. What is to be added to, or written whole, is read before."""
        whole = shape.kind.update.method == "PUT"
        current, etag = {}, None
        if whole or is_partial(changes):
            answer = await self._answer(shape, id_)
            if answer is None:
                raise Gone("there is no such entry", code="404")
            current, etag = shape.entry_in(answer), answer.headers.get("ETag")
        call = shape.kind.update.fill({"id": id_}, shape.body(changes, current, whole=whole))
        return replace(call, etag=etag)

    async def _read(self, ref: Ref) -> Any:
        """The entry's JSON, by its id, or by its key where there is no id; None where there is none."""
        if not ref.id:
            return await self._only(ref)
        answer = await self._answer(self._shapes[ref.kind], ref.id)
        return None if answer is None else self._shapes[ref.kind].entry_in(answer)

    async def _answer(self, shape: Shape, id_: str) -> Answer | None:
        answer = await self._http.ask(shape.kind.read.fill({"id": id_}), Doing.READ)
        return None if answer.status in (404, 410) else answer

    async def _only(self, ref: Ref) -> Any:
        """The one entry of a locator's key. Two are never "the first"."""
        shape = self._shapes[ref.kind]
        found = await self._look(shape, shape.kind.key, shape.key_in(ref.locator))
        if len(found) > 1:
            problem = f"{len(found)} entries have this {shape.kind.key}"
            raise Refused(problem, attribute=shape.kind.key, fix="remove all but one at the target", code="duplicates")
        return found[0] if found else None

    async def _refuse_taken(self, kind: str, locator: str, id_: str) -> None:
        """`Conflict` where another entry has the key: an app may take two of one."""
        found = await self._only(Ref(kind, "", locator))
        if found is not None and self._shapes[kind].id_of(found) != id_:
            raise Conflict(f"another entry has this {self._shapes[kind].kind.key}", code="taken")

    async def _look(self, shape: Shape, attribute: str, value: Value) -> list[Any]:
        """All entries with this value, compared by us: an app may answer with more than it was asked for."""
        wanted = shape.normalise(attribute, [value])
        filtered = shape.kind.find if attribute == shape.kind.key else None
        endpoint: Endpoint = filtered or shape.kind.listing
        found: list[Any] = []
        async for part in self._pager(shape).read(endpoint.fill({"value": str(value)}).path, self._fetch):
            matching = [item for item in part.items if shape.matches(item, attribute, wanted)]
            found += matching
            if filtered and matching and len(matching) == len(part.items) < self._settings.paging.size:
                break  # the app has filtered, and there was room for more
        return found

    async def _id(self, ref: Ref) -> str:
        if ref.id:
            return ref.id
        found = await self._only(ref)
        if found is None:
            raise Gone("there is no such entry", code="absent")
        return self._shapes[ref.kind].id_of(found)

    async def _made(self, shape: Shape, entry: Entry) -> str:
        """The id of what was just made, where the answer does not say it."""
        found = await self._look(shape, shape.kind.key, entry.attributes[shape.kind.key][0])
        if len(found) != 1:
            raise OutcomeUnknown("the entry was made, but the answer names no id, and it is not found by its key")
        return shape.id_of(found[0])

    async def _entry(self, shape: Shape, found: Any, query: Query) -> Entry:
        members = await self._members(shape.kind).of(shape.id_of(found), found) if query.members else None
        return shape.entry(found, query.attributes, members)

    def _members(self, kind: Kind) -> Memberships:
        assert kind.members is not None
        return Memberships(self._http, kind, kind.members, self._settings.paging, self._settings.base_url)

    def _pager(self, shape: Shape) -> Pager:
        return Pager(self._settings.paging, shape.kind.items, shape.id_of, self._settings.base_url)

    async def _fetch(self, path: str) -> Answer:
        return await self._http.ask(Call("GET", path), Doing.LIST)


def _texts(changes: Sequence[Change]) -> list[str]:
    return [value for change in changes for value in change.values if isinstance(value, str)]
