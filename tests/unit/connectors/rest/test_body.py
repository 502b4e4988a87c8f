"""Entries as JSON and back."""

import pytest

from connectors.rest.body import Misplaced, apply, at, faults, from_json, is_partial, put, to_json, wrapped
from connectors.sdk import Change, Ref, Value, Verb


def test_dotted_names_are_paths() -> None:
    body: dict[str, object] = {"name": {"given": "B"}}
    put(body, "name.family", "J")
    put(body, "a.b.c", 1)

    assert {"name": {"given": "B", "family": "J"}, "a": {"b": {"c": 1}}} == body
    assert "J" == at(body, "name.family")
    assert None is at(body, "name.family.x")
    assert body is at(body, None)


def test_a_path_does_not_lead_through_a_value() -> None:
    with pytest.raises(Misplaced):
        put({"name": "B"}, "name.family", "J")


@pytest.mark.parametrize(
    ("values", "several", "json"),
    [
        (("a",), False, "a"),
        ((True,), False, True),
        ((), False, None),
        ((), True, []),
        (("a",), True, ["a"]),
        ((Ref("users", "7", "users/login=bj"),), False, "7"),
    ],
)
def test_single_values_are_scalars_and_lists_are_arrays(values: tuple[Value, ...], several: bool, json: object) -> None:
    assert json == to_json(values, several)


@pytest.mark.parametrize(
    ("json", "values"),
    [
        (None, ()),
        ("", ()),
        ([], ()),
        ("a", ("a",)),
        (0, (0,)),
        (False, (False,)),
        (["a", None, "b"], ("a", "b")),
        ({"b": 1, "a": 2}, ('{"a":2,"b":1}',)),
    ],
)
def test_what_is_read_are_values(json: object, values: tuple[Value, ...]) -> None:
    assert values == from_json(json)


def test_what_is_added_and_taken_away_starts_from_what_is_there() -> None:
    changes = [
        Change("phones", Verb.ADD, ("2", "3")),
        Change("tags", Verb.REMOVE, ("x",)),
        Change("title", Verb.REPLACE, ()),
    ]
    current = {"phones": ["1", "2"], "tags": ["x"], "other": 1}

    assert is_partial(changes)
    assert {"phones": ["1", "2", "3"], "tags": [], "title": None} == apply({}, changes, current, ["phones", "tags"])


def test_a_body_may_be_wrapped() -> None:
    assert {"data": {"user": {"a": 1}}} == wrapped({"a": 1}, "data.user")
    assert {"a": 1} == wrapped({"a": 1}, None)


def test_what_json_cannot_hold_is_said_before() -> None:
    found = faults({"a": ("1", "2"), "b": (b"x",), "c": ("1",), "c.d": ("2",)}, [])

    assert ["a", "b", None] == [fault.attribute for fault in found]
    assert 'write lists = ["a"]' == found[0].remedy
