from dataclasses import replace

from bridge.journal.resources import Stored
from bridge.mapping import Departure, MappingFailed
from bridge.mapping.rules import LADDERS, Attribute, Rules
from bridge.reconcile.wanted import is_wanted, wanted_entry
from bridge.settings import Does, Step
from connectors.sdk import Entry

RULES = Rules("users", "User", (Attribute("uid", lambda source: (source.body["userName"],)),), "rules")
BJ = Stored("r1", "default", "User", 3, 10, 20, None, {"userName": "bj", "active": True})


def leaving(departure: Departure, *steps: Step) -> Rules:
    return replace(RULES, ladders={**LADDERS, departure: steps})


def failing(_: object) -> tuple[str, ...]:
    raise MappingFailed("uid", "fails")


def test_a_living_resource_in_scope_is_wanted():
    assert is_wanted(RULES, BJ)
    assert Entry("users", {"uid": ("bj",)}) == wanted_entry(RULES, BJ)


def test_a_deleted_resource_is_not_wanted_whatever_is_left_of_it():
    for step in (Does.DELETE, Does.LOCK, Does.KEEP):
        assert not is_wanted(leaving(Departure.DELETED, Step(step)), replace(BJ, deleted=30))
    assert not is_wanted(RULES, None)


def test_who_left_the_scope_is_not_wanted():
    assert not is_wanted(replace(RULES, in_scope=lambda body: body["id"] != "r1"), BJ)


def test_a_disabled_user_is_wanted_unless_disabling_deletes():
    disabled = replace(BJ, body={"userName": "bj", "active": False})

    assert is_wanted(RULES, disabled)
    assert is_wanted(leaving(Departure.DISABLED, Step(Does.DELETE, after=90.0)), disabled)
    assert not is_wanted(leaving(Departure.DISABLED, Step(Does.DELETE)), disabled)


def test_a_mapping_that_fails_hides_no_finding_and_makes_no_place():
    rules = replace(RULES, attributes=(Attribute("uid", failing),))

    assert is_wanted(rules, BJ)
    assert wanted_entry(rules, BJ) is None
