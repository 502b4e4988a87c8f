"""One target in memory, a real journal, and what an identity provider may do to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.clock import SetClock
from bridge.delivery import Deliverer
from bridge.journal import Journal, open_journal, plans, waking
from bridge.journal.accept import Accepted, Delete, Request, Taker, Write, accept
from bridge.journal.findings import Approval, Plan
from bridge.journal.standing import Parked, Standing, parked, standing
from bridge.journal.tx import Tx
from bridge.mapping import Rules, compile_target
from bridge.scim.members import Member, MembersAdd, MembersRemove, MembersSet
from bridge.scim.resource_types import CORE
from bridge.settings import TargetSettings
from bridge.targets import Health, Target
from connectors.sdk.memory import MemoryConnector, Stored

USERS = {
    "uid": "userName",
    "sn": "name.familyName",
    "mail": 'emails[type eq "work"].value',
    "title": "title",
    "manager": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
}
KINDS = {"User": "users", "Group": "groups"}
DAY = 86400  # seconds
WEEK = 7 * 86_400_000  # milliseconds
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@dataclass
class World:
    """`deliver` does all that is due; nothing happens by itself."""

    path: Path
    clock: SetClock = field(default_factory=SetClock)
    connector: MemoryConnector = field(default_factory=MemoryConnector)
    users: dict[str, Any] = field(default_factory=dict)
    guards: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, Any] = field(default_factory=dict)
    journal: Journal = field(init=False)
    target: Target = field(init=False)
    health: Health = field(init=False)
    deliverer: Deliverer = field(init=False)
    names: dict[str, str] = field(default_factory=dict)
    takes: bool = True
    """Whether the config names the target: if not, a change makes no link dirty."""
    takers: tuple[str, ...] = ("corp",)
    """The targets that the config names; but for the first, a test makes them."""
    takes_passwords: bool = True

    def start(self, **users: Any) -> World:
        """Open the journal as a fresh process would; `users` are keys of [targets.corp.users]."""
        self.users = users or self.users
        self.path.mkdir(exist_ok=True)
        self.journal = open_journal(self.path / "journal.db", bytes(32), self.clock)
        users = {"attributes": USERS, **self.users}
        groups = {"attributes": {"cn": "displayName"}, **self.groups}
        settings = TargetSettings(
            name="corp",
            connector="memory",
            guards=self.guards,
            password=self.takes_passwords,
            kinds={"users": users, "groups": groups},
        )
        rules = compile_target(settings, {each.kind: each for each in CORE.values()})
        self.target = Target("corp", settings, self.connector, rules)
        self.health = Health(self.journal, self.target, self.clock, lambda: 0.5)
        self.deliverer = Deliverer(self.journal, self.target, self.health, self.clock, lambda: 0.5)
        return self

    async def restart(self, **users: Any) -> None:
        """End the process and start another on the same journal; at a target nothing changes."""
        await self.journal.close()
        self.start(**users)
        await self.deliverer.recover()

    async def deliver(self) -> int:
        """Deliver all that is due; how many deliveries it took."""
        return await self.deliverer.deliver_due()

    async def deliver_all(self) -> None:
        """Deliver until nothing waits but for people; the clock goes on meanwhile."""
        for _ in range(20):
            await self.deliver()
            if not self.standing().backlog:
                return
            self.clock.advance(1)

    async def user(self, name: str, password: str | None = None, **fields: Any) -> str:
        """Create a user; its id."""
        body = {"userName": name, "name": {"familyName": name.title()}, **fields}
        accepted = await self._accept("User", None, "create", Write(body, name, None, password=password))
        self.names[name] = accepted.stored.id
        return accepted.stored.id

    async def change(self, name: str, password: str | None = None, **fields: Any) -> None:
        """Change a user; None clears."""
        id_ = self.names[name]

        def decide(current: Any) -> Write:
            body = {k: v for k, v in {**current.body, **fields}.items() if v is not None}
            return Write(body, body["userName"], None, password=password)

        await self._accept("User", id_, "patch", decide)
        if "userName" in fields:
            self.names[fields["userName"]] = id_

    async def users_named(self, names: Iterable[str], **fields: Any) -> None:
        """Create and deliver them."""
        for name in names:
            await self.user(name, **fields)
        await self.deliver()

    async def delete(self, name: str, type_: str = "User") -> None:
        await self._accept(type_, self.names[name], "delete", Delete())

    async def group(self, name: str, *members: str) -> str:
        operations = (MembersAdd(tuple(Member(self.names.get(m, m)) for m in members)),)
        accepted = await self._accept("Group", None, "create", Write({"displayName": name}, None, None, operations))
        self.names[name] = accepted.stored.id
        return accepted.stored.id

    async def rename_group(self, name: str, new: str) -> None:
        await self._accept("Group", self.names[name], "patch", lambda _: Write({"displayName": new}, None, None))
        self.names[new] = self.names[name]

    async def look_again(self) -> None:
        """Have every entry compared with what the target holds."""
        look = "UPDATE link SET state = 'dirty', wish = wish + 1, verify = 1, due = 0"
        await self.journal.submit(lambda tx: tx.db.execute(look))

    async def join(self, group: str, *members: str) -> None:
        await self._members(group, MembersAdd(tuple(Member(self.names.get(m, m)) for m in members)))

    async def leave(self, group: str, *members: str) -> None:
        await self._members(group, MembersRemove(tuple(self.names[m] for m in members)))

    async def set_members(self, group: str, *members: str) -> None:
        await self._members(group, MembersSet(tuple(Member(self.names[m]) for m in members)))

    async def _members(self, group: str, operation: Any) -> None:
        decide = lambda current: Write(current.body, None, None, (operation,))  # noqa: E731
        await self._accept("Group", self.names[group], "patch", decide)

    async def _accept(self, type_: str, id_: str | None, operation: str, decision: Any) -> Accepted:
        decide = decision if callable(decision) else lambda _: decision
        request = Request("default", "idp", type_, id_, operation, {})
        names = self.takers if self.takes else ()
        keeps = WEEK if self.takes_passwords else None
        takers = {type_: [Taker(name, kind, keeps) for name in names] for type_, kind in KINDS.items()}
        return await self.journal.submit(lambda tx: accept(tx, request, decide, lambda _, ty: takers[ty]))

    async def catch_up(self) -> dict[str, waking.Missed]:
        """What the daemon does when it starts the target."""
        return {kind: await self.journal.submit(self._catching_up(rules)) for kind, rules in self.target.rules.items()}

    def _catching_up(self, rules: Rules) -> Callable[[Tx], waking.Missed]:
        return lambda tx: waking.catch_up(tx, "corp", "default", rules)

    def entries(self) -> dict[str, Stored]:
        """What the target holds, by place."""
        return {stored.ref.locator: stored for stored in self.connector.entries.values()}

    def attributes(self, place: str) -> dict[str, Any]:
        """The single values of one entry."""
        return {name: values[0] for name, values in self.entries()[place].attributes.items()}

    def members(self, group: str) -> set[str]:
        return self.entries()[f"groups/{group}"].members

    def writes(self) -> list[str]:
        """The writing calls so far."""
        return [verb for verb, _ in self.connector.calls if verb not in ("open", "probe", "get", "search", "find")]

    def held(self) -> list[tuple[str, str]]:
        """What waits for a person: the operation, and on whom."""
        found = self.journal.read(
            lambda db: [f for plan in plans.held(db, "corp") for f in _whole(db, plan.id).findings]
        )
        return [(finding.operation or "", finding.name or "") for finding in found]

    def plan(self) -> str:
        """The id of the one plan that waits."""
        (plan,) = self.journal.read(lambda db: plans.held(db, "corp"))
        assert plan.id is not None
        return plan.id

    async def approve(self, plan: str, only: str | None = None) -> Approval:
        return await self.journal.submit(lambda tx: plans.approve(tx, plan, only))

    async def reject(self, plan: str) -> None:
        await self.journal.submit(lambda tx: plans.reject(tx, plan))

    def standing(self) -> Standing:
        return self.journal.read(lambda db: standing(db, "corp"))

    def parked(self) -> list[Parked]:
        return self.journal.read(lambda db: parked(db))


def _whole(db: Any, plan: str | None) -> Plan:
    found = plans.get(db, plan or "")
    assert found is not None
    return found


def names(count: int, first: int = 0) -> list[str]:
    return [f"u{n:03}" for n in range(first, first + count)]


def people(world: World) -> set[str]:
    return {place.removeprefix("users/") for place in world.entries() if place.startswith("users/")}


async def delete_all(world: World, who: Iterable[str]) -> None:
    for name in who:
        await world.delete(name)
    await world.deliver_all()


async def settle(world: World, days: float = 0) -> None:
    """All that is due is done; then so much time passes, with the deliverer awake each day of it."""
    await world.deliver_all()
    while days > 0:
        world.clock.advance(min(days, 1) * DAY)
        days -= 1
        await world.deliver()
    await world.deliver_all()


async def ada_in_eng(world: World, **policies: Any) -> None:
    await world.restart(**policies)
    await world.user("ada", active=True)
    await world.group("eng", "ada")
    await world.deliver_all()


def standing_of(world: World) -> tuple[bool, bool] | None:
    """Whether ada's account may be used, and whether she is in her group; None: she has no entry."""
    entry = world.entries().get("users/ada")
    return None if entry is None else (entry.active, world.members("eng") == {"users/ada"})
