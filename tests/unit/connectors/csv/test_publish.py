"""A file in the place of another: always one of the two, and plain words where it cannot be done."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.csv.publish import Place
from connectors.sdk import OutcomeUnknown, TargetDown, TargetMisconfigured


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "drops" / "users.csv")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    if os.getuid() != 0:
        pytest.skip("mounting needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def names(place: Place) -> list[str]:
    return sorted(found.name for found in place.folder.iterdir())


def test_the_folder_is_made(place: Place) -> None:
    place.prepare()

    assert [] == names(place)


def test_what_is_published_is_what_is_there_and_nothing_else(place: Place) -> None:
    place.prepare()
    place.write(b"one")
    signature = place.write(b"two")

    assert (b"two", signature) == place.read()
    assert ["users.csv"] == names(place)


def test_the_mode_does_not_depend_on_the_umask(place: Place) -> None:
    place.prepare()
    before = os.umask(0o777)
    try:
        Place(place.path, 0o640).write(b"x")
    finally:
        os.umask(before)

    assert 0o640 == place.path.stat().st_mode & 0o777


def test_what_a_crash_left_is_removed_and_nothing_of_others(place: Place) -> None:
    place.prepare()
    for name in (".users.csv.0123abcd.tmp", ".users.csv.x.tmp", "users.csv.tmp", ".users.csv.old.0123abcd.tmp"):
        (place.folder / name).touch()
    place.prepare()

    assert [".users.csv.old.0123abcd.tmp", ".users.csv.x.tmp", "users.csv.tmp"] == names(place)


def test_a_symbolic_link_is_refused_and_not_followed(place: Place) -> None:
    place.prepare()
    other = place.folder / "other"
    other.write_bytes(b"precious")
    place.path.symlink_to(other)

    for attempt in (place.signature, place.read, lambda: place.write(b"x")):
        with pytest.raises(TargetMisconfigured, match="is a symbolic link"):
            attempt()
    assert b"precious" == other.read_bytes()
    assert ["other", "users.csv"] == names(place)


def test_a_folder_in_its_place_is_refused(place: Place) -> None:
    place.path.mkdir(parents=True)

    with pytest.raises(TargetMisconfigured, match="is not a regular file"):
        place.write(b"x")


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "drops").touch()

    with pytest.raises(TargetMisconfigured, match="a part of the path is a file"):
        Place(tmp_path / "drops" / "users.csv").prepare()


@pytest.mark.root
def test_a_full_disk_leaves_the_old_file_and_no_leftovers(small_disk: Path) -> None:
    place = Place(small_disk / "users.csv")
    place.write(b"old")

    with pytest.raises(TargetDown, match="the disk is full; what was published before is untouched"):
        place.write(b"x" * 100_000)
    assert b"old" == place.read()[0]
    assert ["users.csv"] == names(place)


@pytest.mark.root
def test_a_full_disk_is_found_before_writing(small_disk: Path) -> None:
    with pytest.raises(TargetDown, match="the disk is full"):
        Place(small_disk / "users.csv").check_writable(100_000)


@pytest.mark.root
def test_a_disk_that_is_read_only_is_named(small_disk: Path) -> None:
    place = Place(small_disk / "users.csv")
    place.write(b"old")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    for attempt in (lambda: place.write(b"new"), lambda: place.check_writable(1)):
        with pytest.raises(TargetMisconfigured, match="mounted read-only"):
            attempt()
    assert b"old" == place.read()[0]


@pytest.mark.root
def test_another_disk_at_the_same_place_has_another_identity(tmp_path: Path, small_disk: Path) -> None:
    before = Place(small_disk / "users.csv").identity()
    subprocess.run(["umount", small_disk], check=True)
    after = Place(small_disk / "users.csv").identity()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", small_disk], check=True)

    assert before != after


def test_a_folder_that_cannot_be_synchronised_makes_the_outcome_unknown(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.prepare()
    real, calls = os.fsync, []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)

    with pytest.raises(OutcomeUnknown, match="could not be synchronised"):
        place.write(b"x")


def test_a_file_that_cannot_be_synchronised_is_not_published(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.prepare()
    place.write(b"old")

    def fsync(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)

    with pytest.raises(TargetDown):
        place.write(b"new")
    assert b"old" == place.read()[0]
    assert ["users.csv"] == names(place)


PUBLISHER = """
import sys
from pathlib import Path
from connectors.csv.publish import Place

place = Place(Path(sys.argv[1]))
for number in range(10**9):
    place.write(str(number % 10).encode() * 200_000)
    if number == 5:
        print("writing", flush=True)
"""


@pytest.mark.parametrize("attempt", range(5))
def test_kill_9_in_mid_write_leaves_a_whole_file(place: Place, attempt: int) -> None:
    place.prepare()
    process = subprocess.Popen([sys.executable, "-c", PUBLISHER, place.path], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    for _ in range(attempt * 50):  # elsewhere in the loop each time
        place.signature()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    content, _ = place.read()

    assert 200_000 == len(content)
    assert 1 == len(set(content))
    place.prepare()
    assert ["users.csv"] == names(place)
