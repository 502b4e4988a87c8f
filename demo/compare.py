"""What arrived, read from the targets themselves, beside what the identity provider sent.

The directory is read over LDAP, the app over its own API, the file from disk: never through the bridge.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ldap3

from demo.idp import IdentityProvider, Person
from demo.slapd import BASE, Slapd
from demo.stage import Stage, read_directory

PLACEHOLDER = "cn=scim-bridge-placeholder"
"""Stands in a group without members: groupOfNames demands one."""

Found = dict[str, dict[str, Any]]


async def differences(stage: Stage, idp: IdentityProvider, *, directory: bool = True) -> list[str]:
    """One line for each thing that is not as it was sent; empty when all is equal."""
    lines = _compare("app user", {p.login: _in_app(p) for p in idp.people.values()}, await _app_people(stage))
    lines += _compare("app team", _teams(idp), await _app_teams(stage))
    lines += _compare("file row", {p.login: _in_file(p) for p in idp.people.values()}, read_file(stage.file))
    if directory and stage.directory is not None:
        people, groups = await asyncio.to_thread(in_directory, stage.directory)
        lines += _compare("directory entry", {p.login: _in_directory(p) for p in idp.people.values()}, people)
        lines += _compare("directory group", _teams(idp), groups)
    return lines


def _compare(what: str, sent: Found, found: Found) -> list[str]:
    lines = [f"{what} {name} is missing" for name in sorted(sent.keys() - found.keys())]
    lines += [f"{what} {name} should not be there" for name in sorted(found.keys() - sent.keys())]
    for name in sorted(sent.keys() & found.keys()):
        for key, value in sent[name].items():
            if found[name].get(key) != value:
                lines.append(f"{what} {name}: {key} is {found[name].get(key)!r}, sent was {value!r}")
    return lines


def _in_app(person: Person) -> dict[str, Any]:
    return {"name": person.display, "email": person.mail, "title": person.title, "active": person.active}


def _in_file(person: Person) -> dict[str, Any]:
    return {
        "name": person.display,
        "mail": person.mail,
        "department": "Research",
        "active": "true" if person.active else "false",
    }


def _in_directory(person: Person) -> dict[str, Any]:
    return {
        "cn": person.display,
        "givenName": person.given,
        "sn": person.family,
        "mail": person.mail,
        "title": person.title,
        "locked": not person.active,
    }


def _teams(idp: IdentityProvider) -> Found:
    return {team.name: {"members": team.members} for team in idp.teams.values()}


async def _app_people(stage: Stage) -> Found:
    state = await stage.app_state()
    found: Found = {}
    for user in state["users"].values():
        twin = user["login"] in found
        found[f"{user['login']} (twin)" if twin else user["login"]] = user
    return found


async def _app_teams(stage: Stage) -> Found:
    state = await stage.app_state()
    login = {id_: user["login"] for id_, user in state["users"].items()}
    return {
        team["name"]: {"members": {login.get(m, f"nobody ({m})") for m in team["members"]}}
        for team in state["teams"].values()
    }


def read_file(path: Path) -> Found:
    """The rows of the CSV file by login."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["login"]: dict(row) for row in csv.DictReader(file)}


def in_directory(directory: Slapd) -> tuple[Found, Found]:
    """People and groups of the directory, by login and by name."""
    with read_directory(directory) as line:
        people = _entries(line, f"ou=people,{BASE}", "(objectClass=inetOrgPerson)", "uid", _person)
        groups = _entries(line, f"ou=groups,{BASE}", "(objectClass=groupOfNames)", "cn", _group)
    return people, groups


def _entries(
    line: ldap3.Connection, base: str, kind: str, name: str, shape: Callable[[dict[str, list[str]]], dict[str, Any]]
) -> Found:
    found: Found = {}
    for entry in line.extend.standard.paged_search(base, kind, attributes=["*", "+"], paged_size=100, generator=True):
        values = {
            key: [str(v) for v in vs] if isinstance(vs, list) else [str(vs)] for key, vs in entry["attributes"].items()
        }
        found[values[name][0]] = shape(values)
    return found


def _person(values: dict[str, list[str]]) -> dict[str, Any]:
    names = ("cn", "givenName", "sn", "mail", "title")
    return {n: values.get(n, [""])[0] for n in names} | {"locked": "pwdAccountLockedTime" in values}


def _group(values: dict[str, list[str]]) -> dict[str, Any]:
    members = [dn for dn in values["member"] if dn.lower() != PLACEHOLDER]
    return {"members": {dn.split(",")[0].partition("=")[2] for dn in members}}


async def show(stage: Stage, say: Callable[[str], None]) -> None:
    """Some of what is where now, as a person would look at it."""
    if stage.directory is not None:
        say("\nThe directory (ldapsearch):")
        for kind, attributes in (("(uid=daria.lund)", ["cn", "mail"]), ("(cn=engineering)", ["member"])):
            say(await stage.ldapsearch(kind, attributes))
    lines = stage.file.read_text(encoding="utf-8").splitlines()
    say(f"\nThe file ({len(lines) - 1} rows; the first five):\n" + "\n".join(f"  {line}" for line in lines[:6]))
    say("\nscim-bridge status:")
    say("\n".join(f"  {line}" for line in (await stage.cli("status")).rstrip().splitlines()))
