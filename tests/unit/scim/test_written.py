"""What a write names of the attributes that are shown on request alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bridge.scim.delivery import with_delivery
from bridge.scim.resource_types import CORE
from bridge.scim.written import written
from tests.unit.scim.things import CORE as THING_URN
from tests.unit.scim.things import MORE, THING


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("request", "x", ["request"]),
        ("REQUEST", "x", ["request"]),
        ("string", "x", []),
        ("unknown", {"request": "x"}, []),
        ("complex", {"Request": "x"}, ["complex.request"]),
        ("complex.request", "x", ["complex.request"]),
        ("many", [{"string": "x"}, {"request": "x"}], ["many.request"]),
        ('many[string eq "x"].request', "y", ["many.request"]),
        ("many[", "y", []),
        (f"{THING_URN}:request", "x", ["request"]),
        (THING_URN, {"request": "x"}, ["request"]),
        (f"{MORE}:request", "x", [f"{MORE.lower()}:request"]),
        (MORE.upper(), {"complex": {"request": 1}}, [f"{MORE.lower()}:complex.request"]),
    ],
)
def test_a_name_or_a_path_with_its_value_says_what_is_written(name: str, value: Any, expected: list[str]) -> None:
    assert tuple(expected) == written([(name, value)], THING)


def test_a_type_without_such_attributes_looks_at_nothing() -> None:
    """The state of the targets is shown on request, and no client writes it."""

    def said() -> Iterator[tuple[str, Any]]:
        raise AssertionError("was looked at")
        yield

    for type_ in with_delivery(CORE).values():
        assert () == written(said(), type_)
