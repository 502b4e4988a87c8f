"""What a change is in PATCH."""

from typing import Any

from bridge.scim.resource_types import USER
from connectors.scim.patch import AttributeEdit, MemberEdit
from connectors.scim.places import place_of
from connectors.scim.settings import RemovedBy
from connectors.sdk import Change, Ref, Value, Verb

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
WORK = 'emails[type eq "work"].value'


def edit(*changes: tuple[str, tuple[Value, ...]], verb: Verb = Verb.REPLACE) -> AttributeEdit:
    return AttributeEdit([(place_of(path, USER), Change(path, verb, values)) for path, values in changes])


def operations(current: dict[str, Any], *changes: tuple[str, tuple[Value, ...]]) -> list[list[dict[str, Any]]]:
    return list(edit(*changes).requests(current))


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def test_each_operation_has_a_path_and_the_value_as_its_type_has_it() -> None:
    found = operations(
        {},
        ("userName", ("bj",)),
        ("name.givenName", ("B",)),
        ("name.familyName", ("J",)),
        ("title", ()),
        (f"{ENTERPRISE}:department", ("A",)),
    )

    assert [
        [
            replace("userName", "bj"),
            replace("name.givenName", "B"),
            replace("name.familyName", "J"),
            {"op": "remove", "path": "title"},
            replace(f"{ENTERPRISE}:department", "A"),
        ]
    ] == found


def test_a_manager_is_written_by_its_id_alone() -> None:
    path, manager = f"{ENTERPRISE}:manager", Ref("users", "7", "users/userName=m")

    assert [[replace(path, {"value": "7"})]] == operations({}, (path, (manager,)))
    assert [[replace(f"{path}.value", "7")]] == operations({}, (f"{path}.value", (manager,)))
    assert [[{"op": "remove", "path": path}]] == operations({}, (path, ()))


def test_a_multi_valued_attribute_is_written_whole_with_the_values_of_others() -> None:
    """Many services know no selection in a PATCH path."""
    current = {"emails": [{"type": "home", "value": "h@x"}, {"type": "work", "value": "old@x"}]}
    changes = ((WORK, ("new@x",)), ('emails[type eq "other"].value', ("o@x",)))
    home, work, other = ({"type": t, "value": v} for t, v in (("home", "h@x"), ("work", "new@x"), ("other", "o@x")))

    assert edit(*changes).reads_before
    assert [[replace("emails", [home, work, other])]] == operations(current, *changes)
    assert [[{"op": "remove", "path": "emails"}]] == operations({"emails": [work]}, (WORK, ()))


def test_what_is_as_wanted_is_not_sent() -> None:
    assert [] == operations({"emails": [{"type": "work", "value": "a@x"}]}, (WORK, ("a@x",)))
    assert [] == operations({}, (WORK, ()))


def test_only_what_stands_beside_others_is_read_before() -> None:
    assert not edit(("title", ("T",)), ("name.givenName", ())).reads_before
    assert edit(("title", ("T",)), verb=Verb.REMOVE).reads_before


def test_members_go_in_parts_and_only_those_that_change() -> None:
    found = list(MemberEdit(["a", "b", "c"], ["x", 'y"'], most=2).requests({}))

    assert [
        [{"op": "remove", "path": f"members[value eq {path}]"} for path in ('"x"', '"y\\""')],
        [{"op": "add", "path": "members", "value": [{"value": "a"}, {"value": "b"}]}],
        [{"op": "add", "path": "members", "value": [{"value": "c"}]}],
    ] == found


def test_members_are_removed_by_value_where_a_service_wants_it_so() -> None:
    found = list(MemberEdit([], ["x", "y"], removed_by=RemovedBy.VALUE).requests({}))

    assert [[{"op": "remove", "path": "members", "value": [{"value": "x"}, {"value": "y"}]}]] == found


def test_by_put_other_members_stay() -> None:
    current = {"displayName": "crew", "members": [{"value": "a", "display": "A"}, {"value": "x"}], "meta": {}}
    found = MemberEdit(["a", "b"], ["x", "z"]).whole(current)

    assert [{"value": "a", "display": "A"}, {"value": "b"}] == found["members"]
    assert "meta" not in found
