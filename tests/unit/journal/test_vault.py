"""Sealed passwords: they open for their own place, and nothing else can be made of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.journal import keys
from bridge.journal.vault import CannotOpen, seal, unseal

KEY, OTHER = keys.vault_key(bytes(32)), keys.vault_key(bytes(31) + b"1")
PLACE = ("corp", "id-1", 3)
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts)
def test_what_was_sealed_opens(password: str) -> None:
    assert password == unseal(KEY, seal(KEY, password, *PLACE), *PLACE)


@pytest.mark.parametrize("place", [("app", "id-1", 3), ("corp", "id-2", 3), ("corp", "id-1", 2)])
def test_it_opens_for_no_other_target_user_or_version(place: tuple[str, str, int]) -> None:
    with pytest.raises(CannotOpen):
        unseal(KEY, seal(KEY, "secret", *PLACE), *place)


def test_it_opens_under_no_other_key() -> None:
    with pytest.raises(CannotOpen):
        unseal(OTHER, seal(KEY, "secret", *PLACE), *PLACE)


@given(st.integers(0, 91))
def test_a_changed_byte_is_found(at: int) -> None:
    sealed = bytearray(seal(KEY, "secret", *PLACE))
    sealed[at] ^= 1
    with pytest.raises(CannotOpen):
        unseal(KEY, bytes(sealed), *PLACE)


@pytest.mark.parametrize("cut", [b"", b"short", bytes(12)])
def test_what_is_no_sealed_password_does_not_open(cut: bytes) -> None:
    with pytest.raises(CannotOpen):
        unseal(KEY, cut, *PLACE)


def test_short_and_long_look_alike_and_twice_the_same_does_not() -> None:
    one, other = seal(KEY, "a", *PLACE), seal(KEY, "a" * 60, *PLACE)

    assert len(one) == len(other)
    assert one != seal(KEY, "a", *PLACE)


def test_the_vault_has_a_key_of_its_own() -> None:
    assert keys.vault_key(bytes(32)) != keys.chain_key(bytes(32))
