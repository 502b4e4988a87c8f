"""POST /Bulk, carried out on a real journal."""

from __future__ import annotations

import asyncio
from typing import Any

from bridge.edge import Edge
from bridge.journal.accept import Taker
from bridge.scim.bulk import BULK_REQUEST, BULK_RESPONSE
from tests.daemon import GROUP, PATCH, USER
from tests.unit.edge.conftest import BASE, Call

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def post(bulk_id: str, **more: Any) -> dict[str, Any]:
    data = {"schemas": [USER], "userName": bulk_id, **more}
    return {"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data}


def group(bulk_id: str, *members: str) -> dict[str, Any]:
    data = {"schemas": [GROUP], "displayName": bulk_id, "members": [{"value": each} for each in members]}
    return {"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data}


async def bulk(call: Call, *operations: Any, **more: Any) -> list[dict[str, Any]]:
    answered = await call("POST", "/Bulk", {"schemas": [BULK_REQUEST], "Operations": list(operations), **more})
    assert (200, [BULK_RESPONSE]) == (answered.status, answered.body["schemas"])
    results: list[dict[str, Any]] = answered.body["Operations"]
    return results


def statuses(results: list[dict[str, Any]]) -> list[str]:
    return [each["status"] for each in results]


async def found(call: Call, path: str) -> list[dict[str, Any]]:
    resources: list[dict[str, Any]] = (await call("GET", path)).body["Resources"]
    return resources


async def test_results_come_in_the_order_of_the_request(call: Call) -> None:
    results = await bulk(call, group("crew", "bulkId:grace"), post("grace"), post("grace2"))

    (user,) = await found(call, '/Users?filter=userName eq "grace"')
    (crew,) = await found(call, "/Groups")
    assert ["crew", "grace", "grace2"] == [each["bulkId"] for each in results]
    assert {
        "method": "POST",
        "bulkId": "grace",
        "location": f"{BASE}/Users/{user['id']}",
        "version": 'W/"1"',
        "status": "201",
    } == results[1]
    assert [user["id"]] == [member["value"] for member in crew["members"]]


async def test_each_operation_has_its_own_result(call: Call) -> None:
    (made,) = await bulk(call, post("grace"))
    path = made["location"].removeprefix(BASE)

    results = await bulk(
        call,
        {"method": "PATCH", "path": path, "version": 'W/"1"', "data": [{"op": "add", "path": "title", "value": "x"}]},
        {"method": "PUT", "path": path, "version": 'W/"1"', "data": {"schemas": [USER], "userName": "grace"}},
        {"method": "PUT", "path": path, "data": {"schemas": [USER], "userName": "hopper"}},
        post("Hopper"),
        {"method": "DELETE", "path": path, "version": 'W/"3"'},
        {"method": "DELETE", "path": path},
    )

    assert ["200", "412", "200", "409", "204", "404"] == statuses(results)
    assert ['W/"2"', None, 'W/"3"', None, None, None] == [each.get("version") for each in results]
    assert [made["location"]] * 3 == [results[at]["location"] for at in (0, 1, 5)]
    assert "location" not in results[3]
    assert "uniqueness" == results[3]["response"]["scimType"]


async def test_circles_of_references_are_made_whole(call: Call) -> None:
    boss, clerk = (post(a, **{ENTERPRISE: {"manager": {"value": f"bulkId:{b}"}}}) for a, b in (("b", "c"), ("c", "b")))

    assert ["201", "201"] == statuses(await bulk(call, boss, clerk))

    ids = {user["userName"]: user["id"] for user in await found(call, "/Users")}
    managers = {user["userName"]: user[ENTERPRISE]["manager"]["value"] for user in await found(call, "/Users")}
    assert {"b": ids["c"], "c": ids["b"]} == managers


async def test_a_circle_that_cannot_be_whole_is_not_made_at_all(call: Call) -> None:
    await bulk(call, post("b"))
    boss, clerk = (post(a, **{ENTERPRISE: {"manager": {"value": f"bulkId:{b}"}}}) for a, b in (("b", "c"), ("c", "b")))

    results = await bulk(call, boss, clerk)

    assert ["409", "409"] == statuses(results)
    assert ["b"] == [user["userName"] for user in await found(call, "/Users")]


async def test_nothing_refers_to_what_could_not_be_created(call: Call) -> None:
    await bulk(call, post("grace"))

    results = await bulk(call, group("crew", "bulkId:grace"), post("grace"), group("other"))

    assert ["409", "409", "201"] == statuses(results)
    assert ["other"] == [each["displayName"] for each in await found(call, "/Groups")]


async def test_it_stops_at_so_many_errors_as_the_client_accepts(call: Call) -> None:
    await bulk(call, post("a"))

    results = await bulk(call, post("b"), post("a"), post("c"), {}, post("d"), post("e"), failOnErrors=2)

    assert ["201", "409", "201", "400"] == statuses(results)
    assert ["a", "b", "c"] == [user["userName"] for user in await found(call, "/Users")]


async def test_a_thousand_creates_are_a_handful_of_commits(call: Call, edge: Edge) -> None:
    commits = 0

    def count(_: set[str]) -> None:
        nonlocal commits
        commits += 1

    edge.targets_for = lambda *_: [Taker("corp", "users")]
    edge.journal.on_dirty(count)
    results = await bulk(call, *(post(f"user{number}") for number in range(1000)))

    assert ["201"] * 1000 == statuses(results)
    assert 1 <= commits <= 10


async def test_many_bulks_at_once_lose_nothing(call: Call) -> None:
    """More operations than the journal's queue takes: they wait for each other."""

    async def send(name: str) -> list[str]:
        return statuses(await bulk(call, *(post(f"{name}-{number}") for number in range(500))))

    made = await asyncio.gather(*(send(f"bulk{number}") for number in range(8)))

    assert [["201"] * 500] * 8 == made
    assert 4000 == (await call("GET", "/Users?count=0")).body["totalResults"]


async def test_what_a_bulk_looks_at_is_bounded_for_all_its_operations(call: Call) -> None:
    emails = [{"value": f"{number}@x"} for number in range(1500)]
    (made,) = await bulk(call, post("grace", emails=emails))
    path = made["location"].removeprefix(BASE)
    change = {"op": "replace", "path": "emails[value pr].type", "value": "work"}
    half = {"method": "PATCH", "path": path, "data": {"schemas": [PATCH], "Operations": [change] * 400}}

    assert ["200", "400", "400"] == statuses(await bulk(call, half, half, half))


async def test_too_large_a_bulk_is_refused_by_the_name_of_its_limit(call: Call) -> None:
    many = await call("POST", "/Bulk", {"schemas": [BULK_REQUEST], "Operations": [{}] * 1001})
    large = await call("POST", "/Bulk", b" " * (256 * 1024 + 1))

    assert (413, True) == (many.status, "maxOperations (1000)" in many.body["detail"])
    assert (413, True) == (large.status, "maxPayloadSize of 262144 bytes" in large.body["detail"])


async def test_a_password_is_not_recorded(call: Call, edge: Edge) -> None:
    await bulk(call, post("grace", password="t1meMa$heen"))

    payloads = edge.journal.read(lambda db: db.execute("SELECT payload FROM change").fetchall())
    assert "t1meMa$heen" not in str(payloads)


async def test_a_client_that_is_not_offered_bulk_has_none(call: Call) -> None:
    assert 501 == (await call("POST", "/Bulk", {"schemas": [BULK_REQUEST], "Operations": [post("a")]}, "entra")).status
    config = (await call("GET", "/ServiceProviderConfig", token="entra")).body
    assert config["bulk"]["supported"] is False
