"""The rules of a profile: what a sender writes, in the RFC's words."""

from __future__ import annotations

import pytest

from bridge.scim.profiles import PROFILES
from bridge.scim.resource_types import USER
from bridge.scim.validate import receive

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
WSO2, GENERIC = PROFILES["wso2"], PROFILES["generic"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EnterpriseUser", ENTERPRISE),
        ("enterpriseuser:department", f"{ENTERPRISE}:department"),
        ("EnterpriseUser.manager.value", f"{ENTERPRISE}.manager.value"),
        ("name.givenName", "name.givenName"),
        ('emails[type eq "EnterpriseUser"].value', 'emails[type eq "EnterpriseUser"].value'),
        (f"{ENTERPRISE}:department", f"{ENTERPRISE}:department"),
    ],
)
def test_wso2_names_the_enterprise_extension_by_one_word(text: str, expected: str) -> None:
    assert (expected, text) == (WSO2.path(text), GENERIC.path(text))


@pytest.mark.parametrize("schemas", [{}, {"schemas": []}, {"Schemas": None}])
def test_wso2_leaves_out_what_the_endpoint_says(schemas: dict[str, object]) -> None:
    raw = {**schemas, "userName": "kim", "EnterpriseUser": {"department": "D"}, "emails": ["kim@example.com"]}

    assert {
        "schemas": [CORE, ENTERPRISE],
        "userName": "kim",
        ENTERPRISE: {"department": "D"},
        "emails": [{"value": "kim@example.com"}],
    } == receive(WSO2.body(raw, CORE), USER)


def test_what_it_does_say_stays() -> None:
    raw = {"schemas": ["urn:example:other"], "userName": "kim"}

    assert raw == WSO2.body(raw, CORE)


@pytest.mark.parametrize("raw", [None, [], "x", {"EnterpriseUser": {}}])
def test_other_senders_are_read_as_they_write(raw: object) -> None:
    assert raw is GENERIC.body(raw, CORE)
