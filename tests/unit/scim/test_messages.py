"""Searches: what a query string and a SearchRequest say, and how much of it."""

from __future__ import annotations

import pytest

from bridge.scim.errors import InvalidValue
from bridge.scim.messages import LONGEST_NAMES, SEARCH_REQUEST, search_from_body, search_from_query


def test_names_are_parted_by_commas_and_a_selection_asks_for_the_attribute() -> None:
    search = search_from_query({"attributes": ' userName,emails[type eq "work"] , ,name.givenName'})

    assert ("userName", "emails", "name.givenName") == search.attributes


def test_brackets_that_never_close_are_read_at_one_go() -> None:
    assert ("[" * LONGEST_NAMES)[:-1] == search_from_query({"attributes": "[" * (LONGEST_NAMES - 1)}).attributes[0]


@pytest.mark.parametrize("names", [["x" * LONGEST_NAMES], [""] * (LONGEST_NAMES + 1)])
@pytest.mark.parametrize("which", ["attributes", "excludedAttributes"])
def test_very_many_names_are_refused(which: str, names: list[str]) -> None:
    with pytest.raises(InvalidValue, match="characters"):
        search_from_body({"schemas": [SEARCH_REQUEST], which: names})
