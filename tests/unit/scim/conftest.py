"""A user as the journal keeps one: without id and meta."""

from __future__ import annotations

from typing import Any

import pytest

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.fixture
def user() -> dict[str, Any]:
    return {
        "schemas": [CORE, ENTERPRISE],
        "userName": "bjensen",
        "name": {"givenName": "Barbara", "familyName": "Jensen"},
        "title": "Tour Guide",
        "active": True,
        "emails": [
            {"value": "bjensen@example.com", "type": "work", "primary": True},
            {"value": "babs@jensen.example", "type": "home"},
        ],
        ENTERPRISE: {"department": "Tours", "manager": {"value": "26118915", "$ref": "../Users/26118915"}},
    }
