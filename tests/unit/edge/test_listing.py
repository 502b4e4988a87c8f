"""Lists: the right page, the right number in all, whichever way they are found."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from bridge.edge import stretches
from bridge.scim.messages import SEARCH_REQUEST
from tests.daemon import GROUP, USER
from tests.unit.edge.conftest import Call

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PEOPLE = [
    {"userName": "dora", "displayName": "Dora", "title": "b", "active": True, "emails": [{"value": "D@x"}]},
    {"userName": "Carl", "displayName": "carl", "title": "A", "active": False, "externalId": "2"},
    {"userName": "bea", "title": "c", "active": True, "externalId": "1"},
    {"userName": "Äbel", "displayName": "Z", "active": True, "emails": [{"value": "a@x"}, {"value": "d@x"}]},
    {"userName": "abe", "displayName": "dora", "title": "b", ENTERPRISE: {"department": "Tours"}},
]
NAMES = [person["userName"] for person in PEOPLE]


@pytest.fixture
async def ids(call: Call) -> dict[str, str]:
    """By userName."""
    made = [await call("POST", "/Users", {"schemas": [USER], **person}) for person in PEOPLE]
    await call("POST", "/Users", {"schemas": [USER], "userName": "elsewhere"}, "entra")
    return {each.body["userName"]: each.body["id"] for each in made}


async def search(call: Call, path: str = "/Users", **query: Any) -> dict[str, Any]:
    answered = await call("GET", f"{path}?{urlencode(query)}")
    assert 200 == answered.status, answered.body
    return answered.body


def names(body: dict[str, Any]) -> list[str]:
    return [each.get("userName") or each["displayName"] for each in body["Resources"]]


FILTERS = [
    (None, NAMES),
    ('userName eq "CARL"', ["Carl"]),
    ('displayName eq "DORA"', ["dora", "abe"]),
    ("active eq true", ["dora", "bea", "Äbel"]),
    ("active eq null", ["abe"]),
    ('emails.value eq "d@X"', ["dora", "Äbel"]),
    ('emails.value ne "d@x"', ["Carl", "bea", "Äbel", "abe"]),
    ('userName sw "äb" or externalId eq "1"', ["bea", "Äbel"]),
    ('title eq "B"', ["dora", "abe"]),
    ('title eq "b" and active eq true', ["dora"]),
    (f'not (title pr) or {ENTERPRISE}:department eq "tours"', ["Äbel", "abe"]),
    ('nothing eq "x"', []),
]


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize(("filter_", "expected"), FILTERS)
async def test_every_page_is_a_part_of_what_matches(call: Call, filter_: str | None, expected: list[str]) -> None:
    asked = {"filter": filter_} if filter_ else {}
    for start in range(1, len(expected) + 3):
        for count in range(4):
            body = await search(call, **asked, startIndex=start, count=count)
            wanted = expected[start - 1 : start - 1 + count]

            assert (len(expected), start, len(wanted)) == (
                body["totalResults"],
                body["startIndex"],
                body["itemsPerPage"],
            )
            assert wanted == names(body)


SORTED = [
    ("userName", ["abe", "bea", "Carl", "dora", "Äbel"]),
    ("displayName", ["Carl", "dora", "abe", "Äbel", "bea"]),
    ("externalId", ["bea", "Carl", "dora", "Äbel", "abe"]),
    ("meta.created", NAMES),
    ("title", ["Carl", "dora", "abe", "bea", "Äbel"]),
    ("emails", ["Äbel", "dora", "Carl", "bea", "abe"]),
    (f"{ENTERPRISE}:department", ["abe", "dora", "Carl", "bea", "Äbel"]),
]


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize(("sort_by", "expected"), SORTED)
@pytest.mark.parametrize("filter_", [None, 'userName co "a"', "title pr or not (title pr)", 'displayName eq "dora"'])
@pytest.mark.parametrize("order", ["ascending", "descending"])
async def test_a_sorted_list_comes_in_pages(
    call: Call, sort_by: str, expected: list[str], filter_: str | None, order: str
) -> None:
    """By an index or in memory, narrowed by SQL or one by one, read at once or in a thread."""
    asked = {"sortBy": sort_by, "sortOrder": order, **({"filter": filter_} if filter_ else {})}
    matching = names(await search(call, **({"filter": filter_} if filter_ else {})))
    wanted = [name for name in (expected if order == "ascending" else expected[::-1]) if name in matching]

    assert wanted == names(await search(call, **asked))
    pages = [await search(call, **asked, startIndex=start, count=2) for start in range(1, 7, 2)]
    assert wanted == [name for page in pages for name in names(page)]
    assert {len(wanted)} == {page["totalResults"] for page in pages}


@pytest.mark.usefixtures("ids")
async def test_many_that_have_one_name_are_found_as_few_are(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    few = await search(call, filter='displayName eq "dora"')
    monkeypatch.setattr(stretches, "FEW", 1)

    assert few == await search(call, filter='displayName eq "dora"')


@pytest.mark.usefixtures("ids")
async def test_the_root_lists_all_types_one_behind_the_other(call: Call) -> None:
    for name in ("Crew", "Admirals"):
        await call("POST", "/Groups", {"schemas": [GROUP], "displayName": name})

    assert [*NAMES, "Crew", "Admirals"] == names(await search(call, ""))
    assert ["abe", "Crew"] == names(await search(call, "", startIndex=5, count=2))
    assert ["Äbel", "abe", "dora", "Crew"] == names(
        await search(call, "", sortBy="displayName", sortOrder="descending")
    )[1:5]
    assert ["Carl", "Admirals"] == names(await search(call, "", filter='displayName sw "a" or userName eq "carl"'))


async def test_what_is_derived_is_asked_of_each(call: Call, ids: dict[str, str]) -> None:
    members = [{"value": ids["bea"]}]
    crew = (await call("POST", "/Groups", {"schemas": [GROUP], "displayName": "Crew", "members": members})).body["id"]

    for name in ("groups.value", "groups", f"{USER}:groups", f"{USER}.groups"):
        assert ["bea"] == names(await search(call, filter=f'{name} eq "{crew}"')), name
    assert ["bea"] == names(await search(call, filter=f'groups.value eq "{crew}" and userName eq "bea"'))
    assert ["Crew"] == names(await search(call, "/Groups", filter=f'members.value eq "{ids["bea"]}"'))
    assert [] == names(
        await search(call, "/Groups", filter=f'members.value eq "{ids["abe"]}" and displayName eq "crew"')
    )


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize(
    "filter_",
    [
        "password pr",
        'password eq "x"',
        'nothing eq "x" and password eq "x"',
        'meta.version pr or password eq "x"',
        'userName eq "carl" and not (password.value eq "x")',
        "userName co 5",
        "active gt true",
        'meta.created gt "soon"',
        'nothing eq "x" and meta.created gt null',
    ],
)
async def test_what_cannot_be_asked_is_refused_whatever_stands_beside(call: Call, filter_: str) -> None:
    answered = await call("GET", f"/Users?{urlencode({'filter': filter_})}")

    assert (400, "invalidFilter") == (answered.status, answered.body["scimType"])


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize("sort_by", ["password", "nothing", "userName.x", "schemas:x"])
async def test_what_cannot_be_sorted_by_is_refused(call: Call, sort_by: str) -> None:
    for filter_ in ({}, {"filter": 'userName eq "carl"'}):
        answered = await call("GET", f"/Users?{urlencode({'sortBy': sort_by, **filter_})}")
        assert (400, "invalidValue") == (answered.status, answered.body["scimType"])


@pytest.mark.usefixtures("ids")
async def test_what_an_index_serves_has_no_limit_and_the_rest_one(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "MOST_SCANNED", 2)

    assert 5 == (await search(call))["totalResults"]
    assert 5 == (await search(call, sortBy="userName", count=1))["totalResults"]
    assert 4 == (await search(call, filter='userName co "a" and userName ne "x"'))["totalResults"]
    assert ["dora"] == names(await search(call, filter='title eq "b" and emails.value eq "d@x"'))
    for query in ({"filter": 'title eq "b"'}, {"sortBy": "title"}):
        answered = await call("GET", f"/Users?{urlencode(query)}")
        assert (400, "tooMany") == (answered.status, answered.body["scimType"])


@pytest.mark.usefixtures("ids")
async def test_a_search_that_is_posted_is_the_same(call: Call) -> None:
    asked = {"filter": 'displayName eq "dora"', "sortBy": "userName", "count": 1, "startIndex": 2}
    posted = await call("POST", "/Users/.search", {"schemas": [SEARCH_REQUEST], **asked})

    assert await search(call, **asked) == posted.body
    assert ["dora"] == names(posted.body)


async def test_who_is_asked_for_by_name_is_shown_as_by_id(call: Call, ids: dict[str, str]) -> None:
    """Found at once while it is alone, and with its groups where it is in some."""
    for _ in range(2):
        (found,) = (await search(call, filter='userName eq "BEA"'))["Resources"]
        assert (await call("GET", f"/Users/{ids['bea']}")).body == found
        assert [found] == (await search(call, filter=f'id eq "{ids["bea"]}"'))["Resources"]
        members = [{"value": ids["bea"]}]
        await call("POST", "/Groups", {"schemas": [GROUP], "displayName": "Crew", "members": members})

    assert ["Crew"] == [each["display"] for each in found["groups"]]
    shown = await search(call, filter='userName eq "bea"', attributes="userName")
    assert {"schemas", "id", "userName"} == shown["Resources"][0].keys()
    for query in ({"startIndex": 2}, {"count": 0}):
        page = await search(call, filter='userName eq "bea"', **query)
        assert (1, 0) == (page["totalResults"], page["itemsPerPage"])
    assert 0 == (await search(call, filter='userName eq "elsewhere"'))["totalResults"]
