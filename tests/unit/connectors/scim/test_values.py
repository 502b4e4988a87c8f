"""When two values are equal for a service."""

import pytest

from bridge.scim.resource_types import USER
from connectors.scim.places import place_of
from connectors.scim.values import faults, normalised
from connectors.sdk import Ref, Value

MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        ("userName", "BJensen", "bjensen"),
        ("userName", "Straße", "STRASSE"),
        ("title", "  Chief Engineer ", "Chief Engineer"),
        ("emails", "B@Example.com", "b@example.com"),
        ("phoneNumbers", "tel:+1-201-555-0123", "+1 (201) 555.0123"),
        (MANAGER, Ref("users", "7", "users/userName=m"), "7"),
        ('emails[type eq "work"].primary', "True", True),
        ("externalId", "a ", "a"),
    ],
)
def test_what_a_service_trims_folds_or_formats_is_no_drift(path: str, one: Value, other: Value) -> None:
    place = place_of(path, USER)

    assert normalised(place, [one]) == normalised(place, [other])


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [("externalId", "A", "a"), ("title", "1", 1), (MANAGER, "A", "a"), ("phoneNumbers", "12", "1,2")],
)
def test_what_differs_is_told_apart(path: str, one: Value, other: Value) -> None:
    place = place_of(path, USER)

    assert normalised(place, [one]) != normalised(place, [other])


def test_a_config_may_say_that_case_is_nothing() -> None:
    place = place_of("externalId", USER)

    assert normalised(place, ["A"], folds=True) == normalised(place, ["a"], folds=True)


def test_nothing_and_an_empty_text_are_equal() -> None:
    assert frozenset() == normalised(place_of("title", USER), ["", " "])


@pytest.mark.parametrize(
    ("path", "values", "problem"),
    [
        ("title", ("a", "b"), "has several values, and holds one"),
        ("title", (True,), "title must be a string"),
        ('emails[type eq "work"].primary', ("maybe",), "primary must be true or false"),
        ("x509Certificates", ("?",), "value must be base64"),
        ("emails", ("a", "b"), None),
        ("title", ("a",), None),
    ],
)
def test_what_the_attribute_does_not_take_is_told(path: str, values: tuple[Value, ...], problem: str | None) -> None:
    assert ([] if problem is None else [problem]) == [fault.problem for fault in faults(place_of(path, USER), values)]
