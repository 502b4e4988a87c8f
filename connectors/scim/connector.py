"""The connector of SCIM services: the promises of the SDK as the operations of RFC 7644.

An entry is named by its key (`users/userName=bj`), and followed by the id that the service gave it. Accounts are locked
and unlocked by `active`, which is always sent. Passwords are sent where the service says that it takes them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from urllib.parse import unquote, urlsplit

from connectors.scim.client import Client
from connectors.scim.listing import id_of
from connectors.scim.looking import Looking
from connectors.scim.members import Memberships
from connectors.scim.patch import AttributeEdit, Placed, member_id
from connectors.scim.resource import Json
from connectors.scim.settings import Groups, ScimSettings
from connectors.scim.shape import Shape
from connectors.sdk import (
    Capability,
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
    Value,
)
from connectors.sdk.http import Answer


class ScimConnector:
    """One SCIM service."""

    def __init__(self, settings: ScimSettings, context: Context) -> None:
        self.concurrency = settings.concurrency
        self._settings = settings
        self._client = Client(settings, context.directory)
        self._shapes = self._shaped()

    async def open(self) -> None:
        """Nothing is reached before the first call."""

    async def probe(self) -> Probe:
        """Learn what the service can do, and look whether each endpoint lets us in."""
        await self._client.learn()
        self._shapes = self._shaped()
        answers = [await self._client.first(shape.path) for shape in self._shapes.values()]
        service = self._client.service
        return Probe(
            next((answer.headers["Server"] for answer in answers if "Server" in answer.headers), "SCIM"),
            frozenset(self._capabilities()),
            identity=self._settings.base_url,
            limits={} if service.most is None else {"maxResults": service.most},
            warnings=service.warnings,
            facts={
                "changes": "PATCH" if service.patch else "PUT",
                "filter": "yes" if service.filter else "no: whole lists are read",
                "versions": "If-Match" if service.etag else "none",
                "lists": "by cursor" if service.cursor else "by index",
            },
        )

    async def get(self, ref: Ref, attributes: Sequence[str], members: bool = False) -> Entry | None:
        shape = self._shapes[ref.kind]
        found = await self._looking(shape).read(ref, members)
        return None if found is None else shape.entry(found, attributes, self._members_in(shape, found, members))

    async def search(self, query: Query) -> AsyncIterator[Page]:
        shape = self._shapes[query.kind]
        async for part in self._client.list(shape.path, self._looking(shape).parameters(query.members)):
            entries = (
                shape.entry(found, query.attributes, self._members_in(shape, found, query.members))
                for found in part.items
            )
            yield Page(tuple(entries), complete=part.complete)

    async def find(self, key: Key) -> list[Ref]:
        shape = self._shapes[key.kind]
        return [shape.ref(found) for found in await self._looking(shape).all_with(key.attribute, key.value)]

    def locate(self, entry: Entry) -> str:
        return self._shapes[entry.kind].locate(entry)

    def name_of(self, kind: str) -> str:
        return self._shapes[kind].kind.key

    def normalise(self, kind: str, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
        return self._shapes[kind].normalise(attribute, values)

    def check(self, entry: Entry) -> list[Fault]:
        return self._shapes[entry.kind].faults(entry)

    async def create(self, entry: Entry) -> Ref:
        shape = self._shapes[entry.kind]
        locator = shape.checked(entry)
        answer = await self._client.create(shape.path, shape.body(entry), _texts(entry.attributes.values()))
        return Ref(entry.kind, _new_id(answer) or await self._made(shape, locator), locator)

    async def update(self, ref: Ref, delta: Delta) -> Ref:
        shape = self._shapes[ref.kind]
        locator, changes = shape.checked(delta.entry), shape.complete(delta)
        id_ = await self._looking(shape).id_of(ref)
        if delta.relocate and not shape.key_is_unique:
            await self._looking(shape).refuse_taken(locator, id_)
        texts = _texts(change.values for change in changes)
        await self._modify(shape, id_, shape.placed(changes), texts)
        return Ref(ref.kind, id_, locator)

    async def delete(self, ref: Ref) -> None:
        shape = self._shapes[ref.kind]
        try:
            id_ = await self._looking(shape).id_of(ref)
        except Gone:
            return
        await self._client.delete(shape.path_of(id_))

    def member_value(self, member: Ref) -> str:
        return member.id

    async def update_members(self, ref: Ref, add: Sequence[str], remove: Sequence[str]) -> None:
        shape = self._shapes[ref.kind]
        assert isinstance(shape.kind, Groups)
        path = shape.path_of(await self._looking(shape).id_of(ref))
        await Memberships(self._client, shape.kind, path, shape.may_be_put).change(add, remove)

    async def activate(self, ref: Ref, active: bool) -> None:
        shape = self._shapes[ref.kind]
        await self._modify(shape, await self._looking(shape).id_of(ref), shape.switched(active))

    async def set_password(self, ref: Ref, password: str) -> None:
        shape = self._shapes[ref.kind]
        await self._modify(shape, await self._looking(shape).id_of(ref), shape.with_password(password), [password])

    async def close(self) -> None:
        await self._client.close()

    def _shaped(self) -> dict[str, Shape]:
        known = self._client.service.kinds
        return {name: Shape(kind, known[name]) for name, kind in self._settings.kinds.items()}

    def _capabilities(self) -> Iterator[Capability]:
        if self._settings.groups is not None:
            yield Capability.MEMBERS
        if self._settings.users is not None:
            yield Capability.ACTIVATION
            if self._client.service.password:
                yield Capability.PASSWORD

    async def _modify(self, shape: Shape, id_: str, changes: Placed, scrub: Iterable[str] = ()) -> None:
        if changes:
            edit = AttributeEdit(changes, shape.schemas(changes))
            await self._client.modify(shape.path_of(id_), edit, scrub, by_put=shape.may_be_put)

    async def _made(self, shape: Shape, locator: str) -> str:
        """The id of what was just made, where the answer does not say it."""
        found = await self._looking(shape).only(locator)
        if found is None:
            raise OutcomeUnknown("the resource was made, but the answer names no id, and it is not found by its key")
        return id_of(found)

    def _members_in(self, shape: Shape, found: Json, members: bool) -> tuple[str, ...] | None:
        """The ids of a group's members; None where the service does not show them."""
        if not members or not shape.shows_members:
            return None
        return tuple(member_id(member) for member in found.get("members") or ())

    def _looking(self, shape: Shape) -> Looking:
        return Looking(self._client, shape)


def _new_id(answer: Answer) -> str | None:
    """The id of a new resource, from the answer's body, or from where it says that the resource is."""
    found = answer.json_or_none()
    if isinstance(found, dict) and found.get("id") not in (None, ""):
        return id_of(found)
    last = urlsplit(answer.headers.get("Location", "")).path.rstrip("/").rpartition("/")[2]
    return unquote(last) or None


def _texts(values: Iterable[Sequence[Value]]) -> list[str]:
    return [value for some in values for value in some if isinstance(value, str)]
