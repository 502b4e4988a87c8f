"""What is particular to rows in a file; the promises of every connector are in tests/contract."""

from pathlib import Path
from typing import Any

import pytest

from connectors.csv import CsvConnector, plugin
from connectors.sdk import (
    Capability,
    Change,
    Conflict,
    Context,
    Delta,
    Entry,
    Gone,
    Key,
    Page,
    Query,
    Ref,
    Refused,
    TargetDown,
    Verb,
)

NAMES = ("login", "name", "phones", "active")


async def connector(folder: Path, **written: Any) -> CsvConnector:
    settings = {"path": "drops/users.csv", "users": {"lists": ["phones"]}, **written}
    made = plugin.build(plugin.settings.model_validate(settings), Context("nightly", folder))
    assert isinstance(made, CsvConnector)
    await made.open()
    return made


def entry(login: str, kind: str = "users", **attributes: Any) -> Entry:
    values = {name: value if isinstance(value, tuple) else (value,) for name, value in attributes.items()}
    return Entry(kind, {"login": (login,), **values})


def content(folder: Path, name: str = "users") -> str:
    return (folder / "drops" / f"{name}.csv").read_text()


async def read(csv: CsvConnector, kind: str = "users", members: bool = False) -> list[Page]:
    return [page async for page in csv.search(Query(kind, NAMES, members))]


async def test_a_path_and_a_mapping_are_enough(tmp_path: Path) -> None:
    csv = await connector(tmp_path, users={})
    await csv.create(Entry("users", {"login": ("bj",)}))

    assert "login\nbj\n" == content(tmp_path)


