"""The journal's key as text."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.settings.faults import Wrong
from bridge.settings.seal import generate_key, parse_key


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
