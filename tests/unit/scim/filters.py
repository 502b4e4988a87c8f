"""Filters and the resources they are asked of, made up by hypothesis: few names and few values, so that they meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from bridge.scim.filter import And, Comparison, Literal, Name, Not, Operator, Or, Present, Selection, Tree

NAMES = (Name("userName"), Name("title"), Name("active"), Name("emails"), Name("emails", "value"), Name("nothing"))
LITERALS: tuple[Literal, ...] = ("", "a", "A", "ab", "x y", 'q"\\', True, False, None, 0, 1.5)
PARTS = (Name("value"), Name("type"), Name("primary"))


def trees(
    names: Sequence[Name] = NAMES,
    literals: Sequence[Literal] = LITERALS,
    parts: Sequence[Name] = PARTS,
    lists: Sequence[str] = ("emails",),
) -> st.SearchStrategy[Tree]:
    """Trees as `parse` makes them."""
    inner = _joined(_terms(parts, literals))
    selections = st.builds(Selection, st.sampled_from(lists).map(Name), inner)
    return _joined(_terms(names, literals) | selections)


def _terms(names: Sequence[Name], literals: Sequence[Literal]) -> st.SearchStrategy[Tree]:
    name, literal = st.sampled_from(names), st.sampled_from(literals)
    return st.builds(Present, name) | st.builds(Comparison, name, st.sampled_from(list(Operator)), literal)


def _joined(terms: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.recursive(
        terms,
        lambda inner: st.builds(Not, inner) | _several(And, inner) | _several(Or, inner),
        max_leaves=6,
    )


def _several(join: Any, inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.lists(inner, min_size=2, max_size=3).map(lambda terms: join(tuple(terms)))
