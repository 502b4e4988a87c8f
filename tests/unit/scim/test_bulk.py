"""Bulk requests as they are read: ids, references, order, and what is wrong with them."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from bridge.scim.bulk import BULK_REQUEST, Bulk, read_bulk, result
from bridge.scim.errors import InvalidSyntax, InvalidValue, ScimError, TooLarge
from bridge.scim.patch import PATCH_OP
from bridge.scim.resource_types import CORE

TYPES = {each.endpoint.lower(): each for each in CORE.values()}


def read(*operations: Any, **more: Any) -> Bulk:
    numbers = count(1)
    body = {"schemas": [BULK_REQUEST], "Operations": list(operations), **more}
    return read_bulk(body, TYPES, 100, lambda: f"id{next(numbers)}")


def post(bulk_id: str, path: str = "/Users", **data: Any) -> dict[str, Any]:
    return {"method": "POST", "path": path, "bulkId": bulk_id, "data": data}


def faults(bulk: Bulk) -> list[tuple[int, str | None] | None]:
    return [(each.fault.status, each.fault.scim_type) if each.fault else None for each in bulk.operations]


def test_a_reference_is_the_id_that_the_resource_will_have() -> None:
    bulk = read(post("g", "/Groups", members=[{"value": "bulkId:u"}, {"value": "other"}]), post("u", userName="u"))

    assert {"members": [{"value": "id2"}, {"value": "other"}]} == bulk.operations[0].data
    assert frozenset({1}) == bulk.operations[0].refers_to
    assert ((1,), (0,)) == bulk.groups


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"manager": "bulkId:u"}, {"manager": "id1"}),
        ({"manager": {"value": "bulkId:u"}}, {"manager": {"value": "id1"}}),
        ({"$ref": "../Users/bulkId:u"}, {"$ref": "../Users/id1"}),
        ({"path": 'members[value eq "bulkId:u"]'}, {"path": 'members[value eq "id1"]'}),
        ([["bulkId:u"]], [["id1"]]),
        ({"displayName": "say bulkId:u"}, {"displayName": "say bulkId:u"}),
        ({"bulkId:u": 1}, {"bulkId:u": 1}),
    ],
)
def test_references_are_found_where_they_can_stand(data: Any, expected: Any) -> None:
    bulk = read(post("u"), {"method": "PUT", "path": "/Users/x", "data": data})

    assert expected == bulk.operations[1].data


def test_a_path_may_name_what_the_bulk_creates() -> None:
    bulk = read({"method": "DELETE", "path": "/Users/bulkId:u"}, post("u"))

    assert "id1" == bulk.operations[0].id
    assert ((1,), (0,)) == bulk.groups


def test_operations_in_a_circle_are_one_with_creations_first() -> None:
    bulk = read(post("a", manager="bulkId:b"), post("b", manager="bulkId:a"), post("c"))

    assert ((0, 1), (2,)) == bulk.groups


def test_operations_on_one_resource_keep_their_order() -> None:
    patch = {"method": "PATCH", "path": "/Groups/g", "data": {"value": "bulkId:u"}}
    bulk = read(patch, {"method": "DELETE", "path": "/Groups/g"}, post("u"))

    assert ((2,), (0,), (1,)) == bulk.groups


def test_a_patch_may_be_its_operations_alone() -> None:
    """RFC 7644 §3.7.3 shows it so."""
    bulk = read({"method": "patch", "path": "Users/1", "data": [{"op": "remove", "path": "title"}]})

    assert {"schemas": [PATCH_OP], "Operations": [{"op": "remove", "path": "title"}]} == bulk.operations[0].data


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (5, (400, "invalidSyntax")),
        ({}, (400, "invalidSyntax")),
        ({"method": "GET", "path": "/Users/1"}, (400, "invalidSyntax")),
        ({"method": 1, "path": "/Users/1"}, (400, "invalidSyntax")),
        ({"method": "DELETE"}, (400, "invalidSyntax")),
        ({"method": "DELETE", "path": 1}, (400, "invalidSyntax")),
        ({"method": "DELETE", "path": "/Users"}, (405, None)),
        ({"method": "POST", "path": "/Users/1", "bulkId": "a", "data": {}}, (405, None)),
        ({"method": "POST", "path": "/Cats", "bulkId": "a", "data": {}}, (404, None)),
        ({"method": "DELETE", "path": "/Users/1/2"}, (404, None)),
        ({"method": "POST", "path": "/Users", "data": {}}, (400, "invalidSyntax")),
        ({"method": "POST", "path": "/Users", "bulkId": 1, "data": {}}, (400, "invalidSyntax")),
        ({"method": "PUT", "path": "/Users/1", "version": 1, "data": {}}, (400, "invalidSyntax")),
        ({"method": "PUT", "path": "/Users/1"}, (400, "invalidSyntax")),
        ({"method": "DELETE", "path": "/Users/bulkId:nobody"}, (409, None)),
        ({"method": "PUT", "path": "/Users/1", "data": {"manager": "bulkId:nobody"}}, (409, None)),
    ],
)
def test_an_operation_that_is_none_fails_alone(operation: Any, expected: tuple[int, str | None]) -> None:
    assert [expected, None] == faults(read(operation, post("u")))


def test_a_bulk_id_is_the_first_one_s() -> None:
    bulk = read(post("u"), post("u"), {"method": "DELETE", "path": "/Users/bulkId:u"})

    assert [None, (400, "invalidValue"), None] == faults(bulk)
    assert "id1" == bulk.operations[2].id


def test_nothing_leads_to_a_creation_that_is_none() -> None:
    bulk = read({"method": "POST", "path": "/Cats", "bulkId": "c", "data": {}}, post("u", manager="bulkId:c"))

    assert [(404, None), (409, None)] == faults(bulk)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([], InvalidSyntax),
        ({"Operations": [{}]}, InvalidSyntax),
        ({"schemas": [BULK_REQUEST]}, InvalidSyntax),
        ({"schemas": [BULK_REQUEST], "Operations": []}, InvalidSyntax),
        ({"schemas": [BULK_REQUEST], "Operations": {}}, InvalidSyntax),
        ({"schemas": [BULK_REQUEST], "Operations": [{}] * 101}, TooLarge),
        *(
            ({"schemas": [BULK_REQUEST], "Operations": [{}], "failOnErrors": n}, InvalidValue)
            for n in (0, -1, True, "1")
        ),
    ],
)
def test_a_message_that_is_none_is_refused_whole(body: Any, expected: type[ScimError]) -> None:
    with pytest.raises(expected):
        read_bulk(body, TYPES, 100, str)


def test_a_result_says_what_is_known() -> None:
    created, unknown = read(post("u"), 5).operations

    assert {
        "method": "POST",
        "bulkId": "u",
        "location": "L",
        "version": "V",
        "status": "201",
    } == result(created, "L", 201, version="V")
    assert {"response": {}, "status": "400"} == result(unknown, None, 400, response={})
