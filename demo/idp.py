"""An identity provider's side of the demo: it sends SCIM over HTTP and remembers what it has sent.

What it remembers is made here, from the requests, and never read back from the bridge: the comparison at the end
is between what was sent and what arrived.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import aiohttp

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

GIVEN = [
    "Ada",
    "Björn",
    "Chidi",
    "Daria",
    "Emre",
    "Fatou",
    "Grace",
    "Hana",
    "Ines",
    "Jón",
    "Kofi",
    "Lena",
    "Mei",
    "Niels",
    "Olga",
    "Paulo",
    "Quinn",
    "Rosa",
    "Said",
    "Tove",
]
FAMILY = (
    *("Andersson", "Brown", "O'Neill", "Đorđević", "Eze", "Fischer", "Gómez"),
    *("Haddad", "Ito", "Jensen", "Kowalski", "Lund", "Müller"),
)


@dataclass
class Person:
    """A user as the identity provider knows it."""

    login: str
    given: str
    family: str
    title: str
    active: bool = True
    id: str = ""

    @property
    def display(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def mail(self) -> str:
        return f"{self.login}@example.com"

    def as_scim(self) -> dict[str, Any]:
        return {
            "schemas": [USER, ENTERPRISE],
            "userName": self.login,
            "name": {"givenName": self.given, "familyName": self.family},
            "displayName": self.display,
            "title": self.title,
            "emails": [{"value": self.mail, "type": "work", "primary": True}],
            "active": self.active,
            ENTERPRISE: {"department": "Research"},
        }


@dataclass
class Team:
    """A group, and the logins of its members."""

    name: str
    members: set[str] = field(default_factory=set)
    id: str = ""


@dataclass
class IdentityProvider:
    """Sends, and remembers: `people` by login and `teams` by name are what everybody should end up with."""

    session: aiohttp.ClientSession
    url: str
    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    sent: int = 0

    async def hire(self, number: int) -> Person:
        person = Person(
            login=f"user{number:02}",
            given=GIVEN[number % len(GIVEN)],
            family=FAMILY[number % len(FAMILY)],
            title=("Engineer", "Analyst", "Librarian")[number % 3],
        )
        person.id = (await self._send("POST", "/Users", person.as_scim()))["id"]
        self.people[person.login] = person
        return person

    async def found(self, name: str, members: list[str]) -> Team:
        team = Team(name, set(members))
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": self.people[m].id} for m in members]}
        team.id = (await self._send("POST", "/Groups", body))["id"]
        self.teams[name] = team
        return team

    async def promote(self, login: str, title: str) -> None:
        await self._patch_user(login, [{"op": "replace", "path": "title", "value": title}])
        self.people[login].title = title

    async def marry(self, login: str, new_login: str, family: str) -> None:
        """A new name, and with it a new login and a new mail address: a rename in the directory."""
        person = self.people.pop(login)
        person.login, person.family = new_login, family
        self.people[new_login] = person
        for team in self.teams.values():
            if login in team.members:
                team.members = (team.members - {login}) | {new_login}
        await self._send("PUT", f"/Users/{person.id}", person.as_scim())

    async def disable(self, login: str) -> None:
        await self._patch_user(login, [{"op": "Replace", "path": "active", "value": "False"}])  # as Entra ID writes it
        self.people[login].active = False

    async def dismiss(self, login: str) -> None:
        await self._send("DELETE", f"/Users/{self.people.pop(login).id}")
        for team in self.teams.values():
            team.members.discard(login)

    async def join(self, team: str, login: str) -> None:
        await self._patch_team(team, {"op": "add", "path": "members", "value": [{"value": self.people[login].id}]})
        self.teams[team].members.add(login)

    async def leave(self, team: str, login: str) -> None:
        await self._patch_team(team, {"op": "remove", "path": f'members[value eq "{self.people[login].id}"]'})
        self.teams[team].members.discard(login)

    async def _patch_user(self, login: str, operations: list[dict[str, Any]]) -> None:
        body = {"schemas": [PATCH], "Operations": operations}
        await self._send("PATCH", f"/Users/{self.people[login].id}", body)

    async def _patch_team(self, team: str, operation: dict[str, Any]) -> None:
        body = {"schemas": [PATCH], "Operations": [operation]}
        await self._send("PATCH", f"/Groups/{self.teams[team].id}", body)

    async def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        async with self.session.request(method, self.url + path, json=body) as answer:
            if answer.status not in (200, 201, 204):
                raise SystemExit(f"FAILED: {method} {path} was answered {answer.status}: {await answer.text()}")
            self.sent += 1
            return await answer.json(content_type=None) if answer.status != 204 else None
