"""The connector against the demo's app; the promises of every connector are in tests/contract."""

import asyncio
from typing import Any

import orjson
import pytest

from connectors.sdk import (
    Capability,
    Change,
    Conflict,
    Delta,
    Entry,
    Gone,
    Key,
    Missing,
    OutcomeUnknown,
    Page,
    Query,
    Ref,
    Refused,
    TargetMisconfigured,
    Verb,
)
from demo.app_state import App, Fault
from tests.unit.connectors.rest.conftest import GROUPS, TOKEN, USERS, Connect

NAMES = ("login", "name.family", "phones", "active")


def entry(login: str, kind: str = "users", **attributes: Any) -> Entry:
    values = {name: value if isinstance(value, tuple) else (value,) for name, value in attributes.items()}
    return Entry(kind, {"login" if kind == "users" else "name": (login,), **values})


def change(name: str, *values: str | bool, verb: Verb = Verb.REPLACE) -> Change:
    return Change(name, verb, values)


async def read(rest: Any, kind: str = "users", members: bool = False) -> list[Page]:
    return [page async for page in rest.search(Query(kind, NAMES, members))]


async def test_an_entry_is_made_as_json_and_read_back(connect: Connect, app: App) -> None:
    rest = await connect()
    wanted = Entry("users", {"login": ("bj",), "name.family": ("J",), "phones": ("1", "2"), "title": ()})
    ref = await rest.create(wanted)
    found = await rest.get(ref, NAMES)

    assert Ref("users", "u1", "users/login=bj") == ref
    assert {"id": "u1", "login": "bj", "name": {"family": "J"}, "phones": ["1", "2"], "active": True} == app.users["u1"]
    assert found == Entry(
        "users", {"login": ("bj",), "name.family": ("J",), "phones": ("1", "2"), "active": (True,)}, ref
    )


async def test_an_entry_is_found_by_its_locator_before_a_create_is_repeated(connect: Connect, app: App) -> None:
    rest = await connect()
    app.faults.append(Fault("POST", "/users", drop=True))
    wanted = entry("b/j&x=1")
    with pytest.raises(OutcomeUnknown):
        await rest.create(wanted)
    found = await rest.get(Ref("users", "", rest.locate(wanted)), NAMES)

    assert found is not None
    assert Ref("users", "u1", "users/login=b/j&x=1") == found.ref
    assert 1 == len(app.users)


async def test_two_entries_of_one_key_are_never_the_first(connect: Connect) -> None:
    rest = await connect()
    first, second = await rest.create(entry("bj")), await rest.create(entry("bj"))

    assert [first, second] == await rest.find(Key("users", "login", "bj"))
    with pytest.raises(Refused, match="2 entries have this login"):
        await rest.get(Ref("users", "", "users/login=bj"), NAMES)


async def test_an_app_that_filters_nothing_is_compared_by_us(connect: Connect) -> None:
    rest = await connect(users={**USERS, "find": "GET /users?per_page=0&page={value}", "case_insensitive": ["login"]})
    slow = await connect(users={**USERS, "find": None, "case_insensitive": ["login"]}, paging="page")
    await rest.create(entry("zoe"))
    ref = await rest.create(entry("BJ"))

    assert [ref] == await slow.find(Key("users", "login", "bj"))
    assert Ref("users", "u2", "users/login=bj") == ref


async def test_a_change_sends_the_change_alone(connect: Connect, app: App) -> None:
    rest = await connect()
    ref = await rest.create(Entry("users", {"login": ("bj",), "name.given": ("B",), "title": ("T",)}))
    changes = (change("name.family", "J"), change("title"))
    await rest.update(ref, Delta(entry("bj"), changes))

    assert {"name": {"family": "J"}, "title": None} == orjson.loads(app.calls[-1]["body"])
    assert {"given": "B", "family": "J"} == app.users["u1"]["name"]


async def test_what_is_added_to_is_read_before(connect: Connect, app: App) -> None:
    rest = await connect()
    ref = await rest.create(entry("bj", phones=("1", "2")))
    delta = Delta(entry("bj"), (change("phones", "3", verb=Verb.ADD), change("phones", "1", verb=Verb.REMOVE)))
    await rest.update(ref, Delta(delta.entry, delta.changes[:1]))
    await rest.update(ref, Delta(delta.entry, delta.changes[1:]))

    assert ["2", "3"] == app.users["u1"]["phones"]


async def test_a_put_keeps_what_we_do_not_know(connect: Connect, app: App) -> None:
    rest = await connect(users={**USERS, "update": "PUT /users/{id}"})
    ref = await rest.create(entry("bj"))
    app.users["u1"]["theirs"] = {"deep": [1]}
    await rest.update(ref, Delta(entry("bj"), (change("title", "T"),)))

    assert {"id": "u1", "login": "bj", "active": True, "theirs": {"deep": [1]}, "title": "T"} == app.users["u1"]


