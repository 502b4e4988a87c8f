"""Paths: where they lead, and what is none."""

from __future__ import annotations

import pytest

from bridge.scim.errors import InvalidFilter, InvalidPath
from bridge.scim.filter_text import parse
from bridge.scim.path import resolve
from bridge.scim.resource_types import GROUP, USER, Extension, ResourceType
from bridge.scim.schemas import load_schema

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.mark.parametrize(
    ("text", "extension", "attribute", "sub", "selection"),
    [
        ("userName", None, "userName", None, None),
        ("USERNAME", None, "userName", None, None),
        (" userName ", None, "userName", None, None),
        ("name.familyName", None, "name", "familyName", None),
        ("meta.lastModified", None, "meta", "lastModified", None),
        ("emails", None, "emails", None, None),
        ('emails[type eq "work"]', None, "emails", None, 'type eq "work"'),
        ('emails[type eq "work"].value', None, "emails", "value", 'type eq "work"'),
        ('Emails[Type EQ "work"].Value', None, "emails", "value", 'Type eq "work"'),
        ('emails[value eq "a]b\\"c"].type', None, "emails", "type", 'value eq "a]b\\"c"'),
        ("emails.value", None, "emails", "value", None),
        (f"{CORE}:userName", None, "userName", None, None),
        (f"{CORE}:name.givenName", None, "name", "givenName", None),
        (ENTERPRISE, ENTERPRISE, None, None, None),
        (f"{ENTERPRISE}:department", ENTERPRISE, "department", None, None),
        (f"{ENTERPRISE.upper()}:DEPARTMENT", ENTERPRISE, "department", None, None),
        (f"{ENTERPRISE}:manager.value", ENTERPRISE, "manager", "value", None),
        (f"{ENTERPRISE}.manager", ENTERPRISE, "manager", None, None),
    ],
)
def test_a_path_leads_to_an_attribute_in_any_case(
    text: str, extension: str | None, attribute: str | None, sub: str | None, selection: str | None
) -> None:
    path = resolve(text, USER)

    assert extension == (path.extension.id if path.extension else None)
    assert attribute == (path.attribute.name if path.attribute else None)
    assert sub == (path.sub.name if path.sub else None)
    assert (parse(selection) if selection else None) == path.selection


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "user name",
        "name.nothing",
        "name.",
        ".name",
        "name.givenName.more",
        "name..givenName",
        "department",
        "emails[",
        'emails[type eq "work"',
        'emails[type eq "work"]value',
        'emails[type eq "work"].',
        'emails[type eq "work"].nothing',
        'emails[type eq "work"].value.more',
        'emails[type eq "work"][type eq "home"]',
        'emails.value[type eq "work"]',
        'name[familyName eq "x"]',
        '[type eq "work"]',
        CORE,
        f"{ENTERPRISE}:",
        f"{ENTERPRISE}:nothing",
        f"{ENTERPRISE}department",
        f'{ENTERPRISE}[department eq "x"]',
        "urn:example:other:name",
        "x" * 5000,
    ],
)
def test_what_leads_nowhere_is_an_invalid_path(text: str) -> None:
    with pytest.raises(InvalidPath):
        resolve(text, USER)


@pytest.mark.parametrize("selection", ["", "type", "type eq", 'type is "work"', 'type eq "work" and', "(type pr"])
def test_a_selection_that_is_no_filter_is_an_invalid_filter(selection: str) -> None:
    with pytest.raises(InvalidFilter):
        resolve(f"emails[{selection}]", USER)


def test_a_members_path_is_of_groups_alone() -> None:
    assert "members" == resolve('members[value eq "x"]', GROUP).attribute.name  # type: ignore[union-attr]

    with pytest.raises(InvalidPath):
        resolve("members", USER)


def test_of_two_schemas_the_longer_urn_is_meant() -> None:
    short, long = (
        load_schema({"id": urn, "attributes": [{"name": "b"}, {"name": "c"}]}) for urn in ("urn:x", "urn:x:b")
    )
    both = ResourceType("User", "Users", USER.schema, (Extension(short), Extension(long)))

    assert ["urn:x:b", "urn:x"] == [resolve(text, both).extension.id for text in ("urn:x:b:c", "urn:x:c")]  # type: ignore[union-attr]
