"""The note beside a file: it was published, and who was renamed."""

from pathlib import Path

import pytest

from connectors.csv import note as notes
from connectors.csv.note import Note


@pytest.fixture
def note(tmp_path: Path) -> Note:
    return Note(tmp_path / "users.csv")


def again(note: Note) -> Note:
    fresh = Note(note.path.with_name("users.csv"))
    fresh.load()
    return fresh


def test_what_was_never_published_has_no_note(note: Note) -> None:
    assert not again(note).published


def test_a_note_is_hidden_and_tells_what_it_is_for(note: Note) -> None:
    note.save()

    assert ".users.csv.scim-bridge" == note.path.name
    assert "To begin it anew, remove both" in note.path.read_text()
    assert again(note).published


def test_an_old_key_leads_to_the_row_also_over_two_renames(note: Note) -> None:
    note.rename("a", "b")
    note.rename("b", "c")
    note.save()

    assert "c" == again(note).resolve("a", {"c"})


def test_a_key_that_is_there_leads_nowhere_else(note: Note) -> None:
    note.rename("a", "b")

    assert "a" == note.resolve("a", {"a", "b"})


def test_there_and_back_ends(note: Note) -> None:
    note.rename("a", "b")
    note.rename("b", "a")

    assert "a" == note.resolve("b", {"a"})
    assert None is note.resolve("b", set())


def test_a_key_that_somebody_else_got_leads_nowhere(note: Note) -> None:
    note.rename("a", "b")
    note.forget("b")

    assert None is note.resolve("a", {"b"})


def test_a_note_that_makes_no_sense_still_says_published(note: Note) -> None:
    note.path.write_text("{")

    assert again(note).published


def test_only_the_last_renames_are_kept(note: Note, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "KEPT", 1)
    note.rename("a", "b")
    note.rename("c", "d")
    note.save()

    assert {"c": "d"} == again(note).renamed