async def test_a_rename_to_a_name_that_another_has_is_a_conflict(connect: Connect, app: App) -> None:
    """The app would take two of one login."""
    rest = await connect()
    ref, _ = await rest.create(entry("bj")), await rest.create(entry("bx"))

    with pytest.raises(Conflict, match="another entry has this login"):
        await rest.update(ref, Delta(entry("bx"), relocate=True))
    assert ["bj", "bx"] == [user["login"] for user in app.users.values()]


async def test_a_rename_keeps_the_id(connect: Connect, app: App) -> None:
    rest = await connect()
    ref = await rest.create(entry("bj"))

    assert Ref("users", "u1", "users/login=bx") == await rest.update(ref, Delta(entry("bx"), relocate=True))
    assert "bx" == app.users["u1"]["login"]


async def test_gone_on_update_and_success_on_delete(connect: Connect) -> None:
    rest = await connect()
    put = await connect(users={**USERS, "update": "PUT /users/{id}"})
    nobody = Ref("users", "u9", "users/login=bj")

    assert None is await rest.get(nobody, NAMES)
    await rest.delete(nobody)
    await rest.delete(Ref("users", "", "users/login=bj"))
    for each in (rest, put):
        with pytest.raises(Gone):
            await each.update(nobody, Delta(entry("bj"), (change("title", "T"),)))
    with pytest.raises(Gone):
        await rest.activate(nobody, active=False)


async def test_an_entry_known_by_its_locator_alone_is_removed(connect: Connect, app: App) -> None:
    rest = await connect()
    await rest.create(entry("bj"))
    await rest.delete(Ref("users", "", "users/login=bj"))

    assert {} == app.users


async def test_an_empty_id_never_reaches_the_collection(connect: Connect, app: App) -> None:
    rest = await connect()

    with pytest.raises(Refused):
        await rest.delete(Ref("users", "..", "users/login=bj"))
    assert [] == app.calls


async def test_accounts_are_locked_and_unlocked(connect: Connect, app: App) -> None:
    rest = await connect()
    ref = await rest.create(entry("bj"))
    await rest.activate(ref, active=False)
    await rest.activate(ref, active=False)
    locked = app.users["u1"]["active"]
    await rest.activate(ref, active=True)

    assert False is locked
    assert True is app.users["u1"]["active"]
    assert {Capability.ACTIVATION, Capability.MEMBERS} <= (await rest.probe()).capabilities


@pytest.mark.parametrize("endpoint", [None, "GET /teams/{id}/members"])
async def test_members_are_added_removed_and_read(connect: Connect, app: App, endpoint: str | None) -> None:
    listed = {"list": endpoint} if endpoint else {}
    rest = await connect(groups={**GROUPS, "members": {**GROUPS["members"], **listed}})
    people = [await rest.create(entry(login)) for login in ("a", "b", "c")]
    team = await rest.create(entry("staff", "groups"))
    await rest.update_members(team, [rest.member_value(person) for person in people], [])
    await rest.update_members(team, ["u1"], ["u2", "u2", "u9"])
    (page, *_) = await read(rest, "groups", members=True)
    found = await rest.get(team, ("name",), members=True)

    assert {"u1", "u3"} == set(app.teams[team.id]["members"])
    assert {"u1", "u3"} == set(page.entries[0].members or ())
    assert found is not None
    assert page.entries[0].members == found.members


async def test_a_member_that_is_not_there_is_named_and_the_others_are_added(connect: Connect, app: App) -> None:
    rest = await connect()
    await rest.create(entry("a"))
    team = await rest.create(entry("staff", "groups"))

    with pytest.raises(Missing) as missing:
        await rest.update_members(team, ["u9", "u1"], [])
    assert "u9" == missing.value.reference
    assert ["u1"] == app.teams[team.id]["members"]


async def test_members_of_no_group_are_gone(connect: Connect) -> None:
    rest = await connect()

    for add, remove in ((["u1"], []), ([], ["u1"])):
        with pytest.raises(Gone):
            await rest.update_members(Ref("groups", "t9", "groups/name=x"), add, remove)


async def test_a_list_is_read_to_its_end(connect: Connect) -> None:
    paging = {"style": "page", "size_parameter": "per_page", "size": 2, "total": "total"}
    rest = await connect(paging=paging)
    refs = [await rest.create(entry(f"u{number}")) for number in range(5)]
    pages = await read(rest)

    assert refs == [found.ref for page in pages for found in page.entries]
    assert [False, False, False, True] == [page.complete for page in pages]


@pytest.mark.parametrize("paging", ["link", {"style": "cursor", "next": "next", "parameter": "page"}])
async def test_links_and_cursors_lead_to_the_end(connect: Connect, paging: Any) -> None:
    written = {"style": paging} if isinstance(paging, str) else paging
    rest = await connect(paging={**written, "size_parameter": "per_page", "size": 2})
    for number in range(5):
        await rest.create(entry(f"u{number}"))
    pages = await read(rest)

    assert 5 == sum(len(page.entries) for page in pages)
    assert pages[-1].complete


