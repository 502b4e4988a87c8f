"""By which keys somebody is known again."""

import pytest

from bridge.plans.returning import returns
from connectors.sdk import Entry, Value


def fold(kind: str, attribute: str, values: object) -> frozenset[Value]:
    assert isinstance(values, tuple)
    return frozenset(str(value).casefold() for value in values)


def ada(**attributes: str) -> Entry:
    return Entry("users", {name: (value,) for name, value in attributes.items()})


def test_the_same_keys_are_the_same_whatever_else_is_in_the_entry() -> None:
    left, back = ada(number="A7", uid="ada", title="Old"), ada(number="a7", uid="lovelace")

    assert returns(left, ["number"], fold) == returns(back, ["number"], fold) is not None
    assert returns(left, ["number", "uid"], fold) != returns(back, ["number", "uid"], fold)


@pytest.mark.parametrize("keys", [[], ["number"], ["uid", "number"]])
def test_who_lacks_a_key_cannot_be_known_again(keys: list[str]) -> None:
    assert returns(ada(uid="ada"), keys, fold) is None
    assert returns(Entry("users", {"uid": ("ada",), "number": ()}), keys, fold) is None
