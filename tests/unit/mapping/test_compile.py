"""Rules made from settings: all faults of a mapping at load."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from bridge.mapping import MappingFailed, MappingInvalid, compile_rules, compile_target, project
from bridge.mapping.compile import check_target
from bridge.mapping.rules import Rules, Source, Wanted
from bridge.scim.resource_types import CORE, ResourceType
from bridge.settings import Fault, KindSettings, TargetSettings
from bridge.settings.kinds import AttributeRule
from bridge.settings.pools import PoolSettings

TYPES = {"users": CORE["User"], "groups": CORE["Group"]}


def _target(users: dict[str, Any], groups: dict[str, Any] | None = None, **keys: Any) -> TargetSettings:
    kinds = {"users": KindSettings.model_validate(users)}
    if groups is not None:
        kinds["groups"] = KindSettings.model_validate(groups)
    return TargetSettings(name="corp", connector="memory", kinds=kinds, **keys)


def _rules(**users: Any) -> Rules:
    return compile_target(_target(users), TYPES)["users"]


def _faults(**users: Any) -> list[Fault]:
    with pytest.raises(MappingInvalid) as invalid:
        compile_target(_target(users), TYPES)
    return list(invalid.value.faults)


def test_rules_keep_the_order_and_the_policies_of_the_config() -> None:
    rules = _rules(
        on_delete="lock",
        on_leave="keep",
        on_missing="recreate",
        on_disable="lock",
        attributes={"uid": "userName", "sn": "name.familyName", "cn": {"from": "= user.userName", "mode": "seed"}},
    )

    assert ("users", "User", ("uid", "sn", "cn")) == (rules.kind, rules.type, rules.names)
    assert ["replace", "replace", "seed"] == [a.mode for a in rules.attributes]
    assert (None, "recreate", "never") == (rules.switch, rules.on_missing, rules.adopt)
    assert {"disabled": ["lock"], "left scope": ["keep"], "deleted": ["lock"]} == _steps(rules)


def _steps(rules: Rules) -> dict[str, list[str]]:
    return {departure: [step.does for step in ladder] for departure, ladder in rules.ladders.items()}


def test_who_leaves_the_scope_is_disabled_as_others_are_and_out_of_its_groups() -> None:
    rules = _rules(on_disable="attribute:state=off|on", attributes={"uid": "userName"})

    assert ["lock", "attribute", "strip-groups"] == _steps(rules)["left scope"]
    assert ["delete"] == _steps(_rules(on_leave="delete", attributes={"uid": "userName"}))["left scope"]


def test_an_attribute_that_deleting_alone_writes_says_on_until_then() -> None:
    rules = _rules(on_delete=["attribute:state=off|on", "30d delete"], attributes={"uid": "userName"})

    (state,) = [each for each in rules.attributes if each.name == "state"]
    assert [("on",), ("on",)] == [state.read(Source({"active": active})) for active in (True, False)]


def test_who_returns_is_known_by_what_is_mapped() -> None:
    assert ("uid",) == _rules(returning="uid", attributes={"uid": "userName"}).returning
    (fault,) = _faults(returning=["uid", "number"], attributes={"uid": "userName"})

    assert ("targets.corp.users.returning", "number is not mapped") == (fault.place, fault.problem)


def test_who_was_there_before_us_is_known_by_what_is_mapped() -> None:
    assert ("uid",) == _rules(adopt="ask", match=["uid"], attributes={"uid": "userName"}).match
    (unmapped,) = _faults(match=["uid", "number"], attributes={"uid": "userName"})
    (unknown,) = _faults(adopt="match", attributes={"uid": "userName"})

    assert ("targets.corp.users.match", "number is not mapped") == (unmapped.place, unmapped.problem)
    assert ("targets.corp.users.adopt", "says not by what an entry is known") == (unknown.place, unknown.problem)


def test_one_attribute_alone_says_whether_an_account_may_be_used() -> None:
    (fault,) = _faults(
        on_disable="attribute:state=off|on", on_delete="attribute:other=off|on", attributes={"uid": "userName"}
    )

    assert "targets.corp.users.on_delete" == fault.place


def test_every_fault_is_told_at_once_with_its_place() -> None:
    faults = _faults(
        scope="userType eq",
        attributes={
            "uid": "usrName",
            "cn": "= user.titel",
            "sn": "= user.title +",
            "mail": "= user.title + 'x'",
            "pw": "password",
            "pw2": "= user.password",
            "memberOf": "= user.groups.map(g, g.value)",
            "x.y": "= group.displayName",
            "right": "userName",
        },
    )

    assert [
        "targets.corp.users.attributes.uid",
        "targets.corp.users.attributes.cn",
        "targets.corp.users.attributes.sn",
        "targets.corp.users.attributes.mail",
        "targets.corp.users.attributes.pw",
        "targets.corp.users.attributes.pw2",
        "targets.corp.users.attributes.memberOf",
        'targets.corp.users.attributes."x.y"',
        "targets.corp.users.scope",
    ] == [fault.place for fault in faults]
    assert all(fault.value and fault.problem and fault.remedy for fault in faults)


def test_the_faults_of_all_kinds_come_together() -> None:
    target = _target({"attributes": {"uid": "x"}}, {"attributes": {"cn": "= group.members"}})

    faults = list(check_target(TYPES)(target))

    assert ["targets.corp.users.attributes.uid", "targets.corp.groups.attributes.cn"] == [f.place for f in faults]
    assert [] == list(check_target(TYPES)(_target({"attributes": {"uid": "userName"}})))


def test_whose_the_members_are_is_said_of_groups_alone() -> None:
    (fault,) = _faults(ownership="all", attributes={"uid": "userName"})
    rules = compile_target(_target({}, {"ownership": "all", "attributes": {"cn": "displayName"}}), TYPES)

    assert "targets.corp.users.ownership" == fault.place
    assert "all" == rules["groups"].ownership
    assert "own" == _rules(attributes={"uid": "userName"}).ownership


def test_what_becomes_of_groups_in_groups_is_said_of_groups_alone() -> None:
    (fault,) = _faults(nested="flatten", attributes={"uid": "userName"})
    rules = compile_target(_target({}, {"nested": "flatten", "attributes": {"cn": "displayName"}}), TYPES)
    kept = compile_target(_target({}, {"nested": "keep", "attributes": {"cn": "displayName"}}), TYPES)

    assert "targets.corp.users.nested" == fault.place
    assert rules["groups"].flattens
    assert not kept["groups"].flattens
    assert rules["groups"].fingerprint != kept["groups"].fingerprint


def test_a_group_is_group_in_expressions(group_type: ResourceType) -> None:
    settings = KindSettings.model_validate({"attributes": {"cn": "= lower(group.displayName)"}})
    rules = compile_rules(_target({}), "groups", settings, group_type)

    wanted = project(rules, {"id": "1", "displayName": "Staff"})

    assert isinstance(wanted, Wanted)
    assert ("groups", {"cn": ("staff",)}) == (wanted.entry.kind, wanted.entry.attributes)


def test_a_switch_is_an_attribute_of_its_own() -> None:
    rules = _rules(on_disable="attribute:state=off|on", attributes={"uid": "userName"})

    states = []
    for active in (True, False):
        wanted = project(rules, {"userName": "bj", "active": active})
        assert isinstance(wanted, Wanted)
        states.append(wanted.entry.attributes["state"])
    assert ("uid", "state") == rules.names
    assert [("on",), ("off",)] == states


def test_a_switch_that_is_mapped_too_is_refused() -> None:
    (fault,) = _faults(on_disable="attribute:state=off|on", attributes={"state": "userName"})

    assert "targets.corp.users.on_disable" == fault.place


class Own(BaseModel):
    users: KindSettings | None = None
    url: str = ""


@pytest.mark.parametrize(
    "other",
    [
        {"attributes": {"uid": "displayName", "sn": "name.familyName"}},
        {"attributes": {"uid": {"from": "userName", "mode": "merge"}, "sn": "name.familyName"}},
        {"attributes": {"uid": {"from": "userName", "clear": False}, "sn": "name.familyName"}},
        {"attributes": {"sn": "name.familyName", "uid": "userName"}},
        {"attributes": {"uid": "userName"}},
        {"attributes": {"uid": "userName", "sn": "name.familyName"}, "scope": "title pr"},
        {"attributes": {"uid": "userName", "sn": "name.familyName"}, "on_delete": "keep"},
    ],
)
def test_the_fingerprint_changes_with_the_rules(other: dict[str, Any]) -> None:
    same = {"attributes": {"uid": "userName", "sn": "name.familyName"}}

    assert _rules(**same).fingerprint == _rules(**same).fingerprint
    assert _rules(**same).fingerprint != _rules(**other).fingerprint


def test_the_fingerprint_changes_with_the_connectors_keys_of_the_kind_alone() -> None:
    def made(own: Own) -> str:
        return compile_target(_target({"attributes": {"uid": "userName"}}, own=own), TYPES)["users"].fingerprint

    assert made(Own()) == made(Own(url="other"))
    assert made(Own()) != made(Own(users=KindSettings()))


def test_every_rule_of_the_documentation_compiles() -> None:
    assert _rules(
        scope='userType eq "Employee"',
        attributes={
            "uid": "userName",
            "cn": "= default(user.displayName, user.userName)",
            "sn": "name.familyName",
            "mail": 'emails[type eq "work"].value',
            "description": {"from": "title", "mode": "seed"},
        },
    )


DEPARTMENT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"
URN = DEPARTMENT.rpartition(":")[0]


@pytest.mark.parametrize(
    ("place", "units"),
    [
        (DEPARTMENT, ("R&D",)),
        (f"= [user['{URN}'].division, user['{URN}'].department]", ("North", "R&D")),
        ("title", None),
    ],
)
def test_a_place_is_units_below_the_kinds_own(place: str, units: tuple[str, ...] | None) -> None:
    body = {"userName": "ada", URN: {"department": "R&D", "division": "North"}}
    wanted = project(_rules(place=place, attributes={"uid": "userName"}), body)

    assert isinstance(wanted, Wanted)
    assert units == wanted.entry.under


def test_a_place_is_tried_like_an_attribute() -> None:
    (fault,) = _faults(place="= user.nosuch", attributes={"uid": "userName"})
    failing = _rules(place="active", attributes={"uid": "userName"})

    assert "targets.corp.users.place" == fault.place
    with pytest.raises(MappingFailed, match="no text"):
        project(failing, {"userName": "ada"})


def test_a_pool_gives_what_no_rule_reads() -> None:
    pool = PoolSettings(name="logins", candidate="= lower(user.userName) + string(n)")
    rules = _rules(attributes={"uid": AttributeRule(pool=pool), "sn": "name.familyName"})
    need = rules.needs["uid"]

    assert ({}, True) == (dict(project(rules, {"userName": "Ada"}).entry.attributes), "uid" in rules.names)  # type: ignore[union-attr]
    assert need.candidate is not None
    assert ("ada7",) == need.candidate(Source({"userName": "Ada"}), 7)


def test_a_candidate_that_can_never_work_is_told_where_the_pool_is_named() -> None:
    pool = PoolSettings(name="logins", candidate="= usr.userName + string(n)")
    (fault,) = _faults(attributes={"uid": AttributeRule(pool=pool)})

    assert "targets.corp.users.attributes.uid" == fault.place
    assert "names usr" in fault.problem


def test_numbers_that_are_added_to_a_pool_change_no_rules() -> None:
    def fingerprint(range_: str) -> str:
        pool = PoolSettings(name="uids", range=(range_,))
        return _rules(attributes={"uid": "userName", "uidNumber": AttributeRule(pool=pool)}).fingerprint

    assert fingerprint("1-9") == fingerprint("1-99")
