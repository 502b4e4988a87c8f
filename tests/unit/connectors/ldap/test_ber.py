from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connectors.ldap.ber import OCTETS, SEQUENCE, contents, tlv


@given(st.lists(st.binary(max_size=300)))
def test_what_was_put_together_is_taken_apart(values: list[bytes]) -> None:
    elements = b"".join(tlv(OCTETS, value) for value in values)

    assert values == contents(elements)
    assert [elements] == contents(tlv(SEQUENCE, elements))


def test_lengths_of_any_size() -> None:
    for size in (0, 127, 128, 255, 256, 70_000):
        assert [bytes(size)] == contents(tlv(OCTETS, bytes(size)))
