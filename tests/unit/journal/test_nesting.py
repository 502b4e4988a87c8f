"""Whoever delivers what is due, and of that the dirty rows alone, ends where the memberships as a whole say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.journal import keys, links, target_members, waking
from bridge.journal.accept import Delete, Request, Taker, Write, accept
from bridge.journal.schema import migrate
from bridge.journal.sql import load
from bridge.journal.target_members import Done
from bridge.journal.tx import Tx
from bridge.mapping import Rules
from bridge.scim.members import Member, MembersAdd, MembersRemove, MembersSet

GROUPS, USERS = ("a", "b", "c", "d"), ("kim", "lee", "max")
KINDS = {"User": "users", "Group": "groups"}


@dataclass
class Flat:
    """A journal with one target `flat` that is there or away, and what an identity provider said."""

    db: sqlite3.Connection
    flattens: bool = True
    is_there: bool = True
    members: dict[str, set[str]] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        migrate(self.db)
        keys.check(self.db, bytes(32))
        self.back()
        for name in (*USERS, *GROUPS):
            self.create(name)

    @property
    def rules(self) -> dict[str, Rules]:
        print_ = f"flattens {self.flattens}"
        return {
            "users": Rules("users", "User", (), print_),
            "groups": Rules("groups", "Group", (), print_, flattens=self.flattens),
        }

    def create(self, name: str) -> None:
        type_ = "Group" if name in GROUPS else "User"
        request = Request("default", "idp", type_, None, "create", {}, new_id=name)
        self._do(request, Write({}, None, None))
        if type_ == "Group":
            self.members[name] = set()
        else:
            self.people.add(name)

    def join(self, group: str, member: str) -> None:
        self._members(group, MembersAdd((Member(member),)))
        self.members[group].add(member)

    def leave(self, group: str, member: str) -> None:
        self._members(group, MembersRemove((member,)))
        self.members[group].discard(member)

    def set_members(self, group: str, members: frozenset[str]) -> None:
        self._members(group, MembersSet(tuple(map(Member, sorted(members)))))
        self.members[group] = set(members)

    def delete(self, name: str) -> None:
        self._do(Request("default", "idp", "Group" if name in GROUPS else "User", name, "delete", {}), Delete())
        self.members.pop(name, None)
        self.people.discard(name)
        for members in self.members.values():
            members.discard(name)

    def away(self) -> None:
        self.is_there = False

    def back(self) -> None:
        """The target starts."""
        self.is_there = True
        tx = self._tx()
        for rules in self.rules.values():
            waking.catch_up(tx, "flat", "default", rules)

    def switch(self) -> None:
        self.flattens = not self.flattens
        self.back()

    def deliver(self) -> None:
        """What is due, users first, until nothing is; where the target is there."""
        tx = self._tx()
        while self.is_there and (due := links.claim(tx, "flat", 100)):
            for link in sorted(due, key=lambda link: link.kind, reverse=True):
                self._deliver(tx, link)

    def _deliver(self, tx: Tx, link: links.Link) -> None:
        """The entry comes or goes, a group's members follow, and the link is settled."""
        name = link.resource
        is_living = name in self.people or name in self.members
        if (link.entry_id is not None) != is_living:
            entry = (name if is_living else None, is_living, name)
            self.db.execute("UPDATE link SET entry_id = ?, member = ? WHERE resource = ?", entry)
            waking.stir(tx, "flat", name, is_there=is_living)
        if name in self.members:
            self._deliver_members(tx, name)
        settle = (
            "UPDATE link SET state = CASE wish WHEN sending THEN 'in_sync' ELSE 'dirty' END, sending = NULL, rules = ?,"
            " version = (SELECT r.version FROM resource AS r WHERE r.id = link.resource) WHERE resource = ?"
        )
        self.db.execute(settle, (self.rules["users"].fingerprint, name))

    def _deliver_members(self, tx: Tx, group: str) -> None:
        while rows := target_members.dirty_rows(self.db, "flat", group, 2):
            done = [Done(row.member, None if row.wanted is None else row.member, row.dirty) for row in rows]
            target_members.settle(tx, "flat", group, done)

    def held(self) -> dict[str, set[str]]:
        """The members that the target's groups have of us."""
        return {group: set(target_members.applied(self.db, "flat", group)) for group in self.members}

    def expected(self) -> dict[str, set[str]]:
        return {group: self._users_in(group) if self.flattens else set(self.members[group]) for group in self.members}

    def _users_in(self, group: str) -> set[str]:
        seen, ahead = set[str](), [group]
        while ahead:
            if (each := ahead.pop()) not in seen:
                seen.add(each)
                ahead += self.members.get(each, ())
        return seen & self.people

    def _members(self, group: str, operation: MembersAdd | MembersRemove | MembersSet) -> None:
        self._do(Request("default", "idp", "Group", group, "patch", {}), Write({}, None, None, (operation,)))

    def _do(self, request: Request, decision: Write | Delete) -> None:
        tx = self._tx()
        takers = lambda _, type_: [Taker("flat", KINDS[type_])] if self.is_there else []  # noqa: E731
        accept(tx, request, lambda _: decision, takers)
        links.write(tx)

    def _tx(self) -> Tx:
        return Tx(self.db, 1000, b"")


