"""A person as an identity provider describes one, with the enterprise extension."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.scim.resource_types import CORE, ResourceType

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.fixture
def user_type() -> ResourceType:
    return CORE["User"]


@pytest.fixture
def group_type() -> ResourceType:
    return CORE["Group"]


@pytest.fixture
def user() -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "id": "2819c223",
        "externalId": "701984",
        "meta": {"resourceType": "User", "created": "2026-01-01T00:00:00Z"},
        "userName": "bjensen",
        "displayName": "Babs Jensen",
        "name": {"givenName": "Barbara", "familyName": "Jensen"},
        "active": True,
        "emails": [
            {"value": "bjensen@example.com", "type": "work", "primary": True},
            {"value": "babs@home.example", "type": "home"},
            {"value": "old@example.com", "type": "work"},
        ],
        "roles": [{"value": "admin"}, {"value": "admin"}, {"value": ""}],
        "addresses": [{"type": "work", "locality": "Hollywood"}],
        ENTERPRISE: {"employeeNumber": "701984", "manager": {"value": "26118915", "displayName": "John Smith"}},
    }
