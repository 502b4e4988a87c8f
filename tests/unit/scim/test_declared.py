"""Resource types of a config: what becomes of sound declarations, and every flaw of others."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.scim.declared import Declaration, Source, by_kind, declare
from bridge.scim.resource_types import CORE, GROUP, USER
from tests.unit.scim.things import attribute

DEVICE = "urn:x:Device"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def file(name: str = "device.json", urn: str = DEVICE, *attributes: dict[str, Any]) -> Source:
    return Source(name, {"id": urn, "attributes": list(attributes) or [attribute("serial")]})


def flaws(*declarations: Declaration) -> list[tuple[Any, str, str]]:
    return [(wrong.where, wrong.flaw.place, wrong.flaw.problem) for wrong in declare(declarations).wrong]


def test_what_is_built_in_is_there_without_a_declaration() -> None:
    assert dict(CORE) == declare([]).types


def test_a_type_has_its_schema_and_by_default_the_endpoint_of_its_name() -> None:
    declared = declare([Declaration("Device", schema=file(), description="Things")])

    device = declared.types["Device"]
    assert [] == declared.wrong
    assert ("Devices", "devices", DEVICE, "Things") == (
        device.endpoint,
        device.kind,
        device.schema.id,
        device.description,
    )
    assert {"users", "groups", "devices"} == set(by_kind(declared.types))


def test_a_type_may_have_the_schema_of_users_and_their_extension() -> None:
    extensions = ((Source(ENTERPRISE.upper()), False), (file("more.json", "urn:x:more"), True))
    declaration = Declaration("Professor", "Staff", Source(USER.schema.id), extensions=extensions)

    professor = declare([declaration]).types["Professor"]

    assert professor.schema is USER.schema
    assert [(ENTERPRISE, False), ("urn:x:more", True)] == [(e.schema.id, e.required) for e in professor.extensions]
    assert ("staff", "userName", ("groups",)) == (professor.kind, professor.unique, professor.related)


def test_what_is_built_in_is_given_extensions_and_keeps_its_own() -> None:
    declared = declare([Declaration("User", extensions=((file("more.json", "urn:x:more"), False),))])

    assert [ENTERPRISE, "urn:x:more"] == [each.schema.id for each in declared.types["User"].extensions]
    assert [ENTERPRISE] == [each.schema.id for each in USER.extensions]


def test_one_file_may_be_named_by_many() -> None:
    more = ((file("more.json", "urn:x:more"), False),)
    declared = declare([Declaration(name, schema=Source(USER.schema.id), extensions=more) for name in ("A", "B")])

    assert [] == declared.wrong
    assert declared.types["A"].extensions[0].schema is declared.types["B"].extensions[0].schema


@pytest.mark.parametrize(
    ("declaration", "where", "problem"),
    [
        (Declaration("Device"), ("Device", "schema"), "is missing"),
        (Declaration("Device", schema=Source("urn:x:unknown")), ("Device", "schema"), "is no schema that is built in"),
        (Declaration("Team", schema=Source(GROUP.schema.id)), ("Team", "schema"), "kept for Group alone"),
        (Declaration("My Device", "Devices", file()), ("My Device",), "is not a usable name"),
        (Declaration("user", "People", file()), ("user",), "is User already"),
        (Declaration("Device", "users", file()), ("Device", "endpoint"), "is that of User"),
        (Declaration("Device", "a/b", file()), ("Device", "endpoint"), "is not a usable endpoint"),
        (Declaration("Device", "Schemas", file()), ("Device", "endpoint"), "is not a usable endpoint"),
        (Declaration("User", schema=file()), ("User",), "is built in"),
        (Declaration("Group", "Teams"), ("Group",), "is built in"),
        (
            Declaration("Device", schema=file(), extensions=((Source(USER.schema.id), False),)),
            ("Device", "extensions", "0"),
            "is no extension",
        ),
        (
            Declaration("Device", schema=file(), extensions=((file(), False),)),
            ("Device", "extensions", "0"),
            "is no extension",
        ),
        (Declaration("User", extensions=((Source(ENTERPRISE), False),)), ("User", "extensions"), "twice"),
    ],
)
def test_a_flaw_of_a_declaration_is_told_at_its_keys(declaration: Declaration, where: Any, problem: str) -> None:
    declared = declare([declaration])

    (wrong,) = declared.wrong
    assert where == wrong.where
    assert problem in wrong.flaw.problem
    assert wrong.flaw.remedy
    assert dict(CORE) == declared.types


@pytest.mark.parametrize(
    ("attributes", "place", "problem"),
    [
        (
            [attribute("a", uniqueness="server"), attribute("b", uniqueness="server")],
            "attributes[1].uniqueness",
            "a is",
        ),
        ([attribute("a", "boolean", uniqueness="server")], "attributes[0].uniqueness", "kept for text"),
        ([attribute("a", multiValued=True, uniqueness="global")], "attributes[0].uniqueness", "kept for text"),
        ([attribute("a", returned="never", uniqueness="server")], "attributes[0].uniqueness", "kept for text"),
        (
            [attribute("a", "complex", subAttributes=[attribute("b", uniqueness="server")])],
            "attributes[0].subAttributes",
            "no part can be",
        ),
        ([attribute("id")], "attributes[0].name", "every resource has"),
    ],
)
def test_a_flaw_of_a_schema_is_told_in_its_file(attributes: list[dict[str, Any]], place: str, problem: str) -> None:
    ((where, at, said),) = flaws(Declaration("Device", schema=file("device.json", DEVICE, *attributes)))

    assert ("device.json", place) == (where, at)
    assert problem in said


def test_an_extension_has_nothing_unique() -> None:
    more = file("more.json", "urn:x:more", attribute("a", uniqueness="server"))

    ((where, _, said),) = flaws(Declaration("User", extensions=((more, False),)))

    assert "more.json" == where
    assert "an extension's cannot be" in said


def test_two_files_cannot_have_one_urn() -> None:
    found = flaws(Declaration("A", schema=file("a.json")), Declaration("B", schema=file("b.json")))

    assert [("b.json", "id", "is the URN of another schema")] == found


def test_a_file_cannot_have_the_urn_of_what_is_built_in() -> None:
    assert [("u.json", "id", "is the URN of another schema")] == flaws(
        Declaration("Person", schema=file("u.json", USER.schema.id))
    )


def test_a_file_that_many_name_is_judged_once() -> None:
    broken = Source("broken.json", {"id": "urn:x:y"})
    declarations = [Declaration(name, schema=broken, extensions=((broken, False),)) for name in ("A", "B")]

    assert [("broken.json", "attributes", "is missing")] == flaws(*declarations)