@pytest.fixture
def flat() -> Iterator[Flat]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        yield Flat(db)


def due(flat: Flat) -> set[str]:
    rows = flat.db.execute("SELECT resource FROM link WHERE kind = 'groups' AND state = 'dirty'")
    return {group for (group,) in rows}


def dirty(flat: Flat) -> set[tuple[str, str]]:
    """The rows that living groups have to look at."""
    rows = flat.db.execute("SELECT group_id, member FROM target_membership WHERE dirty > 0")
    return {(group, member) for group, member in rows if group in flat.members}


STEPS = st.one_of(
    st.tuples(st.just("join"), st.sampled_from(GROUPS), st.sampled_from(GROUPS + USERS)),
    st.tuples(st.just("leave"), st.sampled_from(GROUPS), st.sampled_from(GROUPS + USERS)),
    st.tuples(st.just("set_members"), st.sampled_from(GROUPS), st.frozensets(st.sampled_from(GROUPS + USERS))),
    st.tuples(st.just("delete"), st.sampled_from(GROUPS + USERS)),
    st.tuples(st.sampled_from(["deliver", "deliver", "away", "back", "switch"])),
)


@given(st.lists(STEPS, max_size=25))
@settings(deadline=None)
def test_whatever_comes_the_target_has_the_users_that_a_walk_through_all_groups_finds(steps: list[tuple[str]]) -> None:
    """Also where it was away meanwhile, or flattens from now on, or no more."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        flat = Flat(db)
        for what, *about in steps:
            named = {each for one in about for each in ([one] if isinstance(one, str) else one)}
            if named <= flat.members.keys() | flat.people:
                getattr(flat, what)(*about)
        flat.back()
        flat.deliver()

        assert flat.expected() == flat.held()
        assert set() == dirty(flat)


def test_one_user_of_a_nested_group_is_one_row_in_each_group_above(flat: Flat) -> None:
    for group, member in (("a", "b"), ("b", "c"), ("d", "a"), ("c", "lee"), ("a", "max")):
        flat.join(group, member)
    flat.deliver()

    flat.join("c", "kim")

    assert {(group, "kim") for group in "abcd"} == dirty(flat)
    assert {"a", "b", "c", "d"} == due(flat)


def test_a_user_stays_while_one_way_leads_to_it(flat: Flat) -> None:
    for group, member in (("a", "b"), ("a", "c"), ("b", "kim"), ("c", "kim")):
        flat.join(group, member)
    flat.deliver()
    flat.leave("b", "kim")
    flat.deliver()
    assert {"kim"} == flat.held()["a"]
    flat.leave("a", "c")
    flat.deliver()

    assert {"a": set(), "b": set(), "c": {"kim"}, "d": set()} == flat.held()


def test_circles_end(flat: Flat) -> None:
    for group, member in (("a", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("c", "kim")):
        flat.join(group, member)
    flat.deliver()
    assert {"kim"} == flat.held()["a"] == flat.held()["b"]
    flat.leave("b", "c")
    flat.deliver()

    assert (set(), {"kim"}) == (flat.held()["b"], flat.held()["c"])


def test_no_way_leads_through_a_group_of_another_tenant(flat: Flat) -> None:
    """A client may name any id; what it cannot see it cannot open."""
    flat.join("a", "theirs")
    flat.db.execute(
        "INSERT INTO resource (id, tenant, type, version, body, created, modified)"
        " VALUES ('theirs', 'other', 'Group', 1, '{}', 0, 0)"
    )
    flat.db.execute("INSERT INTO membership (group_id, member, type) VALUES ('theirs', 'kim', 'User')")
    flat.back()
    flat.deliver()
    flat.join("a", "lee")
    flat.leave("a", "theirs")
    flat.deliver()

    assert {"lee"} == flat.held()["a"]


def test_an_unknown_member_waits(flat: Flat) -> None:
    flat.join("a", "b")
    flat.join("b", "nobody")
    flat.deliver()

    waiting = "SELECT group_id FROM target_membership WHERE member = 'nobody' AND applied IS NULL"
    assert {("a",), ("b",)} == set(flat.db.execute(waiting))


@pytest.mark.parametrize("statement", ["above", "users_in", "wake_above", "adopt_users"])
def test_a_walk_reads_no_table_whole(flat: Flat, statement: str) -> None:
    named = dict.fromkeys(("tenant", "groups", "members", "target", "kind", "now"), "[]")
    plan = [step for *_, step in flat.db.execute(f"EXPLAIN QUERY PLAN {load('nesting')[statement]}", named)]

    scanned = {step.split()[1] for step in plan if step.startswith("SCAN")}
    assert not scanned & {"m", "g", "r", "link", "membership", "resource"}
