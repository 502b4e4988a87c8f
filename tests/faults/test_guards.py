"""An identity provider that goes mad: a thousand users deleted, disabled, out of scope, at three targets, with kill -9.

Every target is held at its limit, creates go on, and an approval finishes exactly the plan.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from demo.slapd import Slapd
from tests.daemon import GROUP, PATCH, USER, Daemon
from tests.faults.parts import Parts, standing

PEOPLE = 1000
LIMIT = 50
"""5 % of them."""
CLIENTS = 16


def each(daemon: Daemon, requests: list[tuple[Any, ...]]) -> list[Any]:
    """Send them all, by some clients at once; the answers in order."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda request: daemon.send(*request), requests))
    assert {status // 100 for status, _ in answers} == {2}
    return [body for _, body in answers]


def create(daemon: Daemon, logins: list[str]) -> dict[str, str]:
    """Create users; login → id."""
    bodies = [
        {"schemas": [USER], "userName": login, "active": True, "title": "t", "name": {"familyName": "Guard"}}
        for login in logins
    ]
    made = each(daemon, [("POST", "/Users", body) for body in bodies])
    return {login: user["id"] for login, user in zip(logins, made, strict=True)}


def logins(parts: Parts) -> dict[str, set[str]]:
    """Who is at each target."""
    return {target: {login for login, _ in held} for target, held in parts.held().items()}


def quiet(daemon: Daemon) -> None:
    daemon.until(daemon.settled, seconds=100)


def approve_all(daemon: Daemon) -> int:
    """Approve every plan that waits; how many operations that released."""
    waiting = [plan["id"] for plan in daemon.ask("plans") if plan["state"] == "held"]
    return sum(daemon.ask("approve", plan)["released"] for plan in waiting)


@contextmanager
def company(folder: Path, slapd: Slapd) -> Iterator[tuple[Daemon, Parts, dict[str, str]]]:
    """A daemon with three targets that hold a thousand people."""
    with standing(folder, slapd) as parts:
        daemon = parts.daemon().start()
        try:
            people = create(daemon, [f"p{number:04}" for number in range(PEOPLE)])
            quiet(daemon)
            yield daemon, parts, people
        finally:
            daemon.close()


@pytest.fixture
def slapd_of_its_own(own_slapd: Callable[..., Slapd]) -> Slapd:
    return own_slapd(overlays=("ppolicy",), size_limit=100_000)


def test_a_thousand_deletes_are_held_at_the_limit_and_an_approval_finishes_them(
    tmp_path: Path, slapd_of_its_own: Slapd
) -> None:
    with company(tmp_path, slapd_of_its_own) as (daemon, parts, people):
        ids = list(people.values())
        each(daemon, [("DELETE", f"/Users/{id_}") for id_ in ids[:300]])
        daemon.kill()
        daemon.start()
        each(daemon, [("DELETE", f"/Users/{id_}") for id_ in ids[300:600]])
        daemon.kill()
        daemon.start()
        each(daemon, [("DELETE", f"/Users/{id_}") for id_ in ids[600:]])
        new = create(daemon, ["new1", "new2"])
        quiet(daemon)

        for target, there in logins(parts).items():
            assert len(there & people.keys()) == PEOPLE - LIMIT, target
            assert new.keys() <= there, target
            assert daemon.status()["targets"][target]["held"] == PEOPLE - LIMIT
        assert approve_all(daemon) == 3 * (PEOPLE - LIMIT)
        daemon.kill()
        daemon.start()
        quiet(daemon)

        assert logins(parts) == dict.fromkeys(("corp", "app", "file"), new.keys())
        assert {target["held"] for target in daemon.status()["targets"].values()} == {0}
        assert daemon.stop() == 0


def test_a_thousand_disables_and_an_emptied_group_are_held(tmp_path: Path, slapd_of_its_own: Slapd) -> None:
    with company(tmp_path, slapd_of_its_own) as (daemon, parts, people):
        members = [{"value": id_} for id_ in people.values()]
        group = {"schemas": [GROUP], "displayName": "everybody", "members": members}
        _, made = daemon.send("POST", "/Groups", group)
        quiet(daemon)
        off = {"op": "replace", "path": "active", "value": False}
        each(daemon, [("PATCH", f"/Users/{i}", {"schemas": [PATCH], "Operations": [off]}) for i in people.values()])
        daemon.send("PUT", f"/Groups/{made['id']}", {**group, "members": []})
        daemon.send("DELETE", f"/Groups/{made['id']}")
        daemon.kill()
        daemon.start()
        quiet(daemon)

        locked, size = parts.locked(), parts.members("everybody")
        assert (len(locked), size) == (LIMIT, PEOPLE)
        assert daemon.status()["targets"]["corp"]["held"] == PEOPLE - LIMIT + 1
        approve_all(daemon)
        quiet(daemon)
        assert len(parts.locked()) == PEOPLE
        assert parts.members("everybody") is None
        assert daemon.stop() == 0
