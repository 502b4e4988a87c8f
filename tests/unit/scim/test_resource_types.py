"""Resource types: their names, their unique attribute, what is kept beside them."""

from __future__ import annotations

import pytest

from bridge.scim.resource_types import GROUP, USER, Extension, ResourceType, fold
from bridge.scim.schemas import load_schema
from tests.unit.scim.things import THING, attribute


def test_a_user_is_unique_by_name_and_a_group_by_nothing() -> None:
    assert ("userName", None, "serial") == (USER.unique, GROUP.unique, THING.unique)


@pytest.mark.parametrize(
    ("one", "other"), [("Straße", "STRASSE"), ("bjensen", "BJensen"), ("\ufb01", "fi"), ("\u212bngstrom", "ångstrom")]
)
def test_names_that_differ_in_case_or_width_alone_are_one(one: str, other: str) -> None:
    assert USER.unique_key(one) == USER.unique_key(other) == fold(other)


def test_a_case_exact_value_is_unique_as_it_is() -> None:
    core = load_schema({"id": "urn:x:y", "attributes": [attribute("k", caseExact=True, uniqueness="server")]})
    type_ = ResourceType("X", "Xs", core)

    assert "AbC" == type_.unique_key("AbC")


def test_no_value_is_shared_by_many() -> None:
    assert (None, None, None) == (USER.unique_key(None), USER.unique_key(""), GROUP.unique_key("x"))


def test_a_number_may_be_unique() -> None:
    core = load_schema({"id": "urn:x:y", "attributes": [attribute("k", "integer", uniqueness="server")]})

    assert "7" == ResourceType("X", "Xs", core).unique_key(7)


def test_members_and_groups_are_kept_beside_the_core_types_alone() -> None:
    assert (("groups",), ("members",), ()) == (USER.related, GROUP.related, THING.related)


def test_an_account_says_whether_it_may_be_used() -> None:
    assert (True, False, False) == (USER.is_account, GROUP.is_account, THING.is_account)


def test_a_schema_is_found_whatever_the_case_of_its_urn() -> None:
    assert USER.schema is USER.schema_of(USER.schema.id.upper())
    assert USER.schema_of("urn:x:y") is None


def test_of_two_urns_the_longer_is_looked_for_first() -> None:
    """One URN may begin with another: urn:…:Thing and urn:…:Thing:More."""
    short, long = (load_schema({"id": urn, "attributes": [attribute("a")]}) for urn in ("urn:x:a", "urn:x:a:b"))

    assert ["urn:x:a:b", "urn:x:a"] == list(ResourceType("X", "Xs", short, (Extension(long),)).by_urn)
