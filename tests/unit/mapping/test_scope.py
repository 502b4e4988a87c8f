"""Who is in scope."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.mapping.scope import compile_scope
from bridge.scim.resource_types import ResourceType
from bridge.settings.faults import Wrong

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ('userName eq "BJENSEN"', True),
        ('userType eq "Employee"', False),
        ("title pr", False),
        ('emails[type eq "work" and value ew "@example.com"]', True),
        ('not (userName sw "x") and active eq true', True),
        (f'{ENTERPRISE}:employeeNumber eq "701984"', True),
        ('externalId eq "701984"', True),
    ],
)
def test_a_filter_decides(scope: str, expected: bool, user: dict[str, Any], user_type: ResourceType) -> None:
    assert expected == compile_scope(scope, user_type)(user)


@pytest.mark.parametrize(
    ("scope", "problem"),
    [
        ("userType eq", "is no filter: "),
        ("", "is no filter: "),
        ('userTyp eq "x"', "User has no attribute userTyp"),
        ('emails[typ eq "x"]', "emails has no part typ"),
        ('name.familyNam eq "x"', "name has no part familyNam"),
        ('groups.value eq "x"', "is not built yet: a scope by groups"),
        ('title pr and not (groups[value eq "x"])', "is not built yet: a scope by groups"),
        ('password eq "x"', "passwords cannot be mapped"),
    ],
)
def test_a_filter_that_cannot_be_used_is_told(scope: str, problem: str, user_type: ResourceType) -> None:
    with pytest.raises(Wrong) as wrong:
        compile_scope(scope, user_type)

    assert wrong.value.problem.startswith(problem)
    assert wrong.value.remedy


def test_who_says_nothing_about_active_is_active(user_type: ResourceType) -> None:
    in_scope = compile_scope("active eq true", user_type)

    assert [True, True, False] == [in_scope(body) for body in ({}, {"active": True}, {"active": False})]
