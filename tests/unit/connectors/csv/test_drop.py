"""Work that comes together is published together; a reader never sees half a file."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.csv.cells import Dialect
from connectors.csv.drop import Drop, Sheet
from connectors.csv.publish import Place, Signature
from connectors.sdk import Conflict, TargetDown, TargetMisconfigured


class Counted(Place):
    """A place that counts, and fails when told to."""

    writes: list[int]
    fails: list[Exception]

    def write(self, content: bytes) -> Signature:
        self.writes.append(len(content))
        if self.fails:
            raise self.fails.pop()
        return super().write(content)


@pytest.fixture
def place(tmp_path: Path) -> Counted:
    made = Counted(tmp_path / "users.csv")
    object.__setattr__(made, "writes", [])
    object.__setattr__(made, "fails", [])
    return made


@pytest.fixture
def drop(place: Counted) -> Drop:
    made = Drop(place, Dialect(), "login", ["login", "name"], bom=False)
    made.prepare()
    return made


def put(login: str, name: str = "") -> Callable[[Sheet], str]:
    def work(sheet: Sheet) -> str:
        if login == "twin":
            raise Conflict("taken")
        sheet.table.put(login, {"login": login, "name": name})
        return login

    return work


def count(sheet: Sheet) -> int:
    return len(sheet.table)


async def test_what_comes_together_is_published_together(drop: Drop, place: Counted) -> None:
    first = asyncio.gather(*(drop.write(put(f"u{number:03}")) for number in range(200)))
    answers = await first

    assert 200 == len(set(answers)) == place.path.read_bytes().count(b"\n") - 1
    assert len(place.writes) <= 2


async def test_nothing_is_answered_before_it_is_published(drop: Drop, place: Counted) -> None:
    await drop.write(put("bj", "B"))

    assert "login,name\nbj,B\n" == place.path.read_text()


async def test_a_batch_that_changes_nothing_is_not_published(drop: Drop, place: Counted) -> None:
    await drop.write(put("bj"))
    await drop.write(put("bj"))

    assert 1 == len(place.writes)


async def test_one_works_fault_is_its_own(drop: Drop) -> None:
    answers = await asyncio.gather(drop.write(put("a")), drop.write(put("twin")), return_exceptions=True)

    assert "a" == answers[0]
    assert isinstance(answers[1], Conflict)


async def test_a_publication_that_failed_changed_nothing(drop: Drop, place: Counted) -> None:
    await drop.write(put("old"))
    place.fails.append(TargetDown("the disk is full"))
    answers = await asyncio.gather(
        drop.write(put("new")), drop.write(put("twin")), drop.read(count), return_exceptions=True
    )

    assert [TargetDown, Conflict] == [type(answer) for answer in answers[:2]]
    assert 1 == await drop.read(count)
    assert "new" == await drop.write(put("new"))


async def test_who_gave_up_before_the_start_is_left_out(drop: Drop) -> None:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(drop.write(put("a")))
        await asyncio.wait([running], timeout=0)
        waiting = group.create_task(drop.write(put("b")))
        await asyncio.wait([waiting], timeout=0)
        waiting.cancel()

    assert 1 == await drop.read(count)


async def test_who_gave_up_in_the_middle_stops_nobody_else(drop: Drop) -> None:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(drop.write(put("a")))
        other = group.create_task(drop.write(put("b")))
        await asyncio.wait([running], timeout=0)
        running.cancel()

    assert "b" == other.result()
    assert 2 == await drop.read(count)


async def test_close_waits_for_the_publication_under_way(drop: Drop, place: Counted) -> None:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(drop.write(put("a")))
        await asyncio.wait([running], timeout=0)
        await drop.close()

    assert "login,name\na,\n" == place.path.read_text()


async def test_a_file_changed_by_hand_is_read_again(drop: Drop, place: Counted) -> None:
    await drop.write(put("bj"))
    place.path.write_text("login,name\nbj,By Hand\nzoe,Z\n")
    await drop.write(put("adam"))

    assert "login,name\nadam,\nbj,By Hand\nzoe,Z\n" == place.path.read_text()


async def test_a_file_that_vanished_is_not_begun_anew(drop: Drop, place: Counted) -> None:
    await drop.write(put("bj"))
    place.path.unlink()

    for asked in (drop.read(count), drop.write(put("zoe"))):
        with pytest.raises(TargetMisconfigured, match="was published and is gone; put it back"):
            await asked
    again = Drop(place, Dialect(), "login", [], bom=False)
    with pytest.raises(TargetMisconfigured, match="was published and is gone"):
        again.prepare()
    assert not place.path.exists()


async def test_it_is_begun_anew_when_the_note_is_removed_too(drop: Drop, place: Counted) -> None:
    await drop.write(put("bj"))
    place.path.unlink()
    (place.folder / ".users.csv.scim-bridge").unlink()
    await drop.write(put("zoe"))

    assert "login,name\nzoe,\n" == place.path.read_text()


async def test_a_folder_that_vanished_is_a_target_that_is_down(tmp_path: Path) -> None:
    place = Place(tmp_path / "drops" / "users.csv")
    drop = Drop(place, Dialect(), "login", [], bom=False)
    drop.prepare()
    held = os.open(place.folder, os.O_RDONLY)  # else a new folder might be given its number again
    place.folder.rmdir()

    with pytest.raises(TargetDown):
        await drop.read(count)
    place.folder.mkdir()
    with pytest.raises(TargetDown, match="is not the folder it was"):
        await drop.read(count)
    os.close(held)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"login,name\nbj,B\nzo", "does not end with a whole line"),
        (b"user;name\nbj;B\n", "has no column login"),
        (b"login,name\nbj,\xff\n", "is not UTF-8"),
        (b"", "does not end with a whole line"),
    ],
)
async def test_a_file_that_was_spoilt_is_neither_believed_nor_written(
    drop: Drop, place: Counted, content: bytes, problem: str
) -> None:
    await drop.write(put("bj"))
    place.path.write_bytes(content)

    for asked in (drop.read(count), drop.write(put("zoe"))):
        with pytest.raises(TargetMisconfigured, match=problem):
            await asked
    assert content == place.path.read_bytes()


async def test_an_empty_file_made_beforehand_is_begun(drop: Drop, place: Counted) -> None:
    place.path.touch()
    await drop.write(put("bj"))

    assert "login,name\nbj,\n" == place.path.read_text()


async def test_a_byte_order_mark_is_written_where_asked(place: Counted) -> None:
    drop = Drop(place, Dialect(), "login", [], bom=True)
    drop.prepare()
    await drop.write(put("bj"))

    assert b"\xef\xbb\xbflogin,name\nbj,\n" == place.path.read_bytes()
    assert 1 == await Drop(place, Dialect(), None, [], bom=True).read(count)


async def test_the_same_rows_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    contents = []
    for name, logins in (("one.csv", ["a", "b", "c"]), ("two.csv", ["c", "a", "b"])):
        drop = Drop(Place(tmp_path / name), Dialect(), "login", ["login", "name"], bom=False)
        drop.prepare()
        for login in logins:
            await drop.write(put(login))
        contents.append((tmp_path / name).read_bytes())

    assert contents[0] == contents[1]


async def test_a_reader_that_never_rests_sees_whole_files_alone(drop: Drop, place: Counted) -> None:
    await drop.write(put("u0"))
    over, torn, seen = threading.Event(), [], set()

    def look() -> None:
        while not over.is_set():
            lines = place.path.read_bytes().decode().splitlines(keepends=True)
            seen.add(len(lines))
            if lines[0] != "login,name\n" or any(line.count(",") != 1 or line[-1] != "\n" for line in lines):
                torn.append(lines)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for number in range(40):
            await asyncio.gather(*(drop.write(put(f"u{number}x{more}", "n" * 200)) for more in range(4)))
    finally:
        over.set()
        reader.join()

    assert [] == torn
    assert len(seen) > 5


async def test_dying_before_the_first_publication_is_not_taken_for_a_loss(tmp_path: Path, place: Counted) -> None:
    """The note must not say "published" before there is a file: a process that dies in between would stop for ever."""
    drop = Drop(place, Dialect(), "login", ["login", "name"], bom=False)
    drop.prepare()
    place.fails.append(OSError("the process dies here"))
    with pytest.raises(OSError, match="dies here"):
        await drop.write(put("ada"))

    again = Drop(Counted(place.path), Dialect(), "login", ["login", "name"], bom=False)
    object.__setattr__(again._place, "writes", [])
    object.__setattr__(again._place, "fails", [])
    again.prepare()

    assert "ada" == await again.write(put("ada"))
