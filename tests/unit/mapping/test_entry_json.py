"""Entries as text and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.entry_json import decode, encode
from connectors.sdk import Entry, Ref, Reference, Value

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES: st.SearchStrategy[Value] = st.one_of(
    _TEXT,
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.binary(),
    st.builds(Reference, _TEXT, _TEXT),
    st.builds(Ref, _TEXT, _TEXT, _TEXT),
)
_ENTRIES = st.builds(
    Entry,
    _TEXT,
    st.dictionaries(_TEXT, st.lists(_VALUES, min_size=1, max_size=3).map(tuple), max_size=3),
    st.none() | st.builds(Ref, _TEXT, _TEXT, _TEXT),
    st.none() | st.lists(_TEXT, max_size=3).map(tuple),
    st.none() | _TEXT,
)


@given(_ENTRIES)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    back = decode(encode(entry))

    assert entry == back
    assert _types(entry) == _types(back)


def test_equal_entries_give_equal_text() -> None:
    first = Entry("users", {"a": ("1",), "b": ("2",), "c": ()})
    second = Entry("users", {"b": ("2",), "a": ("1",)})

    assert encode(first) == encode(second)


def test_the_text_is_readable() -> None:
    entry = Entry("users", {"uid": ("bj",), "manager": (Reference("User", "7"),), "photo": (b"x",)})

    assert (
        '{"attributes":{"manager":[{"reference":["User","7"]}],"photo":[{"bytes":"eA=="}],"uid":["bj"]},"kind":"users"}'
        == encode(entry)
    )


@pytest.mark.parametrize("value", ['{"what":1}', "[]", "null"])
def test_what_encode_never_wrote_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="is not a value of an entry"):
        decode(f'{{"kind":"users","attributes":{{"a":[{value}]}}}}')


def _types(entry: Entry) -> list[type]:
    return [type(value) for _, values in sorted(entry.attributes.items()) for value in values]
