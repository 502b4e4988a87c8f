"""Samples for the kit out of a target's own rules: of people who are nobody."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from bridge.mapping import Rules, compile_target
from bridge.mapping.made_up import MadeUp, NothingMade, make_up
from bridge.scim.resource_types import CORE
from bridge.settings import KindSettings, TargetSettings
from connectors.sdk import Entry, Fault
from connectors.sdk.memory import MemoryConnector
from connectors.sdk.testing import Samples

USUAL = {
    "uid": "userName",
    "cn": "displayName",
    "sn": "= default(user.name.familyName, user.userName)",
    "mail": 'emails[type eq "work"].value',
    "phones": "= user.phoneNumbers.map(p, p.value)",
    "manager": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
}


def rules(scope: str | None = None, **attributes: Any) -> Rules:
    kind = KindSettings.model_validate({"scope": scope, "attributes": attributes or USUAL})
    target = TargetSettings(name="corp", connector="memory", kinds={"users": kind})
    return compile_target(target, {"users": CORE["User"]})["users"]


def made(connector: MemoryConnector | None = None, scope: str | None = None, **attributes: Any) -> MadeUp:
    return make_up(rules(scope, **attributes), CORE["User"], connector or MemoryConnector())


def test_it_fills_the_fields_of_the_kit() -> None:
    assert {field.name for field in fields(Samples)} == made().samples.keys()


def test_what_names_an_entry_is_found_out_from_the_connector() -> None:
    samples = made()

    assert "uid" == samples.unique
    assert ("certify1",) == samples.entry.attributes["uid"] == samples.altered.attributes["uid"]
    assert () == samples.nameless.attributes["uid"]
    assert samples.entry.attributes == {**samples.renamed.attributes, "uid": ("certify1",)}


def test_the_altered_entry_differs_in_all_else_that_can() -> None:
    samples = made()
    differ = {name for name, values in samples.entry.attributes.items() if samples.altered.attributes[name] != values}

    assert {"cn", "sn", "mail", "phones"} == differ


def test_two_people_share_what_tells_nobody_apart() -> None:
    samples = made()

    assert "sn" == samples.shared
    assert samples.entry.attributes["sn"] == samples.other.attributes["sn"]
    assert samples.entry.attributes["mail"] != samples.other.attributes["mail"]


def test_only_what_the_rules_may_leave_empty_is_cleared() -> None:
    """sn has a value for everybody: a directory may demand it."""
    assert "cn" == made().cleared


def test_what_the_target_demands_is_not_cleared() -> None:
    class Demanding(MemoryConnector):
        def check(self, entry: Entry) -> list[Fault]:
            missing = [] if entry.attributes.get("cn") else [Fault("cn", "cn is missing", "map it")]
            return super().check(entry) + missing

    assert "mail" == made(Demanding()).cleared


def test_several_values_are_told_apart() -> None:
    assert made().several is not None
    name, (one, two) = made().several or ("", ("", ""))

    assert "phones" == name
    assert one != two


def test_everybody_has_a_place_of_their_own() -> None:
    samples, connector = made(), MemoryConnector()
    places = [connector.locate(entry) for entry in samples.entries]

    assert len(places) == len(set(places)) > 40


def test_the_scope_takes_nobody_who_is_nobody_and_is_left_aside() -> None:
    assert made(scope='userType eq "Robot"').entry == made().entry


def test_references_lead_nowhere_and_are_left_out() -> None:
    assert "manager" not in made().entry.attributes


def test_a_user_name_is_an_address_where_the_rules_need_one() -> None:
    rule = '= user.userName.contains("@") ? user.userName : null'

    assert ("certify1@example.com",) == made(**{**USUAL, "uid": rule}).entry.attributes["uid"]


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"uid": "userName"}, "may be without a value"),
        ({"uid": "userName", "mail": 'emails[type eq "work"].value'}, "two people may share"),
        ({"uid": "= 'same'", "cn": "displayName", "sn": "name.familyName"}, "names its entries"),
        ({"cn": "displayName"}, "uid has no value"),
    ],
)
def test_rules_that_give_too_little_are_told(attributes: dict[str, str], told: str) -> None:
    with pytest.raises(NothingMade, match=told):
        made(**attributes)
