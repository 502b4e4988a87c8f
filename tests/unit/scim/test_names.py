"""Names that differ by case alone are one name twice, wherever a client writes them."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.scim.errors import InvalidSyntax
from bridge.scim.messages import SEARCH_REQUEST, search_from_body
from bridge.scim.names import folded, refuse_twins
from bridge.scim.patch import PATCH_OP, apply, read_operations
from bridge.scim.resource_types import USER

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def test_an_object_is_read_by_its_folded_names() -> None:
    assert {"op": 1, "path": 2} == folded({"Op": 1, "PATH": 2})


def test_a_name_once_is_no_twin() -> None:
    refuse_twins(["UserName", "x"], "username")


@pytest.mark.parametrize("names", [["userName", "USERNAME"], ["x", "UserName", "username"]])
def test_a_name_twice_is_refused_by_its_name(names: list[str]) -> None:
    with pytest.raises(InvalidSyntax, match=r"(?i)username is there twice"):
        folded(dict.fromkeys(names, 1))
    with pytest.raises(InvalidSyntax, match="userName is there twice"):
        refuse_twins(names, "userName")


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "OP": "remove", "path": "title", "value": "x"},
        {"op": "add", "value": {"title": "a", "Title": "b"}},
        {"op": "add", "value": {ENTERPRISE: {"department": "a", "DEPARTMENT": "b"}}},
        {"op": "add", "value": {USER.schema.id: {"title": "a", "TITLE": "b"}}},
        {"op": "add", "path": ENTERPRISE, "value": {"department": "a", "DEPARTMENT": "b"}},
        {"op": "add", "path": "name", "value": {"givenName": "a", "GIVENNAME": "b"}},
    ],
)
def test_a_patch_that_says_two_things_is_refused(operation: dict[str, Any]) -> None:
    current = {"schemas": [USER.schema.id], "userName": "kim"}

    with pytest.raises(InvalidSyntax, match="is there twice"):
        apply(current, read_operations({"schemas": [PATCH_OP], "Operations": [operation]}), USER)


def test_a_twin_among_very_many_is_found_at_one_go() -> None:
    names = [f"name{number}" for number in range(100_000)]

    with pytest.raises(InvalidSyntax, match="NAME99999 is there twice"):
        folded(dict.fromkeys([*names, "NAME99999"], 1))


def test_a_message_that_says_two_things_is_refused() -> None:
    with pytest.raises(InvalidSyntax, match="is there twice"):
        search_from_body({"schemas": [SEARCH_REQUEST], "count": 1, "COUNT": 2})
    with pytest.raises(InvalidSyntax, match="is there twice"):
        read_operations({"schemas": [PATCH_OP], "Operations": [{}], "operations": [{}]})
