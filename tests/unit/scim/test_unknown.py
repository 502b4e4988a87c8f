"""Unknown attributes, where a client is told about them."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.scim.errors import InvalidPath, InvalidSyntax
from bridge.scim.patch import PATCH_OP, read_operations
from bridge.scim.resource_types import GROUP, USER
from bridge.scim.unknown import refuse_in_patch, refuse_in_resource

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

KNOWN: list[dict[str, Any]] = [
    {},
    {"schemas": [CORE], "id": "1", "meta": {"created": "x"}, "externalId": "x", "groups": [{"value": "g"}]},
    {"USERNAME": "b", "name": {"GivenName": "x"}, "emails": [{"value": "x", "type": None}, "y"], "title": None},
    {ENTERPRISE.upper(): {"Department": "x", "manager": {"value": "1"}}},
]
UNKNOWN: list[tuple[dict[str, Any], str]] = [
    ({"customAttribute1": "x"}, "customAttribute1"),
    ({"name": {"nick": "x"}}, "name.nick"),
    ({"emails": [{"value": "x"}, {"mail": "x"}]}, "emails.mail"),
    ({"urn:example:other": {}}, "urn:example:other"),
    ({ENTERPRISE: {"badge": "x"}}, f"{ENTERPRISE}:badge"),
    ({ENTERPRISE: {"manager": {"name": "x"}}}, f"{ENTERPRISE}:manager.name"),
    ({"department": "x"}, "department"),
]


@pytest.mark.parametrize("raw", KNOWN)
def test_what_the_schemas_have_passes(raw: dict[str, Any]) -> None:
    refuse_in_resource(raw, USER)
    refuse_in_patch(read_operations({"schemas": [PATCH_OP], "Operations": [{"op": "add", "value": raw}]}), USER)


@pytest.mark.parametrize(("raw", "name"), UNKNOWN)
def test_what_they_do_not_have_is_named(raw: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidSyntax, match=name):
        refuse_in_resource(raw, USER)
    with pytest.raises(InvalidSyntax):
        refuse_in_patch(read_operations({"schemas": [PATCH_OP], "Operations": [{"op": "add", "value": raw}]}), USER)


@pytest.mark.parametrize(
    ("path", "value"),
    [("name", {"nick": "x"}), ('emails[type eq "work"]', {"mail": "x"}), (ENTERPRISE, {"badge": "x"})],
)
def test_a_value_at_a_path_is_looked_at_too(path: str, value: object) -> None:
    body = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": path, "value": value}]}

    with pytest.raises(InvalidSyntax):
        refuse_in_patch(read_operations(body), USER)


def test_the_core_schema_may_stand_around_its_attributes() -> None:
    def patch(value: dict[str, Any]) -> None:
        body = {"schemas": [PATCH_OP], "Operations": [{"op": "add", "value": {CORE: value}}]}
        refuse_in_patch(read_operations(body), USER)

    patch({"title": "x"})
    with pytest.raises(InvalidSyntax):
        patch({"nothing": "x"})


def test_an_unknown_path_stays_an_invalid_path() -> None:
    body = {"schemas": [PATCH_OP], "Operations": [{"op": "remove", "path": "nothing"}]}

    with pytest.raises(InvalidPath):
        refuse_in_patch(read_operations(body), USER)


def test_members_are_looked_into() -> None:
    with pytest.raises(InvalidSyntax):
        refuse_in_resource({"members": [{"value": "1", "displayName": "x"}]}, GROUP)
