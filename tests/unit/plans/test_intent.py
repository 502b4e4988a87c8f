"""An entry is known again by its intent, by the target's own rules of equality."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.entry_json import encode
from bridge.plans.intent import Intent, intend, is_ours
from connectors.sdk import Entry, Value

KIM = Entry("users", {"uid": ("Kim",), "mail": ("a@x", "b@x"), "title": ()})


def _intent(entry: Entry) -> Intent:
    return Intent.decode(intend("uid=kim", encode(entry)))


def _folded(_kind: str, _name: str, values: Sequence[Value]) -> frozenset[Value]:
    return frozenset(value.casefold() if isinstance(value, str) else value for value in values)


def _exact(_kind: str, _name: str, values: Sequence[Value]) -> frozenset[Value]:
    return frozenset(values)


def test_an_entry_with_the_values_we_meant_is_ours_whatever_their_order_and_case() -> None:
    found = Entry("users", {"uid": ("KIM",), "mail": ("B@x", "a@X")})

    assert is_ours(_intent(KIM), found, _folded)


def test_what_else_the_target_put_there_does_not_matter() -> None:
    found = Entry("users", {**KIM.attributes, "entryUUID": ("1",), "title": ("Boss",)})

    assert is_ours(_intent(KIM), found, _exact)


def test_an_entry_with_another_value_is_not_ours() -> None:
    for attributes in ({"uid": ("Kim",), "mail": ("a@x",)}, {"uid": ("Lee",), "mail": ("a@x", "b@x")}, {}):
        assert not is_ours(_intent(KIM), Entry("users", attributes), _exact)


def test_values_of_another_type_are_other_values() -> None:
    intent = _intent(Entry("users", {"n": ("1",)}))

    assert not is_ours(intent, Entry("users", {"n": (1,)}), _exact)


@given(st.text(), st.dictionaries(st.text(), st.lists(st.text(), min_size=1).map(tuple)))
def test_an_intent_is_read_as_it_was_written(place: str, attributes: dict[str, tuple[str, ...]]) -> None:
    entry = Entry("users", attributes)

    intent = Intent.decode(intend(place, encode(entry)))

    assert (place, entry) == (intent.place, intent.entry)