async def test_the_columns_are_what_the_bridge_asks_for_in_its_order(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    wanted = entry("bj", active=True)
    assert None is await csv.get(Ref("users", "", csv.locate(wanted)), NAMES)
    await csv.create(wanted)

    assert "login,name,phones,active\nbj,,,true\n" == content(tmp_path)


async def test_a_new_column_comes_last_and_a_known_one_stays(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    await csv.create(entry("bj", name="B"))
    again = await connector(tmp_path)
    await again.get(Ref("users", "bj", ""), ("mail", "login"))
    await again.create(entry("zoe"))

    assert "login,name,mail\nbj,B,\nzoe,,\n" == content(tmp_path)


async def test_declared_columns_come_first_in_their_order(tmp_path: Path) -> None:
    csv = await connector(tmp_path, users={"key": "login", "columns": ["active", "login"]})
    await csv.create(entry("bj", name="B"))

    assert "active,login,name\n,bj,B\n" == content(tmp_path)


async def test_true_read_back_is_equal_to_true(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    ref = await csv.create(entry("bj", active=True))
    found = await csv.get(ref, NAMES)

    assert found is not None
    assert csv.normalise("users", "active", (True,)) == csv.normalise("users", "active", found.attributes["active"])
    assert frozenset() == csv.normalise("users", "active", ("",))


async def test_several_values_are_one_cell(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    ref = await csv.create(entry("bj", phones=("1|2", "3")))
    await csv.update(ref, Delta(entry("bj"), (Change("phones", Verb.ADD, ("4",)),)))
    await csv.update(ref, Delta(entry("bj"), (Change("phones", Verb.REMOVE, ("3",)),)))
    found = await csv.get(ref, ("phones",))

    assert found is not None
    assert ("1|2", "4") == found.attributes["phones"]
    assert "login,phones\nbj,1\\|2|4\n" == content(tmp_path)


async def test_what_cannot_be_written_is_said_before_and_refused(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    twice = entry("bj", name=("a", "b"))

    assert ["name"] == [fault.attribute for fault in csv.check(twice)]
    with pytest.raises(Refused, match="name has several values, and its column holds one") as refused:
        await csv.create(twice)
    assert "name the column in `lists`" == refused.value.fix


async def test_an_entry_without_a_key_is_refused(tmp_path: Path) -> None:
    csv = await connector(tmp_path, users={"key": "login"})
    nameless = Entry("users", {"name": ("B",)})

    assert ["login"] == [fault.attribute for fault in csv.check(nameless)]
    with pytest.raises(LookupError):
        csv.locate(nameless)
    with pytest.raises(Refused):
        await csv.create(nameless)


async def test_a_key_is_there_once(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    ref = await csv.create(entry("bj"))
    await csv.create(entry("zoe"))

    with pytest.raises(Conflict):
        await csv.create(entry("bj"))
    with pytest.raises(Conflict):
        await csv.update(ref, Delta(entry("zoe"), relocate=True))
    assert "login\nbj\nzoe\n" == content(tmp_path)


async def test_a_rename_keeps_the_id_also_after_a_restart(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    old = await csv.create(entry("bj", name="B"))
    new = await csv.update(old, Delta(entry("bx", name="B"), (Change("login", Verb.REPLACE, ("bx",)),), relocate=True))
    again = await connector(tmp_path)
    found = await again.get(old, NAMES)

    assert Ref("users", "bj", "users/bx") == new
    assert found is not None
    assert new == found.ref
    assert "login,name\nbx,B\n" == content(tmp_path)


async def test_a_rename_repeated_after_a_crash_is_done_already(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    old = await csv.create(entry("bj"))
    rename = Delta(entry("bx"), (Change("login", Verb.REPLACE, ("bx",)),), relocate=True)
    await csv.update(old, rename)
    again = await connector(tmp_path)

    assert Ref("users", "bj", "users/bx") == await again.update(old, rename)


async def test_two_rows_change_their_keys_by_a_third(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    one, two = await csv.create(entry("a", name="1")), await csv.create(entry("b", name="2"))
    for ref, key in ((one, "x"), (two, "a"), (one, "b")):
        await csv.update(ref, Delta(entry(key), relocate=True))

    assert "login,name\na,2\nb,1\n" == content(tmp_path)
    assert [one.id, two.id] == [(await csv.find(Key("users", "name", name)))[0].id for name in ("1", "2")]


async def test_an_old_id_never_leads_to_somebody_else(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    old = await csv.create(entry("bj"))
    await csv.delete(old)
    another = await csv.create(entry("bj", name="another"))
    await csv.delete(old)
    again = await connector(tmp_path)

    assert None is await again.get(old, NAMES)
    assert Ref("users", "bj~2", "users/bj") == another
    assert "login,name\nbj,another\n" == content(tmp_path)


async def test_without_relocate_a_key_changed_by_hand_stays(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    ref = await csv.create(entry("bj", name="B"))
    changes = (Change("login", Verb.REPLACE, ("other",)), Change("name", Verb.REPLACE, ()))
    await csv.update(ref, Delta(entry("other"), changes))

    assert "login,name\nbj,\n" == content(tmp_path)


async def test_groups_are_a_file_of_their_own_with_their_members(tmp_path: Path) -> None:
    csv = await connector(tmp_path, groups={"path": "drops/groups.csv", "members": "who"})
    person = await csv.create(entry("b|j"))
    await csv.get(Ref("groups", "", "groups/staff"), ("login", "note"), members=True)
    group = await csv.create(entry("staff", "groups"))
    await csv.update_members(group, [csv.member_value(person), "zoe"], ["nobody"])
    await csv.update_members(group, ["zoe"], [])
    await csv.update(group, Delta(entry("staff", "groups"), (Change("note", Verb.REPLACE, ("n",)),)))
    (page, last) = await read(csv, "groups", members=True)

    assert Capability.MEMBERS in (await csv.probe()).capabilities
    assert "login,note,who\nstaff,n,b\\|j|zoe\n" == content(tmp_path, "groups")
    assert ("b|j", "zoe") == page.entries[0].members
    assert last.complete


async def test_members_of_no_group_are_gone(tmp_path: Path) -> None:
    csv = await connector(tmp_path, groups={"path": "drops/groups.csv"})

    with pytest.raises(Gone):
        await csv.update_members(Ref("groups", "staff", ""), ["bj"], [])


async def test_rows_are_found_by_any_column(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    ref = await csv.create(entry("bj", phones=("1", "2")))
    await csv.create(entry("zoe"))

    assert [ref] == await csv.find(Key("users", "phones", "2"))
    assert [] == await csv.find(Key("users", "phones", "12"))


async def test_many_rows_come_in_pages_of_one_moment(tmp_path: Path) -> None:
    (tmp_path / "drops").mkdir()
    rows = "".join(f"u{number:04}\n" for number in range(2500))
    (tmp_path / "drops" / "users.csv").write_text(f"login\n{rows}")
    pages = await read(await connector(tmp_path))

    assert [1000, 1000, 500, 0] == [len(page.entries) for page in pages]
    assert [False, False, False, True] == [page.complete for page in pages]


async def test_a_target_that_was_never_written_is_empty(tmp_path: Path) -> None:
    csv = await connector(tmp_path)

    assert [Page((), complete=True)] == await read(csv)


async def test_a_probe_says_which_folder_it_is(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    first = await csv.probe()
    await csv.create(entry("bj"))

    assert str(tmp_path / "drops") in str(first.identity)
    assert first == await csv.probe()


async def test_a_folder_that_cannot_be_used_is_found_by_the_probe(tmp_path: Path) -> None:
    csv = await connector(tmp_path)
    (tmp_path / "drops").rmdir()

    with pytest.raises(TargetDown):
        await csv.probe()


async def test_lines_may_end_as_windows_has_them(tmp_path: Path) -> None:
    csv = await connector(tmp_path, line_ends="crlf", delimiter=";")
    await csv.create(entry("bj", name="B"))
    await csv.close()

    assert b"login;name\r\nbj;B\r\n" == (tmp_path / "drops" / "users.csv").read_bytes()
