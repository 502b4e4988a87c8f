"""The keys of a SCIM target, and what may be mapped."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from connectors.scim import plugin
from connectors.scim.settings import ScimSettings

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def settings(mapped: tuple[str, ...] = ("userName",), **written: Any) -> ScimSettings:
    raw = {"base_url": "https://app.example.com/scim/v2", "token": SecretStr("t"), "users": {}, **written}
    return ScimSettings.model_validate(raw, context={"attributes": {"users": frozenset(mapped)}})


def test_a_base_url_a_token_and_a_mapping_are_enough() -> None:
    found = settings(groups={})

    assert ["users", "groups"] == list(found.kinds)
    assert ("userName",) == found.kinds["users"].mapped
    assert ("Users", "displayName") == (found.kinds["users"].endpoint, found.kinds["groups"].key)
    assert plugin.refuses_passwords(found) is None


@pytest.mark.parametrize(
    "mapped",
    [
        ("userName", "name.givenName", 'emails[type eq "work"].value', 'emails[type eq "home"].value'),
        ("userName", "phoneNumbers", f"{ENTERPRISE}:manager", f"{ENTERPRISE}:department"),
        ("userName", 'addresses[type eq "work"].locality', 'addresses[type eq "work"].country'),
        ("userName", "urn:example:shop:2.0:User:badge", "urn:example:shop:2.0:User:desk.floor"),
        ("userName", 'emails[type eq "work" and primary eq true].value'),
    ],
)
def test_paths_of_the_service_are_mapped(mapped: tuple[str, ...]) -> None:
    assert tuple(sorted(mapped)) == settings(mapped).kinds["users"].mapped


@pytest.mark.parametrize(
    ("mapped", "problem"),
    [
        (
            ("userName", "usrName"),
            "usrName leads nowhere in a User: there is no attribute 'usrName'; did you mean user",
        ),
        (
            ("userName", "id", "zzz"),
            "id is read-only: .*, zzz leads nowhere in a User: .*; take the line out, correct it",
        ),
        (("userName", "emails[x"), "in a User: a bracket is not closed; correct it"),
        (("userName", "name"), "name has several parts; name one of them: name.formatted, name.familyName"),
        (("userName", "id"), "id is read-only: the service sets it; take the line out"),
        (("userName", "groups"), "groups is read-only"),
        (("userName", f"{ENTERPRISE}:manager.displayName"), "manager.displayName is read-only"),
        (("userName", "active"), "active is written by on_disable, on_delete and on_leave; take the line out"),
        (("userName", "password"), "password goes a way of its own; write password = true"),
        (("userName", 'emails[type eq "work"'), "a bracket is not closed"),
        (("userName", 'emails[type co "w"].value'), "selects by more than eq and and"),
        (("userName", 'emails[type eq "a" or type eq "b"].value'), "selects by more than eq and and"),
        (("userName", ENTERPRISE), "names a whole schema; add the attribute"),
        (("userName", 'urn:example:2.0:User:x[a eq "b"].c'), "has a selection within a schema that is not known"),
        (("userName", "urn:example:2.0:User:a.b.c"), "is not a path"),
        (("userName", "emails", 'emails[type eq "work"].value'), "attributes maps emails and emails.* the same"),
        (("userName", f"{ENTERPRISE}:manager", f"{ENTERPRISE}:manager.value"), "which write the same"),
        (("title",), "userName names the entries and is not mapped; write a line for it in .*users.attributes"),
    ],
)
def test_what_cannot_be_mapped_is_said_with_its_path(mapped: tuple[str, ...], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        settings(mapped)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"base_url": "http://app.example.com"}, "would send secrets in plain text"),
        ({"token": None}, "needs one way to authenticate"),
        ({"users": {"key": "emails"}}, "emails has several values and cannot name an entry"),
        ({"users": {"endpoint": "a?b"}}, "is not the path of an endpoint"),
        ({"users": {"members_shown": False}}, "Extra inputs"),
        ({"groups": {"members_per_request": 0}}, "greater than or equal to 1"),
        ({"groups": {"members_removed_by": "name"}}, "'path' or 'value'"),
        ({"page_size": 0}, "greater than or equal to 1"),
        ({"verify": False}, "Extra inputs"),
    ],
)
def test_what_is_wrong_is_said(written: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        settings(**written)
