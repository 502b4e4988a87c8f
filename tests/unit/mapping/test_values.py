"""What a rule read, as values of an entry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.mapping.values import NoValue, to_values
from connectors.sdk import Reference


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (None, ()),
        ("", ()),
        ([], ()),
        ([None, ""], ()),
        ("x", ("x",)),
        (" ", (" ",)),
        (False, (False,)),
        (0, (0,)),
        (1.5, (1.5,)),
        (b"x", (b"x",)),
        (Reference("User", "1"), (Reference("User", "1"),)),
        (["b", None, "a", "b", ""], ("b", "a")),
        (("b", "a"), ("b", "a")),
        ([1, True, 1.0], (1, True, 1.0)),
    ],
)
def test_values_keep_their_order_and_come_once(read: Any, expected: tuple[Any, ...]) -> None:
    values = to_values(read)

    assert [(type(v), v) for v in expected] == [(type(v), v) for v in values]


@pytest.mark.parametrize(
    ("read", "problem"),
    [
        ({"a": 1}, "gives something with several parts"),
        ([{}], "gives something with several parts"),
        ([["a"]], "gives a list within a list"),
        (float("nan"), "gives something that is no text, number or truth (float)"),
        (datetime(2026, 1, 1, tzinfo=UTC), "gives something that is no text, number or truth (datetime)"),
    ],
)
def test_what_cannot_be_a_value_is_refused_by_its_shape(read: Any, problem: str) -> None:
    with pytest.raises(NoValue) as refused:
        to_values(read)

    assert problem == str(refused.value)
