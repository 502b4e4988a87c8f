"""An entry is known again by its intent, by the target's own rules of equality."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bridge.plans.intent import Intent, intend, is_ours
from connectors.sdk import Entry, Value

KIM = Entry("users", {"uid": ("Kim",), "mail": ("a@x", "b@x"), "title": ()})


def _folded(_kind: str, _name: str, values: Sequence[Value]) -> frozenset[Value]:
    return frozenset(value.casefold() if isinstance(value, str) else value for value in values)


def _exact(_kind: str, _name: str, values: Sequence[Value]) -> frozenset[Value]:
    return frozenset(values)


def test_an_entry_with_the_values_we_meant_is_ours_whatever_their_order_and_case() -> None:
    found = Entry("users", {"uid": ("KIM",), "mail": ("B@x", "a@X")})

    assert is_ours(intend("uid=kim", KIM, _folded), found, _folded)


def test_what_else_the_target_put_there_does_not_matter() -> None:
    found = Entry("users", {**KIM.attributes, "entryUUID": ("1",), "title": ("Boss",)})

    assert is_ours(intend("uid=kim", KIM, _exact), found, _exact)


def test_an_entry_with_another_value_is_not_ours() -> None:
    for attributes in ({"uid": ("Kim",), "mail": ("a@x",)}, {"uid": ("Lee",), "mail": ("a@x", "b@x")}, {}):
        assert not is_ours(intend("uid=kim", KIM, _exact), Entry("users", attributes), _exact)


def test_values_of_another_type_are_other_values() -> None:
    intent = intend("x", Entry("users", {"n": ("1",)}), _exact)

    assert not is_ours(intent, Entry("users", {"n": (1,)}), _exact)


def test_no_value_stands_in_an_intent() -> None:
    assert "a@x" not in intend("uid=kim", KIM, _exact).encode()


@given(st.text(), st.lists(st.text()), st.text())
def test_an_intent_is_read_as_it_was_written(place: str, names: list[str], digest: str) -> None:
    intent = Intent(place.encode("utf-8", "replace").decode(), tuple(names), digest)

    assert intent == Intent.decode(intent.encode())
