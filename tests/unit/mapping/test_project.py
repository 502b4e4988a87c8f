"""From a resource to what a target should hold."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping import Absent, Departure, MappingFailed, Rules, Wanted, compile_target, project
from bridge.scim.resource_types import CORE
from bridge.settings import KindSettings, TargetSettings
from connectors.sdk import Reference

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def _rules(scope: str | None = None, **attributes: Any) -> Rules:
    kind = KindSettings.model_validate({"scope": scope, "attributes": attributes or {"uid": "userName"}})
    target = TargetSettings(name="corp", connector="memory", kinds={"users": kind})
    return compile_target(target, {"users": CORE["User"]})["users"]


def test_an_entry_has_the_values_of_its_rules(user: dict[str, Any]) -> None:
    rules = _rules(
        uid="userName",
        cn="= default(user.displayName, user.userName)",
        mail='emails[type eq "work"].value',
        title="title",
        manager=f"{ENTERPRISE}:manager",
        number=f'= "n" + default(user["{ENTERPRISE}"].employeeNumber, "")',
        enabled="active",
        fixed="= [1, 2]",
    )

    wanted = project(rules, user)

    assert isinstance(wanted, Wanted)
    assert wanted.active
    assert {
        "uid": ("bjensen",),
        "cn": ("Babs Jensen",),
        "mail": ("bjensen@example.com", "old@example.com"),
        "manager": (Reference("User", "26118915"),),
        "number": ("n701984",),
        "enabled": (True,),
        "fixed": (1, 2),
    } == wanted.entry.attributes


def test_a_deleted_resource_is_absent() -> None:
    assert Absent(Departure.DELETED) == project(_rules(), None)


def test_who_left_the_scope_is_absent(user: dict[str, Any]) -> None:
    rules = _rules(scope='userType eq "Employee"')

    assert Absent(Departure.LEFT_SCOPE) == project(rules, user)
    assert isinstance(project(rules, {**user, "userType": "employee"}), Wanted)


@pytest.mark.parametrize(("body", "expected"), [({"active": False}, False), ({"active": True}, True), ({}, True)])
def test_who_is_disabled_is_wanted_and_not_active(body: dict[str, Any], expected: bool) -> None:
    wanted = project(_rules(), {"userName": "bj", **body})

    assert isinstance(wanted, Wanted)
    assert expected is wanted.active


def test_a_rule_that_fails_on_a_resource_names_the_attribute_and_no_value() -> None:
    rules = _rules(number="= int(default(user.title, '0'))")

    with pytest.raises(MappingFailed) as failed:
        project(rules, {"userName": "bj", "title": "s3cret"})

    assert ("number", "gives a function what it cannot take") == (failed.value.attribute, failed.value.problem)
    assert "s3cret" not in str(failed.value)


def test_the_resource_is_not_changed(user: dict[str, Any]) -> None:
    before = repr(user)
    project(_rules(cn="= user.name.givenName", x="= first(user.emails.map(e, e.value))"), user)

    assert before == repr(user)


_NAMES = st.none() | st.text(max_size=5)


@given(_NAMES, _NAMES, st.lists(st.fixed_dictionaries({"value": st.text(max_size=3)}), max_size=3))
def test_missing_values_never_become_text(
    title: str | None, family_name: str | None, emails: list[dict[str, str]]
) -> None:
    rules = _rules(
        title="= user.title",
        name="= join([user.name.familyName, user.title], ' ')",
        sn="name.familyName",
        mail="= user.emails.map(e, e.value)",
        first="= lower(default(first(user.emails.map(e, e.value)), user.title))",
    )
    body = {"userName": "bj", "title": title, "name": {"familyName": family_name}, "emails": emails}
    wanted = project(rules, body)

    assert isinstance(wanted, Wanted)
    values = [value for values in wanted.entry.attributes.values() for value in values]
    assert all(isinstance(value, str) and value for value in values)
    assert (title in values) == bool(title)
    named = {title, family_name, *(each["value"] for each in emails)}
    assert {"None", "null"} & set(values) <= named  # who is called so is shown so


def test_eight_attributes_take_a_moment(user: dict[str, Any]) -> None:
    """A hundred microseconds is the aim; ten times that fails, so that a slow machine does not."""
    rules = _rules(
        uid="userName",
        cn="= default(user.displayName, user.userName)",
        sn="name.familyName",
        givenName="name.givenName",
        mail='emails[type eq "work"].value',
        title="title",
        number=f"{ENTERPRISE}:employeeNumber",
        manager=f"{ENTERPRISE}:manager",
    )
    began = time.perf_counter()
    for _ in range(1000):
        project(rules, user)

    assert time.perf_counter() - began < 1.0
