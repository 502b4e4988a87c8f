"""Entity tags: which lists of them name a version."""

from __future__ import annotations

import pytest

from bridge.scim.etags import holds, names


@pytest.mark.parametrize(
    "header", ['W/"3"', '"3"', "3", "*", ' W/"3" ', 'W/"1", W/"3"', '"1","2" , "3"', 'w/"3"', 'W/"a,b", W/"3"']
)
def test_a_list_names_the_version_that_is_in_it(header: str) -> None:
    assert names(header, 3)


@pytest.mark.parametrize(
    "header", ["", 'W/"4"', '"33"', 'W/"x,3"', '"3', 'W/3"', 'W/"', "W/", '""', ",", '"1" "3"', '"2"x, "3"', "\udcff"]
)
def test_what_is_another_tag_or_none_names_nothing(header: str) -> None:
    assert not names(header, 3)


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "expected"),
    [
        (None, None, True),
        ('W/"3"', None, True),
        ('W/"2"', None, False),
        ("", None, False),
        (None, 'W/"2"', True),
        (None, 'W/"3"', False),
        (None, "*", False),
        ('W/"3"', 'W/"3"', False),
    ],
)
def test_both_conditions_must_hold(if_match: str | None, if_none_match: str | None, expected: bool) -> None:
    assert expected == holds(if_match, if_none_match, 3)
