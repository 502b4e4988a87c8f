"""The smallest change between two entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.delta import delta
from bridge.mapping.rules import Attribute, Rules
from bridge.settings import Mode
from connectors.sdk import Change, Entry, Value, Verb

Held = Mapping[str, tuple[Value, ...]]


def _rules(*names: str, mode: Mode = Mode.REPLACE, clear: bool = True) -> Rules:
    return Rules("users", "User", tuple(Attribute(n, lambda _: (), mode, clear) for n in names), "fingerprint")


def _fold(kind: str, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
    """A target that compares without regard to case."""
    return frozenset(v.casefold() if isinstance(v, str) else v for v in values)


def _delta(rules: Rules, have: Held, want: Held, applied: Held | None = None) -> tuple[Change, ...]:
    return delta(rules, have, Entry("users", want), _fold, applied)


def test_what_differs_is_replaced_in_the_order_of_the_rules() -> None:
    changes = _delta(_rules("b", "a", "c"), {"a": ("1",), "c": ("3",)}, {"a": ("2",), "b": ("x", "y"), "c": ("3",)})

    assert (Change("b", Verb.REPLACE, ("x", "y")), Change("a", Verb.REPLACE, ("2",))) == changes


def test_what_scim_spells_otherwise_is_written_once() -> None:
    """Whatever the target made of it: what we wrote last is what counts."""
    rules, was, now = _rules("a"), {"a": ("jon",)}, {"a": ("Jon",)}

    assert (Change("a", Verb.REPLACE, ("Jon",)),) == _delta(rules, was, now, was)
    assert (Change("a", Verb.REPLACE, ("Jon",)),) == _delta(rules, {"a": ("JON",)}, now, was)
    assert () == _delta(rules, {"a": ("JON",)}, now, now)
    assert () == _delta(rules, {"a": ("JON",)}, now, {})


def test_what_is_the_same_to_the_letter_needs_no_target_to_say_so() -> None:
    """A run asks this of every attribute of every entry."""

    def never(kind: str, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
        raise AssertionError(attribute)

    def by_type(kind: str, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
        return frozenset(f"{type(value)} {value}" for value in values)

    held, one, true = {"a": ("x", "y")}, {"a": (1,)}, {"a": (True,)}

    assert () == delta(_rules("a"), held, Entry("users", held), never, held)
    assert (Change("a", Verb.REPLACE, (True,)),) == delta(_rules("a"), one, Entry("users", true), by_type, true)


def test_the_target_says_what_is_equal() -> None:
    assert () == _delta(_rules("a"), {"a": ("ONE", "two")}, {"a": ("two", "one")})


def test_a_value_no_longer_wanted_is_cleared() -> None:
    assert (Change("a", Verb.REPLACE, ()),) == _delta(_rules("a"), {"a": ("1",)}, {})


@pytest.mark.parametrize("mode", [Mode.REPLACE, Mode.MERGE])
def test_clear_false_leaves_the_value(mode: Mode) -> None:
    assert () == _delta(_rules("a", mode=mode, clear=False), {"a": ("1",)}, {}, {"a": ("1",)})


def test_an_attribute_without_a_rule_is_released() -> None:
    assert () == _delta(_rules("a"), {"b": ("1",)}, {"b": ("2",)})


def test_a_seed_is_never_written_again() -> None:
    assert () == _delta(_rules("a", mode=Mode.SEED), {"a": ("by hand",)}, {"a": ("1",)}, {"a": ("0",)})


def test_merged_values_stand_among_others() -> None:
    changes = _delta(
        _rules("a", mode=Mode.MERGE), {"a": ("theirs", "old")}, {"a": ("new", "NEW")}, {"a": ("old", "gone")}
    )

    assert (Change("a", Verb.REMOVE, ("old",)), Change("a", Verb.ADD, ("new",))) == changes


def test_without_what_was_applied_merged_values_are_only_added() -> None:
    assert (Change("a", Verb.ADD, ("new",)),) == _delta(
        _rules("a", mode=Mode.MERGE), {"a": ("theirs",)}, {"a": ("new",)}
    )


_NAMES = ("a", "b", "c")
_HELD = st.dictionaries(
    st.sampled_from(_NAMES),
    st.lists(st.text(alphabet="xyZ", min_size=1, max_size=2), min_size=1, max_size=3).map(tuple),
)


@given(_HELD, _HELD, st.sampled_from([Mode.REPLACE, Mode.MERGE]))
def test_the_change_applied_gives_what_is_wanted(have: Held, want: Held, mode: Mode) -> None:
    """In merge mode everything there is ours: then it is a replacement by other means."""
    rules = _rules(*_NAMES, mode=mode)
    result = _apply(have, _delta(rules, have, want, have))

    assert _folded(want) == _folded(result)
    assert () == _delta(rules, result, want, result)


@given(_HELD, st.sampled_from(list(Mode)), st.booleans())
def test_equal_entries_differ_in_nothing(held: Held, mode: Mode, clear: bool) -> None:
    assert () == _delta(_rules(*_NAMES, mode=mode, clear=clear), held, held, held)


@given(_HELD, _HELD, _HELD)
def test_merge_never_removes_what_is_not_ours(have: Held, want: Held, applied: Held) -> None:
    result = _apply(have, _delta(_rules(*_NAMES, mode=Mode.MERGE), have, want, applied))
    foreign = {n: _fold("", n, have.get(n, ())) - _fold("", n, applied.get(n, ())) for n in _NAMES}

    assert all(foreign[n] <= _fold("", n, result.get(n, ())) for n in _NAMES)
    assert all(_fold("", n, want.get(n, ())) <= _fold("", n, result.get(n, ())) for n in _NAMES)


def _apply(have: Held, changes: Sequence[Change]) -> dict[str, tuple[Value, ...]]:
    held = dict(have)
    for change in changes:
        there = held.get(change.attribute, ())
        folded = _fold("", change.attribute, change.values)
        match change.verb:
            case Verb.REPLACE:
                held[change.attribute] = change.values
            case Verb.ADD:
                held[change.attribute] = there + change.values
            case Verb.REMOVE:
                held[change.attribute] = tuple(v for v in there if not _fold("", change.attribute, [v]) <= folded)
    return held


def _folded(held: Held) -> dict[str, frozenset[Value]]:
    return {name: _fold("", name, values) for name, values in held.items() if values}
