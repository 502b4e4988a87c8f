"""SCIM paths: what each reads, and what is said of one that leads nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.mapping.paths import compile_path
from bridge.mapping.rules import Source
from bridge.mapping.values import to_values
from bridge.scim.resource_types import ResourceType
from bridge.settings.faults import Wrong
from connectors.sdk import Reference

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("userName", ("bjensen",)),
        ("USERNAME", ("bjensen",)),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", ("bjensen",)),
        ("name.familyName", ("Jensen",)),
        ("Name.FamilyName", ("Jensen",)),
        ("name.honorificPrefix", ()),
        ("title", ()),
        ("active", (True,)),
        ("id", ("2819c223",)),
        ("externalId", ("701984",)),
        ("meta.created", ("2026-01-01T00:00:00Z",)),
        ("emails", ("bjensen@example.com", "babs@home.example", "old@example.com")),
        ("emails.value", ("bjensen@example.com", "babs@home.example", "old@example.com")),
        ("emails.type", ("work", "home")),
        ('emails[type eq "work"].value', ("bjensen@example.com", "old@example.com")),
        ('emails[type eq "WORK" and primary eq true].value', ("bjensen@example.com",)),
        ('emails[type eq "other"].value', ()),
        ('emails[value ew "]home.example"]', ()),
        ('addresses[type eq "work"].locality', ("Hollywood",)),
        ("roles", ("admin",)),
        ("phoneNumbers.value", ()),
        (f"{ENTERPRISE}:employeeNumber", ("701984",)),
        (f"{ENTERPRISE.lower()}:EmployeeNumber", ("701984",)),
        (f"{ENTERPRISE}:department", ()),
        (f"{ENTERPRISE}:manager", (Reference("User", "26118915"),)),
        (f"{ENTERPRISE}:manager.value", (Reference("User", "26118915"),)),
        (f"{ENTERPRISE}:manager.displayName", ("John Smith",)),
    ],
)
def test_a_path_reads_its_values(path: str, expected: Any, user: dict[str, Any], user_type: ResourceType) -> None:
    assert expected == to_values(compile_path(path, user_type)(Source(user)))


@pytest.mark.parametrize("path", ["name.familyName", "emails", f"{ENTERPRISE}:manager", "meta.created", "id"])
def test_a_resource_without_anything_has_no_values(path: str, user_type: ResourceType) -> None:
    assert () == to_values(compile_path(path, user_type)(Source({})))


def test_who_says_nothing_about_active_is_active(user_type: ResourceType) -> None:
    read = compile_path("active", user_type)

    assert [True, True, False] == [read(Source(body)) for body in ({}, {"active": True}, {"active": False})]


@pytest.mark.parametrize(
    ("path", "problem", "remedy"),
    [
        ("usrName", "there is no attribute 'usrName'", "did you mean userName?"),
        ("name.familyNam", "name has no sub-attribute 'familyNam'", "did you mean familyName?"),
        ("userName.x", "userName has no sub-attribute 'x'", "write a path as in userName"),
        ("name", "name has several parts", "name one of them: name.formatted, name.familyName"),
        ("addresses", "addresses has several parts", "name one of them: addresses.formatted"),
        ('name[type eq "x"].familyName', "name has no values to select from", "write a path as in userName"),
        ("meta", "meta has several parts", "name one of them: meta.resourceType"),
        ("urn:x:employeeNumber", "there is no schema 'urn:x:employeeNumber' here", "write a path as in userName"),
        (ENTERPRISE, "names a whole schema", "add the attribute"),
        ("password", "passwords cannot be mapped", "leave the line out"),
        ("PassWord", "passwords cannot be mapped", "leave the line out"),
        ("groups", "is not built yet: mapping the groups of a user", "deliver groups with their members"),
        ("groups.value", "is not built yet: mapping the groups of a user", "deliver groups with their members"),
        ("user.userName", "there is no attribute 'user.userName'", "an expression begins with ="),
        ("lower(userName)", "there is no attribute 'lower(userName)'", "an expression begins with ="),
        ("a b", "there is no attribute 'a b'", "write a path as in userName"),
        ("emails[", "a bracket is not closed", "write a path as in userName"),
        ("emails.value.x", "emails has no sub-attribute 'value.x'", "write a path as in userName"),
    ],
)
def test_a_path_that_leads_nowhere_is_told(path: str, problem: str, remedy: str, user_type: ResourceType) -> None:
    with pytest.raises(Wrong) as wrong:
        compile_path(path, user_type)

    assert problem == wrong.value.problem
    assert wrong.value.remedy.startswith(remedy)


@pytest.mark.parametrize("path", ["emails[type eq].value", "emails[].value", 'emails[nope eq "x"].value'])
def test_a_filter_that_cannot_be_read_is_told(path: str, user_type: ResourceType) -> None:
    with pytest.raises(Wrong):
        compile_path(path, user_type)


def test_members_are_not_mapped(group_type: ResourceType) -> None:
    with pytest.raises(Wrong, match="members cannot be mapped"):
        compile_path("members.value", group_type)
