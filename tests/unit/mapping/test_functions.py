"""The functions of expressions, as plain functions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.functions import (
    FUNCTIONS,
    default,
    first,
    join,
    lower,
    replace,
    split,
    substring,
    trim,
    upper,
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), None),
        ((None, "", [], "a"), "a"),
        ((None,), None),
        ((None, ""), ""),
        (("", None), None),
        ((False, True), False),
        ((0, 1), 0),
        (([], ["x"]), ["x"]),
    ],
)
def test_default_is_the_first_that_is_there(values: tuple[Any, ...], expected: Any) -> None:
    assert expected == default(*values)


def test_texts() -> None:
    assert "bjørn" == lower("BJØRN")
    assert "STRASSE" == upper("straße")
    assert "a b" == trim("  a b\n")
    assert "a-b-c" == replace("a b c", " ", "-")
    assert ["bj", "example.com"] == split("bj@example.com", "@")
    assert ["B", "jensen", "ens", ""] == [
        substring("Bjensen", 0, 1),
        substring("Bjensen", 1),
        substring("Bjensen", 2, 5),
        substring("Bj", 7),
    ]


def test_lists() -> None:
    assert "Barbara Jensen" == join(["Barbara", None, "", "Jensen"], " ")
    assert "a" == first(["a", "b"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bjørn Müller-Lüdenscheidt", "Bjorn Muller-Ludenscheidt"),
        ("Łukasz Straße Æsir", "Lukasz Strasse AEsir"),
        ("José Ñandú", "Jose Nandu"),
        ("山田", ""),
    ],
)
def test_ascii_keeps_the_letters_that_it_can(text: str, expected: str) -> None:
    assert expected == FUNCTIONS["ascii"](text)


@pytest.mark.parametrize("name", ["lower", "upper", "trim", "ascii"])
def test_a_missing_text_stays_missing(name: str) -> None:
    assert FUNCTIONS[name](None) is None


def test_what_is_missing_gives_nothing_and_never_text() -> None:
    assert [None, None, None, [], None, None] == [
        replace(None, "a", "b"),
        substring(None, 0),
        join(None, " "),
        split(None, "@"),
        first([]),
        join([None, ""], " "),
    ]


@pytest.mark.parametrize("name", ["lower", "upper", "trim", "ascii", "join", "first"])
@pytest.mark.parametrize("value", [3, True, {"a": 1}])
def test_what_is_neither_text_nor_list_is_refused(name: str, value: Any) -> None:
    with pytest.raises(TypeError):
        FUNCTIONS[name](value)


@pytest.mark.parametrize(("start", "end"), [(-1, None), (2, 1)])
def test_a_part_that_cannot_be_is_refused(start: int, end: int | None) -> None:
    with pytest.raises(ValueError, match="no such part"):
        substring("abc", start, end)


@given(st.text())
def test_ascii_gives_ascii(text: str) -> None:
    assert FUNCTIONS["ascii"](text).isascii()
