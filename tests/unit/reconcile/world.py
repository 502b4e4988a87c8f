"""One target in memory that holds what was delivered, a real journal, and what others may do to them."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from bridge.clock import SetClock
from bridge.journal.findings import Finding, Sort
from bridge.journal.journal import Journal
from bridge.mapping.entry_json import encode
from bridge.mapping.rules import Attribute, Rules
from bridge.reconcile.reconciler import Reconciler
from bridge.settings.kinds import OnMissing, Ownership
from bridge.settings.models import TargetSettings
from bridge.targets import Health, Target
from connectors.sdk import Entry, Page, Query
from connectors.sdk.memory import MemoryConnector

NAMES = {"users": ("User", "uid", "mail", "title"), "groups": ("Group", "cn")}
LINK = """INSERT INTO link (target, resource, kind, state, wish, done, due, entry_id, locator, claim, applied, rules)
VALUES ('corp', :resource, :kind, 'in_sync', 1, 1, 0, :id, :locator, :locator, :applied, 'rules')"""
RESOURCE = """INSERT INTO resource (id, tenant, type, version, body, created, modified)
VALUES (:resource, 'default', :kind, 1, :body, 0, 0)"""
MEMBER = "INSERT INTO target_membership (target, group_id, member, applied, dirty) VALUES ('corp', ?, ?, ?, 0)"


class Interrupted(MemoryConnector):
    """Calls `between` once, after the first page: what happens while a run reads."""

    between: Callable[[], Any] | None = None

    async def search(self, query: Query) -> AsyncIterator[Page]:
        async for page in super().search(query):
            yield page
            if self.between is not None:
                between, self.between = self.between, None
                await between()


def attribute(name: str) -> Attribute:
    """The bodies of these tests have the target's attributes."""
    return Attribute(name, lambda source: tuple(source.body.get(name, ())))


@dataclass
class World:
    """One target, its journal, and what a test does to them."""

    journal: Journal
    connector: Interrupted = field(default_factory=Interrupted)
    clock: SetClock = field(default_factory=SetClock)
    reconciler: Reconciler | None = None

    def configure(
        self,
        drift: str = "revert",
        on_missing: OnMissing = OnMissing.HOLD,
        fingerprint: str = "rules",
        **guards: Any,
    ) -> None:
        rules = {
            kind: Rules(
                kind, type_, tuple(map(attribute, names)), fingerprint, on_missing=on_missing, ownership=Ownership.ALL
            )
            for kind, (type_, *names) in NAMES.items()
        }
        settings = TargetSettings(name="corp", connector="memory", drift=drift, guards=guards)
        target = Target("corp", settings, self.connector, rules)
        health = Health(self.journal, target, self.clock, chance=lambda: 0.5)
        self.reconciler = Reconciler(self.journal, target, health, self.clock)

    async def user(self, name: str) -> str:
        """Make an entry at the target and its link; returns the entry's id."""
        entry = Entry("users", {"uid": (name,), "mail": (f"{name}@example.com",)})
        return await self._link(name, entry)

    async def group(self, name: str, *members: str) -> str:
        group = await self._link(name, Entry("groups", {"cn": (name,)}))
        self.connector.entries[group].members = {f"users/{member}" for member in members}
        for member in members:
            await self.execute(MEMBER, (name, member, f"users/{member}"))
        return group

    async def _link(self, resource: str, entry: Entry) -> str:
        ref = await self.connector.create(entry)
        row = {"resource": resource, "kind": entry.kind, "id": ref.id, "locator": ref.locator}
        await self.resource(entry, resource)
        await self.execute(LINK, row | {"applied": encode(entry)})
        return ref.id

    async def resource(self, entry: Entry, resource: str) -> None:
        body = orjson.dumps(dict(entry.attributes)).decode()
        await self.execute(RESOURCE, {"resource": resource, "kind": entry.kind, "body": body})

    async def execute(self, statement: str, parameters: Any = ()) -> None:
        await self.journal.submit(lambda tx: tx.db.execute(statement, parameters) and None)

    def edit(self, entry_id: str, **attributes: str) -> None:
        """Change an entry by hand."""
        self.connector.entries[entry_id].attributes |= {name: (value,) for name, value in attributes.items()}

    def released(self) -> list[str]:
        """The resources whose links are to be verified in the bulk lane."""
        query = "SELECT resource FROM link WHERE state = 'dirty' AND verify = 1 AND lane = 2 ORDER BY resource"
        return self.journal.read(lambda db: [row[0] for row in db.execute(query)])

    def written(self) -> list[str]:
        """The writing calls that the target has seen since `configure`."""
        reading = ("open", "probe", "get", "search", "find", "close", "create")
        return [verb for verb, _ in self.connector.calls if verb not in reading]


def found(sort: Sort, findings: tuple[Finding, ...]) -> list[str | None]:
    return sorted(str(f.resource or f.locator) for f in findings if f.sort is sort)
