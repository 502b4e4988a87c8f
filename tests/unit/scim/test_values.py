"""Values by their type (RFC 7643 §2.3): what is taken, how it is kept, what is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.scim.errors import InvalidSyntax, InvalidValue
from bridge.scim.resource_types import USER
from bridge.scim.values import instant, one_primary, same, whole
from tests.unit.scim.things import THING

TAKEN: list[tuple[str, Any]] = [
    ("string", ""),
    ("string", "Füße ☃"),
    ("exact", "MiXed"),
    ("boolean", False),
    ("integer", 0),
    ("integer", -(2**63)),
    ("integer", 2**63 - 1),
    ("decimal", 3.14),
    ("decimal", -0.5),
    ("decimal", 7),
    ("decimal", 1e300),
    ("dateTime", "2008-01-23T04:56:22Z"),
    ("dateTime", "2008-01-23T04:56:22.1234567+05:30"),
    ("dateTime", "2024-02-29T23:59:59"),
    ("binary", "MIIDQzCCAqygAwIBAgICEAA="),
    ("binary", "_-8"),
    ("binary", "+/8="),
    ("reference", "../Users/2819c223"),
    ("reference", "urn:x:y"),
]
REFUSED: list[tuple[str, Any]] = [
    ("string", 1),
    ("string", True),
    ("string", {"value": "x"}),
    ("string", ["x"]),
    ("string", "a\0b"),
    ("boolean", "yes"),
    ("boolean", 1),
    ("boolean", 0),
    ("integer", 1.0),
    ("integer", 1.5),
    ("integer", "1"),
    ("integer", True),
    ("integer", 2**63),
    ("integer", -(2**63) - 1),
    ("decimal", "1.5"),
    ("decimal", False),
    ("decimal", float("inf")),
    ("dateTime", "yesterday"),
    ("dateTime", "2008-01-23"),
    ("dateTime", "2023-02-29T00:00:00Z"),
    ("dateTime", "2008-01-23T04:56:22+05:75"),
    ("dateTime", "2008-13-23T04:56:22Z"),
    ("dateTime", 1201064182),
    ("binary", "not base64!"),
    ("binary", "+_=="),
    ("binary", "A"),
    ("binary", "YQ==YQ=="),
    ("binary", 1),
    ("reference", 7),
    ("complex", "text"),
    ("complex", 1),
    ("complex", [{}, {}]),
    ("many", {"string": "x"}),
    ("many", ["text"]),
    ("texts", "x"),
    ("texts", [1]),
]


@pytest.mark.parametrize(("name", "value"), TAKEN)
def test_a_value_of_its_type_is_kept_exactly_as_it_was_sent(name: str, value: Any) -> None:
    kept = whole(THING.names[name], value)

    assert (type(value), value) == (type(kept), kept)


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_any_other_value_is_refused_by_the_attributes_name(name: str, value: Any) -> None:
    with pytest.raises(InvalidValue) as refused:
        whole(THING.names[name], value)

    assert "invalidValue" == refused.value.scim_type
    assert refused.value.detail.startswith(f"{name} ")


def test_a_wrong_part_is_refused_by_its_name_and_that_of_the_whole() -> None:
    with pytest.raises(InvalidValue, match=r"^many\.binary must be base64"):
        whole(THING.names["many"], [{"binary": "!"}])


def test_plain_text_for_a_complex_value_is_checked_as_its_value() -> None:
    certificates = USER.names["x509certificates"]

    assert [{"value": "aGk="}] == whole(certificates, ["aGk=", ""])
    with pytest.raises(InvalidValue, match=r"^x509Certificates\.value must be base64"):
        whole(certificates, ["x"])


@pytest.mark.parametrize("name", ["string", "integer", "complex", "many", "texts"])
@pytest.mark.parametrize("nothing", [None, []])
def test_null_and_the_empty_list_are_no_value(name: str, nothing: Any) -> None:
    assert whole(THING.names[name], nothing) is None


@pytest.mark.parametrize("nothing", [{}, {"string": None}, {"unknown": 1}, {"given": "x"}, [None]])
def test_a_complex_value_that_holds_nothing_is_none(nothing: Any) -> None:
    assert whole(THING.names["complex"], nothing) is None


def test_a_sub_attribute_twice_in_different_case_is_refused() -> None:
    with pytest.raises(InvalidSyntax, match="string is there twice"):
        whole(THING.names["complex"], {"string": "a", "STRING": "b"})


@pytest.mark.parametrize(("sent", "kept"), [("True", True), ("false", False), ("TRUE", True)])
def test_a_boolean_as_text_is_taken(sent: str, kept: bool) -> None:
    """Entra ID writes "True"."""
    assert kept is whole(THING.names["boolean"], sent)


def test_one_value_at_most_stays_primary() -> None:
    first, second = {"string": "a", "primary": True}, {"string": "b", "primary": True}

    assert [first, {"string": "b", "primary": False}] == whole(THING.names["many"], [first, second])
    assert [{"string": "a", "primary": False}, second] == one_primary([first, second], second)


@pytest.mark.parametrize(
    ("name", "one", "other", "expected"),
    [
        ("string", "Abc", "aBC", True),
        ("exact", "Abc", "aBC", False),
        ("dateTime", "2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", True),
        ("texts", ["a", "b"], ["A", "B"], True),
        ("texts", ["a", "b"], ["a"], False),
        ("texts", ["a", "b"], ["b", "a"], True),
        (
            "many",
            [{"string": "a", "integer": 1}, {"exact": "b"}],
            [{"exact": "b"}, {"integer": 1, "string": "A"}],
            True,
        ),
        ("many", [{"exact": "a"}, {"exact": "b"}], [{"exact": "B"}, {"exact": "a"}], False),
        ("complex", {"exact": "a"}, {"exact": "A"}, False),
        ("complex", {"string": "a"}, {"string": "A"}, True),
        ("complex", {"string": "a"}, {"string": "a", "integer": 1}, False),
    ],
)
def test_two_values_are_the_same_by_their_attribute(name: str, one: Any, other: Any, expected: bool) -> None:
    assert expected is same(THING.names[name], one, other)


def test_an_instant_is_the_moment_whatever_its_zone() -> None:
    assert datetime(2020, 1, 1, tzinfo=UTC) == instant("2020-01-01T02:00:00+02:00") == instant("2020-01-01T00:00:00")
