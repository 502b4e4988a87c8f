"""The journal's key as text."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.settings.faults import Fault, Wrong
from bridge.settings.seal import generate_key, parse_key

MAKE = "head -c 32 /dev/urandom | base64"


def test_a_generated_key_is_read_back_and_never_the_same() -> None:
    first, second = generate_key(), generate_key()

    assert 32 == len(parse_key(first))
    assert first != second


@given(st.binary(min_size=32, max_size=32))
def test_every_key_is_read_in_base64_and_in_hexadecimal(key: bytes) -> None:
    forms = [
        base64.b64encode(key).decode(),
        base64.urlsafe_b64encode(key).decode().rstrip("="),
        key.hex(),
        key.hex().upper(),
    ]

    assert [key] * 4 == [parse_key(f"  {form}\n") for form in forms]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "holds 0 bytes; the journal's key has 32"),
        ("correct horse", "holds neither base64 nor hexadecimal text"),
        ("é" * 64, "holds neither base64 nor hexadecimal text"),
        (base64.b64encode(b"x" * 16).decode(), "holds 16 bytes; the journal's key has 32"),
    ],
)
def test_a_wrong_key_is_refused_without_showing_it(text: str, problem: str) -> None:
    with pytest.raises(Wrong) as wrong:
        parse_key(text)

    assert problem == wrong.value.problem
    assert "base64" in wrong.value.remedy


@pytest.mark.parametrize(
    ("key", "problem", "remedy"),
    [
        ("", "is missing", 'write key = "file:credentials/journal-key"'),
        ('key = "file:gone"', "cannot read {folder}/gone: No such file or directory", "make the file"),
        ('key = "env:GONE"', "the environment variable GONE is not set", "set it, or write file:PATH"),
        (
            'key = "file:credentials/scim-token"',
            "holds neither base64 nor hexadecimal text",
            "write 32 bytes as base64",
        ),
    ],
)
def test_a_key_that_is_not_there_is_made_for_a_new_journal_alone(
    faults: Callable[..., list[Fault]], config: Path, sound: str, key: str, problem: str, remedy: str
) -> None:
    text = sound.replace('key = "file:credentials/journal-key"', key)
    journal = config.parent / "journal.db"
    (new,) = faults(text)
    journal.touch()
    (there,) = faults(text)

    assert [("journal.key", problem.format(folder=config.parent))] * 2 == [(f.place, f.problem) for f in (new, there)]
    assert all(fault.remedy.startswith(remedy) for fault in (new, there))
    assert new.remedy.endswith(f"There is no journal at {journal} yet: a new one gets a new key, {MAKE}")
    assert f"{journal} was made with a key, and opens with no other: make no new one" in there.remedy
    assert MAKE not in there.remedy


def test_the_journal_is_looked_for_where_the_file_says(
    faults: Callable[..., list[Fault]], config: Path, sound: str, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "mine.db").touch()
    text = sound.replace('key = "file:credentials/journal-key"', 'path = "mine.db"')

    (elsewhere,), (there,) = faults(text), faults(text, STATE_DIRECTORY=f"{tmp_path}/state")

    assert f"There is no journal at {tmp_path}/mine.db yet" in elsewhere.remedy
    assert f"{tmp_path}/state/mine.db was made with a key" in there.remedy
