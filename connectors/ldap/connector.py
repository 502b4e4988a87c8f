"""The LDAP connector: each promise of the SDK's protocol, handed to the file that keeps it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace

from connectors.ldap import activation, checking, dn, matching, member_values, probing
from connectors.ldap.directory import Directory
from connectors.ldap.driver import Driver
from connectors.ldap.kind import Kind
from connectors.ldap.last_change import last_change
from connectors.ldap.looking import MOST
from connectors.ldap.members import Members
from connectors.ldap.passwords import Passwords
from connectors.ldap.reading import Reading
from connectors.ldap.settings import LdapSettings
from connectors.ldap.writing import Writing
from connectors.sdk import Changed, Delta, Entry, Fault, Key, Page, Probe, Query, Ref, Value

AHEAD = 2
"""Requests that the driver has in hand for each connection: none is idle while the event loop is busy elsewhere."""
MEMBERS = "members"
"""The name by which `normalise` knows a group's members, whatever their attribute is called in the directory."""


class LdapConnector:
    """One directory: users, and groups that hold their members by DN, by name, or both."""

    looks = MOST

    def __init__(self, driver: Driver, settings: LdapSettings, kinds: dict[str, Kind]) -> None:
        self.concurrency = AHEAD * settings.pool
        self._kinds = kinds
        self._directory = Directory(driver)
        self._own = (dn.folded(settings.bind_dn),) if settings.bind_dn else ()
        self._reading = {name: Reading(self._directory, kind) for name, kind in kinds.items()}
        self._writing = {name: Writing(self._directory, kind) for name, kind in kinds.items()}
        self._passwords = Passwords(self._directory, settings.password_attribute, settings.is_encrypted)
        self._members = {name: Members(self._directory, kind) for name, kind in kinds.items() if kind.members}
        self._holding = next((kind.members for kind in kinds.values() if kind.members), ("member",))

    @property
    def driver_pid(self) -> int | None:
        """The process that speaks LDAP for us, where and while there is one."""
        return self._directory.driver.pid

    async def open(self) -> None:
        """Nothing to do: the first call starts the driver."""

    async def probe(self) -> Probe:
        found = await probing.probe(self._directory, self._kinds, self._passwords)
        limits = [warning for each in self._reading.values() if (warning := await each.limited())]
        untouchable = (*self._own, *found.untouchable)
        return replace(found, untouchable=untouchable, warnings=(*found.warnings, *limits))

    async def get(self, ref: Ref, attributes: Sequence[str], members: bool = False) -> Entry | None:
        return await self._reading[ref.kind].get(ref, attributes, members)

    async def search(self, query: Query) -> AsyncIterator[Page]:
        async with aclosing(self._reading[query.kind].search(query)) as pages:
            async for page in pages:
                yield page

    async def find(self, key: Key) -> list[Ref]:
        return await self._reading[key.kind].find(key)

    async def last_change(self, ref: Ref) -> Changed | None:
        return await last_change(self._directory, self._kinds[ref.kind], ref)

    def locate(self, entry: Entry) -> str:
        """Where the entry is, if it is in the directory; else where it would be."""
        if entry.ref is not None:
            return dn.folded(entry.ref.locator)
        return dn.fold(self._kinds[entry.kind].place(entry))

    def name_of(self, kind: str) -> str:
        """As it is mapped: names of attributes do not differ by case."""
        return self._kinds[kind].rdn

    def normalise(self, kind: str, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
        if attribute == MEMBERS and kind in self._members:
            lead = member_values.leading(self._kinds[kind].members)
            return frozenset(member_values.compared(lead, str(value)) for value in values)
        return frozenset(matching.fold(self._directory.schema, attribute, value) for value in values)

    def check(self, entry: Entry) -> list[Fault]:
        return checking.faults_of(self._directory.schema, self._kinds[entry.kind], entry, self._directory.longest_name)

    async def create(self, entry: Entry) -> Ref:
        return await self._writing[entry.kind].create(entry)

    async def update(self, ref: Ref, delta: Delta) -> Ref:
        return await self._writing[ref.kind].update(ref, delta)

    async def delete(self, ref: Ref) -> None:
        await self._writing[ref.kind].delete(ref)

    def member_value(self, member: Ref) -> str | None:
        return member_values.text_of(self._holding, member.locator)

    async def update_members(self, ref: Ref, add: Sequence[str], remove: Sequence[str]) -> None:
        await self._members[ref.kind].update(ref, add, remove)

    async def activate(self, ref: Ref, active: bool) -> None:
        await activation.activate(self._directory, self._kinds[ref.kind], ref, active)

    async def set_password(self, ref: Ref, password: str) -> None:
        await self._passwords.set(self._kinds[ref.kind], ref, password)

    async def close(self) -> None:
        await self._directory.driver.close()
