"""The note beside a file: it was published, and which rows have other ids than their keys."""

from pathlib import Path

import pytest

from connectors.csv import note as notes
from connectors.csv.note import Note


@pytest.fixture
def note(tmp_path: Path) -> Note:
    return Note(tmp_path / "users.csv")


def again(note: Note) -> Note:
    """As it is read after a restart."""
    note.save()
    fresh = Note(note.path.with_name("users.csv"))
    fresh.load()
    return fresh


def test_what_was_never_published_has_no_note(note: Note) -> None:
    note.load()

    assert not note.published


def test_a_note_is_hidden_and_tells_what_it_is_for(note: Note) -> None:
    assert again(note).published
    assert ".users.csv.scim-bridge" == note.path.name
    assert "To begin it anew, remove both" in note.path.read_text()


def test_the_id_of_a_new_row_is_its_key(note: Note) -> None:
    assert "bj" == note.make("bj", set())
    assert {} == note.ids
    assert "bj" == note.key_of("bj", {"bj"})
    assert None is note.key_of("bj", set())


def test_a_renamed_row_keeps_its_id(note: Note) -> None:
    note.rename("a", "b")
    note.rename("b", "c")
    note.tidy({"c"})

    assert "a" == again(note).id_of("c")
    assert "c" == again(note).key_of("a", {"c"})


@pytest.mark.parametrize("rows", [{"a"}, {"b"}])
def test_before_and_after_the_publication_the_row_is_known(note: Note, rows: set[str]) -> None:
    note.rename("a", "b")
    note.save()
    note.rename("b", "c")

    assert rows == {again(note).key_of("a", rows)}


def test_there_and_back_leaves_nothing(note: Note) -> None:
    note.rename("a", "b")
    note.rename("b", "a")
    note.tidy({"a"})

    assert {} == note.ids


def test_an_id_is_not_given_to_another_row_while_it_is_borne(note: Note) -> None:
    note.rename("a", "b")

    assert "a~2" == note.make("a", {"b"})
    assert "b" == note.key_of("a", {"a", "b"})
    assert "a" == note.key_of("a~2", {"a", "b"})


def test_an_id_is_not_given_again_after_its_row_went(note: Note) -> None:
    note.retire("a")
    second = again(note)

    assert "a~2" == second.make("a", {"a~3"})
    second.retire("a")
    assert "a~4" == again(second).make("a", {"a~3"})


def test_a_row_that_was_not_removed_after_all_keeps_its_id(note: Note) -> None:
    note.rename("a", "b")
    note.retire("b")

    assert "b" == again(note).key_of("a", {"b"})


def test_a_row_that_was_not_made_after_all_leaves_no_trace(note: Note) -> None:
    note.retire("a")
    note.make("a", set())
    second = again(note)
    second.tidy(set())

    assert {} == second.ids


def test_a_note_that_makes_no_sense_still_says_published(note: Note) -> None:
    for content in ("{", "[]", '{"ids": [], "retired": 5}'):
        note.path.write_text(content)
        note.load()

        assert note.published


def test_only_the_last_ids_are_remembered(note: Note, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "REMEMBERED", 2)
    for key in ("a", "b", "c"):
        note.retire(key)

    assert ["b", "c"] == list(again(note).retired)


def test_what_says_nothing_new_is_not_written(note: Note) -> None:
    note.save()
    before = note.path.stat().st_ino
    note.save()

    assert before == note.path.stat().st_ino
