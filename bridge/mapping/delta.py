"""What to change so that an entry becomes the wanted one: the smallest change, in the order of the rules. Pure.

An attribute without a rule is released: it is not touched, whatever it holds. Names and moves are not here:
whether an entry must be relocated is asked of the connector's `locate`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bridge.mapping.rules import Attribute, Rules
from bridge.settings.kinds import Mode
from connectors.sdk import Attributes, Change, Entry, Value, Verb

Normalise = Callable[[str, str, Sequence[Value]], frozenset[Value]]


def delta(
    rules: Rules, have: Attributes, want: Entry, normalise: Normalise, applied: Attributes | None = None
) -> tuple[Change, ...]:
    """Return the changes that turn `have` into `want`, compared as the target compares.

    `applied` is what we wrote last: of a merged attribute, only values found there are taken away again, and a value
    that SCIM spells otherwise by now is written, though the target takes both for equal: once, for the target may keep
    its own spelling. Without it nothing is known to be ours, and merged attributes only gain values.
    """
    changes: list[Change] = []
    for attribute in rules.attributes:
        name = attribute.name

        def fold(values: Sequence[Value], name: str = name) -> frozenset[Value]:
            return normalise(rules.kind, name, values)

        there, wanted = have.get(name, ()), want.attributes.get(name, ())
        if attribute.mode is Mode.SEED or (not wanted and not attribute.clear):
            continue
        ours = () if applied is None else applied.get(name, ())
        if attribute.mode is Mode.REPLACE:
            changes += _replace(attribute, there, wanted, ours, fold)
        else:
            changes += _merge(attribute, there, wanted, ours, fold)
    return tuple(changes)


Fold = Callable[[Sequence[Value]], frozenset[Value]]


def _replace(
    attribute: Attribute, have: Sequence[Value], want: tuple[Value, ...], ours: Sequence[Value], fold: Fold
) -> list[Change]:
    if _same(have, want) and _same(ours, want):
        return []  # nearly always, and then there is nothing to fold
    wanted = fold(want)
    is_respelled = set(ours) != set(want) and fold(ours) == wanted
    if fold(have) == wanted and not is_respelled:
        return []
    return [Change(attribute.name, Verb.REPLACE, want)]


def _same(these: Sequence[Value], those: Sequence[Value]) -> bool:
    """Alike to the letter; 1 and true are not."""
    return tuple(these) == tuple(those) and all(type(a) is type(b) for a, b in zip(these, those, strict=True))


def _merge(
    attribute: Attribute, have: Sequence[Value], want: tuple[Value, ...], ours: Sequence[Value], fold: Fold
) -> list[Change]:
    there, wanted = fold(have), fold(want)
    add = _distinct(want, lambda value: not fold([value]) <= there, fold)
    remove = _distinct(ours, lambda value: fold([value]) <= there and not fold([value]) <= wanted, fold)
    pairs = ((Verb.REMOVE, remove), (Verb.ADD, add))
    return [Change(attribute.name, verb, values) for verb, values in pairs if values]


def _distinct(values: Sequence[Value], keep: Callable[[Value], bool], fold: Fold) -> tuple[Value, ...]:
    found: dict[frozenset[Value], Value] = {}
    for value in values:
        if keep(value):
            found.setdefault(fold([value]), value)
    return tuple(found.values())