async def test_the_probe_reads_as_little_as_it_can(connect: Connect, app: App) -> None:
    rest = await connect(paging={"style": "page", "size_parameter": "per_page"})
    await rest.probe()
    named = await connect(probe="GET /teams")
    await named.probe()

    assert ["/users?per_page=1", "/teams?per_page=1", "/teams"] == [call["path"] for call in app.calls]


async def test_a_list_that_is_not_where_it_should_be_is_found_by_the_probe(connect: Connect) -> None:
    rest = await connect(users={**USERS, "items": "people"})

    with pytest.raises(TargetMisconfigured, match="without a list at people"):
        await rest.probe()


@pytest.mark.parametrize("status", [409, 412])
async def test_a_place_that_is_taken_is_a_conflict(connect: Connect, app: App, status: int) -> None:
    rest = await connect()
    app.faults.append(Fault("POST", "/users", status=status))

    with pytest.raises(Conflict):
        await rest.create(entry("bj"))


async def test_an_answer_without_an_id_is_followed_by_a_look(connect: Connect, app: App) -> None:
    rest = await connect(users={**USERS, "entry": "data"})
    found = await connect()

    with pytest.raises(TargetMisconfigured, match="without an id"):
        await rest.get(await found.create(entry("bj")), NAMES)
    assert "u2" == (await rest.create(entry("zoe"))).id


async def test_what_cannot_be_written_is_refused_before_anything_is_sent(connect: Connect, app: App) -> None:
    rest = await connect()
    wrong = Entry("users", {"name": ("a", "b")})

    assert ["name", "login"] == [fault.attribute for fault in rest.check(wrong)]
    with pytest.raises(Refused, match="name has several values, and holds one"):
        await rest.create(wrong)
    with pytest.raises(LookupError):
        rest.locate(wrong)
    assert [] == app.calls


async def test_values_are_compared_exactly_unless_told_otherwise(connect: Connect) -> None:
    rest = await connect(users={**USERS, "case_insensitive": ["mail"]})

    assert rest.normalise("users", "mail", ["A@B", ""]) == rest.normalise("users", "mail", ["a@b"])
    assert rest.normalise("users", "login", ["A"]) != rest.normalise("users", "login", ["a"])
    assert rest.normalise("users", "boss", [Ref("users", "7", "x")]) == rest.normalise("users", "boss", ["7"])


async def test_no_more_calls_are_under_way_than_allowed(connect: Connect, app: App) -> None:
    rest = await connect(concurrency=2)
    app.faults.append(Fault("GET", times=9, hold=True))
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(rest.get(Ref("users", f"u{n}", ""), NAMES)) for n in range(6)]
        first = await rest_of(app, 2)
        app.faults.clear()
        app.released.set()

    assert 2 == first
    assert [None] * 6 == [task.result() for task in asked]


async def rest_of(app: App, calls: int) -> int:
    """Wait until so many calls have come; how many there are."""
    while len(app.calls) < calls:
        await asyncio.sleep(0)
    return len(app.calls)


async def test_the_secret_is_in_no_error_and_no_url(connect: Connect, app: App) -> None:
    rest = await connect()
    app.faults.append(Fault(status=400, text=f"the token {TOKEN} is odd"))
    with pytest.raises(Refused) as refused:
        await rest.create(entry("bj"))

    assert TOKEN not in str(refused.value)
    assert TOKEN not in str(app.calls)


async def test_a_twin_on_the_next_page_is_found(connect: Connect) -> None:
    rest = await connect(paging={"style": "page", "size_parameter": "per_page", "size": 1})
    for _ in range(2):
        await rest.create(entry("bj"))

    with pytest.raises(Refused, match="2 entries have this login"):
        await rest.get(Ref("users", "", "users/login=bj"), NAMES)


async def test_one_look_is_one_call(connect: Connect, app: App) -> None:
    rest = await connect(paging={"style": "page", "size_parameter": "per_page"})
    for _ in range(2):
        await rest.get(Ref("users", "", "users/login=bj"), NAMES)
        await rest.create(entry("bj"))
        if len(app.calls) == 2:
            app.users["u1"]["login"] = "zoe"

    assert ["GET", "POST", "GET", "POST"] == [call["method"] for call in app.calls]


async def test_a_password_is_set_by_its_own_call(connect: Connect, app: App) -> None:
    rest = await connect()
    ref = await rest.create(entry("bj"))
    await rest.set_password(ref, 'Zwölf "{id}" ')

    assert {"u1": 'Zwölf "{id}" '} == app.passwords
    assert Capability.PASSWORD in (await rest.probe()).capabilities


async def test_a_password_that_the_app_repeats_in_its_refusal_is_not_told(connect: Connect, app: App) -> None:
    rest = await connect()
    ref = await rest.create(entry("bj"))

    with pytest.raises(Refused, match="the password … is too short") as refused:
        await rest.set_password(ref, "kurz")
    assert "kurz" not in str(refused.value)
    assert "password" == refused.value.attribute


async def test_a_kind_without_the_call_takes_no_password(connect: Connect) -> None:
    rest = await connect()
    ref = await rest.create(entry("crew", "groups"))

    with pytest.raises(Refused, match="groups take no passwords here"):
        await rest.set_password(ref, "whatever")
