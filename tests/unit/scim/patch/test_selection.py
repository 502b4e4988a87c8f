"""Operations at `attribute[filter]`: what is selected changes, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bridge.scim.errors import InvalidFilter, InvalidPath, InvalidValue, NoTarget
from bridge.scim.profiles import PROFILES

Patch = Callable[..., dict[str, Any]]
User = dict[str, Any]
WORK = {"value": "bjensen@example.com", "type": "work", "primary": True}
HOME = {"value": "babs@jensen.example", "type": "home"}


def op(name: str, path: str, *value: object) -> dict[str, object]:
    return {"op": name, "path": path, **({"value": value[0]} if value else {})}


@pytest.mark.parametrize("name", ["add", "replace"])
@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ('emails[type eq "work"].value', "b@x.example", [{**WORK, "value": "b@x.example"}, HOME]),
        ('emails[type eq "work"].display', "B", [{**WORK, "display": "B"}, HOME]),
        ('emails[type eq "work"]', {"display": "B"}, [{**WORK, "display": "B"}, HOME]),
        ('emails[type eq "work"]', [{"value": "b@x.example"}], [{**WORK, "value": "b@x.example"}, HOME]),
        ('emails[type eq "work"]', "b@x.example", [{**WORK, "value": "b@x.example"}, HOME]),
        ("emails[primary eq true].value", "b@x.example", [{**WORK, "value": "b@x.example"}, HOME]),
        ('emails[primary eq "True"].value', "b@x.example", [{**WORK, "value": "b@x.example"}, HOME]),
        ('emails[not (type eq "work")].value', "b@x.example", [WORK, {**HOME, "value": "b@x.example"}]),
        ('emails[value co "example"].display', "B", [{**WORK, "display": "B"}, {**HOME, "display": "B"}]),
        ('emails[type eq "work" and value co "@"].display', "B", [{**WORK, "display": "B"}, HOME]),
        ('EMAILS[TYPE EQ "work"].VALUE', "b@x.example", [{**WORK, "value": "b@x.example"}, HOME]),
    ],
)
def test_the_selected_values_get_what_is_sent_and_keep_the_rest(
    patch: Patch, user: User, name: str, path: str, value: object, expected: list[dict[str, Any]]
) -> None:
    assert expected == patch(user, op(name, path, value))["emails"]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (op("remove", 'emails[type eq "work"]'), [HOME]),
        (op("remove", 'emails[type eq "work" or type eq "home"]'), None),
        (op("remove", "emails[value pr]"), None),
        (op("replace", 'emails[type eq "work"]', None), [HOME]),
        (op("replace", 'emails[type eq "work"]', []), [HOME]),
        (op("remove", 'emails[type eq "work"].primary'), [{"value": WORK["value"], "type": "work"}, HOME]),
        (op("replace", 'emails[type eq "work"].primary', None), [{"value": WORK["value"], "type": "work"}, HOME]),
        (op("remove", 'emails[type eq "home"].display'), [WORK, HOME]),
    ],
)
def test_the_selected_values_go(
    patch: Patch, user: User, operation: dict[str, Any], expected: list[dict[str, Any]] | None
) -> None:
    assert expected == patch(user, operation).get("emails")


@pytest.mark.parametrize("name", ["replace", "remove"])
@pytest.mark.parametrize("path", ['emails[type eq "other"]', 'emails[type eq "other"].value', 'ims[type eq "x"].value'])
def test_where_nothing_is_selected_there_is_no_target(patch: Patch, user: User, name: str, path: str) -> None:
    with pytest.raises(NoTarget):
        patch(user, op(name, path, *([{"value": "x"}] if path.endswith("]") else ["x"])))


@pytest.mark.parametrize(
    ("path", "value", "made"),
    [
        ('emails[type eq "other"].value', "o@x.example", {"type": "other", "value": "o@x.example"}),
        ('emails[type eq "other"]', {"value": "o@x.example"}, {"type": "other", "value": "o@x.example"}),
        (
            'emails[type eq "other" and display eq "O"].value',
            "o@x.example",
            {"type": "other", "display": "O", "value": "o@x.example"},
        ),
    ],
)
def test_an_add_makes_the_value_that_its_filter_describes(
    patch: Patch, user: User, path: str, value: object, made: dict[str, Any]
) -> None:
    assert [WORK, HOME, made] == patch(user, op("add", path, value))["emails"]


@pytest.mark.parametrize(
    "selection",
    ['type ne "work" and type ne "home"', 'value co "nobody"', 'type eq "x" or type eq "y"', "type eq null"],
)
def test_a_filter_that_describes_no_value_makes_none(patch: Patch, user: User, selection: str) -> None:
    for profile in PROFILES.values():
        with pytest.raises(NoTarget):
            patch(user, op("add", f"emails[{selection}].value", "x"), profile=profile)


def test_entra_makes_what_it_replaces_and_nobody_else(patch: Patch, user: User) -> None:
    operation = op("replace", 'phoneNumbers[type eq "mobile"].value', "+1")

    makers = []
    for name, profile in PROFILES.items():
        try:
            assert [{"type": "mobile", "value": "+1"}] == patch(user, operation, profile=profile)["phoneNumbers"]
            makers.append(name)
        except NoTarget:
            pass

    assert ["entra"] == makers


def test_a_primary_that_is_described_takes_the_mark(patch: Patch, user: User) -> None:
    user["roles"] = [{"value": "a", "primary": False}]

    after = patch(user, op("add", 'roles[primary eq "True"].value', "admin"))

    assert [{"value": "a", "primary": False}, {"value": "admin", "primary": True}] == after["roles"]


def test_a_sender_that_removes_twice_is_forgiven(patch: Patch, user: User) -> None:
    twice = op("remove", 'emails[type eq "other"]')

    forgiving = [name for name, profile in PROFILES.items() if _is_taken(patch, user, twice, profile)]

    assert ["entra", "okta", "onelogin", "jumpcloud", "ping", "wso2", "fusionauth"] == forgiving


def _is_taken(patch: Patch, user: User, operation: dict[str, Any], profile: Any) -> bool:
    try:
        return user == patch(user, operation, profile=profile)
    except NoTarget:
        return False


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("emails[type eq].value", InvalidFilter),
        ('emails[type is "work"].value', InvalidFilter),
        ("emails[primary gt true].value", InvalidFilter),
        ('emails[type eq "work"].nothing', InvalidPath),
        ('userName[value eq "x"]', InvalidPath),
    ],
)
def test_a_filter_that_is_none_is_named(patch: Patch, user: User, path: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        patch(user, op("replace", path, "x"))


def test_a_selected_value_is_of_its_type(patch: Patch, user: User) -> None:
    with pytest.raises(InvalidValue):
        patch(user, op("replace", 'emails[type eq "work"].value', 1))
