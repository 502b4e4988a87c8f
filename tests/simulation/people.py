"""What clients ask for, and what they know: each owns some users and groups, and remembers what was acknowledged.

A request that got no answer, because the process died, may or may not have been carried out: its resource is `in doubt`
until somebody looks. Every change of a resource gives it a new title; titles are numbered, a later one is the larger.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bridge.journal import JournalBusy, JournalError, JournalFull
from bridge.scim.errors import ScimError
from tests.daemon import GROUP, PATCH, USER
from tests.simulation.life import Life

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@dataclass
class Known:
    """A resource as its owner knows it. `body` is None once it is deleted. Who is in a group, the journal says."""

    type: str
    number: str
    id: str | None = None
    body: dict[str, Any] | None = None
    maybe: list[dict[str, Any] | None] = field(default_factory=list)

    @property
    def name(self) -> str:
        assert self.body is not None
        name: str = self.body["userName" if self.type == "User" else "displayName"]
        return name


@dataclass
class Client:
    """One sender. `life` gives the process that runs now, None where there is none."""

    number: int
    dice: random.Random
    life: Callable[[], Life | None]
    everybody: list[Known]
    counter: count[int]
    acknowledged: int = 0
    known: list[Known] = field(default_factory=list)

    async def run(self, until: Callable[[], bool]) -> None:
        """Ask for something, wait a while, ask again."""
        while not until():
            await asyncio.sleep(self.dice.expovariate(1 / 3.0))
            if (life := self.life()) is not None:
                await self.step(life)

    async def step(self, life: Life) -> None:
        alive = [each for each in self.known if each.body is not None and not each.maybe]
        users, groups = ([each for each in alive if each.type == type_] for type_ in ("User", "Group"))
        deed = self.dice.choices(("user", "group", "change", "rename", "members", "delete"), (6, 2, 8, 3, 5, 3))[0]
        if deed == "group" and len(groups) < 3:
            await self._create(life, "Group", {"displayName": self._free("g", groups)})
        elif deed == "change" and users:
            await self._change(life, self.dice.choice(users))
        elif deed == "rename" and alive:
            await self._rename(life, self.dice.choice(alive))
        elif deed == "members" and groups:
            await self._members(life, self.dice.choice(groups))
        elif deed == "delete" and alive:
            await self._send(life, self.dice.choice(alive), "DELETE", None, None)
        elif len(users) < 6:
            await self._create(life, "User", {"userName": self._free("u", users)})

    def _free(self, letter: str, taken: list[Known]) -> str:
        """A name of ours that nobody has; few, so that they are taken again and again."""
        names = {f"{letter}{self.number}{x}" for x in "abcdefgh"} - {each.name.lower() for each in taken}
        return self.dice.choice(sorted(names))

    async def _create(self, life: Life, type_: str, body: dict[str, Any]) -> None:
        known = Known(type_, f"n{next(self.counter)}")
        self.known.append(known)
        self.everybody.append(known)
        schema = USER if type_ == "User" else GROUP
        body = {"schemas": [schema], "externalId": known.number, **body}
        if type_ == "User":
            body |= {"title": self._title(), "userType": "Employee", "active": True, "name": {"familyName": "Sim"}}
        elif self.dice.random() < 0.7:
            body["members"] = self._some_members()
        await self._send(life, known, "POST", body, body)

    async def _change(self, life: Life, known: Known) -> None:
        assert known.body is not None
        change: dict[str, Any] = {"title": self._title()}
        match self.dice.randrange(6):
            case 0:
                change["active"] = not known.body.get("active", True)
            case 1:
                change["userType"] = self.dice.choice(("Employee", "Guest"))
            case 2:
                change["name"] = {"familyName": self.dice.choice(("Sim", "Refused"))}
            case 3:
                change[ENTERPRISE] = {"manager": {"value": self._anybody("User")}}
        operation = {"op": "replace", "value": change}
        await self._send(life, known, "PATCH", _patch(operation), {**known.body, **change})

    async def _rename(self, life: Life, known: Known) -> None:
        assert known.body is not None
        same = [each for each in self.known if each.type == known.type and each.body is not None and not each.maybe]
        attribute = "userName" if known.type == "User" else "displayName"
        name = known.name.swapcase() if self.dice.random() < 0.2 else self._free(known.name[0].lower(), same)
        change = {attribute: name, **({"title": self._title()} if known.type == "User" else {})}
        operation = {"op": "replace", "value": change}
        await self._send(life, known, "PATCH", _patch(operation), {**known.body, **change})

    async def mend(self, life: Life) -> None:
        """Take back what no target takes."""
        for known in self.known:
            if known.body is not None and known.body.get("name") == {"familyName": "Refused"}:
                change = {"name": {"familyName": "Sim"}, "title": self._title()}
                operation = {"op": "replace", "value": change}
                await self._send(life, known, "PATCH", _patch(operation), {**known.body, **change})

    async def _members(self, life: Life, known: Known) -> None:
        members = self._some_members()
        operation: dict[str, Any] = {
            "op": self.dice.choice(("add", "add", "replace")),
            "path": "members",
            "value": members,
        }
        if members and self.dice.random() < 0.4:
            operation = {"op": "remove", "path": f'members[value eq "{members[0]["value"]}"]'}
        await self._send(life, known, "PATCH", _patch(operation), known.body)

    def _some_members(self) -> list[dict[str, Any]]:
        types = self.dice.choices(("User", "Group"), (3, 1), k=self.dice.randrange(4))
        return [{"value": self._anybody(type_)} for type_ in types]

    def _anybody(self, type_: str) -> str:
        ids = [each.id for each in self.everybody if each.type == type_ and each.id is not None]
        return self.dice.choice(ids) if ids and self.dice.random() < 0.95 else "nobody"

    def _title(self) -> str:
        return f"t{next(self.counter)}"

    async def _send(self, life: Life, known: Known, method: str, raw: Any, after: dict[str, Any] | None) -> None:
        known.maybe = [known.body, after]
        try:
            known.id = await life.send(method, known.type, known.id, raw)
        except (ScimError, JournalBusy, JournalFull):  # refused: it is as it was
            known.maybe = []
        except JournalError:  # the process died: who knows
            return
        else:
            known.body, known.maybe = after, []
            self.acknowledged += 1


def _patch(operation: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": [operation]}
