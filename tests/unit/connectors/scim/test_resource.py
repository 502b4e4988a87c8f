"""The JSON of a resource before and after a change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.scim.resource_types import USER
from connectors.scim.places import own_place, place_of
from connectors.scim.resource import changed, for_put, values_at
from connectors.sdk import Change, Ref, Value, Verb

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
WORK = 'emails[type eq "work"].value'
WORK_MAIL = {"type": "work", "value": "a@x", "display": "A"}
HOME_MAIL = {"type": "home", "value": "a@home", "primary": True}


def after(resource: dict[str, Any], path: str, *values: Value, verb: Verb = Verb.REPLACE) -> dict[str, Any]:
    return changed(resource, place_of(path, USER), Change(path, verb, values))


@pytest.mark.parametrize(
    ("path", "resource", "values"),
    [
        ("userName", {"userName": "bj"}, ("bj",)),
        ("userName", {"USERNAME": "bj"}, ("bj",)),
        ("title", {"title": ""}, ()),
        ("title", {"title": None}, ()),
        ("name.givenName", {"name": {"givenName": "B"}}, ("B",)),
        ("name.givenName", {}, ()),
        (WORK, {"emails": [HOME_MAIL, WORK_MAIL]}, ("a@x",)),
        ("emails", {"emails": [HOME_MAIL, WORK_MAIL]}, ("a@home", "a@x")),
        ("emails", {"emails": ["kim@example.com"]}, ("kim@example.com",)),
        (f"{ENTERPRISE}:manager", {ENTERPRISE: {"manager": {"value": "7", "displayName": "M"}}}, ("7",)),
        (f"{ENTERPRISE}:manager", {ENTERPRISE: {"manager": "7"}}, ("7",)),
        ("urn:example:2.0:User:desk.floor", {"urn:example:2.0:User": {"desk": {"floor": 3}}}, (3,)),
        ("x509Certificates", {"x509Certificates": [{"value": {"odd": 1}}]}, ('{"odd":1}',)),
    ],
)
def test_values_are_read_where_they_stand(path: str, resource: dict[str, Any], values: tuple[Value, ...]) -> None:
    assert values == values_at(resource, place_of(path, USER))


@pytest.mark.parametrize(
    ("path", "values", "expected"),
    [
        ("title", ("T",), {"title": "T"}),
        ("name.givenName", ("B",), {"name": {"givenName": "B"}}),
        (WORK, ("a@x",), {"emails": [{"type": "work", "value": "a@x"}]}),
        ("phoneNumbers", ("1", "2"), {"phoneNumbers": [{"value": "1"}, {"value": "2"}]}),
        (f"{ENTERPRISE}:manager", (Ref("users", "7", "x"),), {ENTERPRISE: {"manager": {"value": "7"}}}),
        ("urn:example:2.0:User:badge", ("9",), {"urn:example:2.0:User": {"badge": "9"}}),
        ('addresses[type eq "work"].country', ("DE",), {"addresses": [{"type": "work", "country": "DE"}]}),
        ("x509Certificates", (b"\0\1",), {"x509Certificates": [{"value": "AAE="}]}),
        ("phoneNumbers", ("1", "1"), {"phoneNumbers": [{"value": "1"}]}),
        ("title", (), {}),
    ],
)
def test_a_value_is_written_where_it_belongs(path: str, values: tuple[Value, ...], expected: dict[str, Any]) -> None:
    assert expected == after({}, path, *values)


def test_values_beside_ours_are_kept_as_they_are() -> None:
    resource = {"emails": [HOME_MAIL, WORK_MAIL]}

    assert {"emails": [HOME_MAIL, {**WORK_MAIL, "value": "b@x"}]} == after(resource, WORK, "b@x")
    assert {"emails": [HOME_MAIL]} == after(resource, WORK)
    assert {"emails": [HOME_MAIL, WORK_MAIL]} == resource


@pytest.mark.parametrize("bare", [{"value": "a@x", "display": "A"}, "a@x"])
def test_a_value_whose_type_was_not_kept_is_not_written_a_second_time(bare: Any) -> None:
    (found,) = after({"emails": [bare]}, WORK, "a@x")["emails"]

    assert {"type": "work", "value": "a@x"}.items() <= found.items()


def test_a_part_of_a_value_leaves_its_other_parts() -> None:
    path = 'addresses[type eq "work"].country'
    resource = {"addresses": [{"type": "work", "country": "DE", "locality": "Ulm"}]}

    assert {"addresses": [{"type": "work", "locality": "Ulm"}]} == after(resource, path)
    assert {} == after({"addresses": [{"type": "work", "country": "DE"}]}, path)


def test_a_new_manager_takes_nothing_over_from_the_old_one() -> None:
    resource = {ENTERPRISE: {"manager": {"value": "7", "$ref": "/Users/7", "displayName": "M"}, "department": "A"}}

    assert {ENTERPRISE: {"manager": {"value": "8"}, "department": "A"}} == after(resource, f"{ENTERPRISE}:manager", "8")


def test_values_are_added_and_removed_among_others() -> None:
    resource = {"phoneNumbers": [{"value": "tel:+1-1", "type": "work"}, {"value": "2"}]}

    assert resource == after(resource, "phoneNumbers", "+1 (1)", verb=Verb.ADD)
    assert 3 == len(after(resource, "phoneNumbers", "3", verb=Verb.ADD)["phoneNumbers"])
    assert {"phoneNumbers": [{"value": "2"}]} == after(resource, "phoneNumbers", "+11", verb=Verb.REMOVE)


def test_the_value_that_we_make_primary_takes_the_mark_from_the_others() -> None:
    resource = {"emails": [HOME_MAIL, WORK_MAIL]}
    after_it = after(resource, "emails[primary eq true].value", "new@x")
    marked = after(resource, 'emails[type eq "work"].primary', True)

    assert {"emails": [{**HOME_MAIL, "value": "new@x"}, WORK_MAIL]} == after_it
    assert [False, True] == [each["primary"] for each in marked["emails"]]


def test_two_primaries_are_repaired_when_the_attribute_is_written() -> None:
    resource = {"emails": [HOME_MAIL, {**WORK_MAIL, "primary": True}]}
    found = after(resource, WORK, "b@x")

    assert 1 == sum(each.get("primary", False) for each in found["emails"])


def test_what_goes_back_whole_lacks_what_the_service_adds() -> None:
    resource = {"schemas": ["core"], "id": "7", "meta": {}, "groups": [], "title": "T"}

    assert {"schemas": ["core", "ext"], "id": "7", "title": "T"} == for_put(resource, ["core", "ext"])


def test_a_boolean_written_as_text_is_sent_as_a_boolean() -> None:
    place = own_place("active", USER)

    assert {"active": False} == changed({}, place, Change("active", Verb.REPLACE, ("False",)))


TEXTS = st.sampled_from(["a", "b", "c", "d"])
ITEMS = st.lists(
    st.fixed_dictionaries(
        {"value": TEXTS}, optional={"type": st.sampled_from(["work", "home"]), "primary": st.booleans()}
    ),
    max_size=5,
)
CHANGES = st.tuples(st.sampled_from([WORK, "emails"]), st.sampled_from(Verb), st.lists(TEXTS, max_size=3))


@given(ITEMS, CHANGES)
def test_after_a_change_the_wanted_values_stand_there_and_the_others_stay(
    items: list[dict[str, Any]], change: tuple[str, Verb, list[str]]
) -> None:
    path, verb, values = change
    place, before = place_of(path, USER), {"emails": items}
    had, found = set(values_at(before, place)), after(before, path, *values, verb=verb)
    wanted = {Verb.REPLACE: set(values), Verb.ADD: had | set(values), Verb.REMOVE: had - set(values)}[verb]
    others = [item["value"] for item in items if not place.takes(item) and "type" in item]
    there = found.get("emails", [])

    assert wanted == set(values_at(found, place))
    assert others == [item["value"] for item in there if not place.takes(item) and "type" in item]
    assert sum(item.get("primary") is True for item in there) <= 1
    assert found == after(found, path, *values, verb=verb)
