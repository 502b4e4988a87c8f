"""Rules tried on samples: what is told about each kind of failure."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.mapping.expressions import Expression, make_context
from bridge.mapping.rules import Source
from bridge.mapping.trial import Fetch, Samples, try_out

SAMPLES = Samples(
    {"title": "Sample", "number": "42", "emails": [{"value": "a"}]},
    {"title": None, "number": None, "emails": []},
    {"title", "number", "emails", "value"},
)


def _fetch(text: str) -> Fetch:
    expression = Expression(text)

    def fetch(source: Source) -> Any:
        return expression.evaluate(make_context("user", source.body))

    return fetch


@pytest.mark.parametrize("text", ["user.title", "default(user.title, 'x') + 'y'", "user.title == null ? 1 : 1 / 0"])
def test_what_works_where_values_are_missing_is_right(text: str) -> None:
    assert try_out(_fetch(text), SAMPLES) is None


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        ("user.titel", "asks for titel, which is no attribute here", "did you mean title?"),
        ("user.zzz", "asks for zzz, which is no attribute here", "see the attributes at /scim/v2/Schemas"),
        ("usr.title", "names usr, which is not there", "an attribute is written user.title, a text 'in quotes'"),
        (
            "user.title + 1",
            "can never work: it puts values together that do not fit (what is missing is null)",
            "Unsupported operation: string + int",
        ),
        (
            "user.title + 'x'",
            "fails where values are missing: it puts values together that do not fit (what is missing is null)",
            "say what stands in for a missing value: default(",
        ),
        (
            "user.emails[0].value",
            "fails where values are missing: it asks for an item that a list does not have",
            "a list may be empty: first(",
        ),
        (
            "int(user.number)",
            "fails where values are missing: it ",
            "say what stands in for a missing value: default(",
        ),
        ("user.emails", "gives something with several parts", "name one part of it"),
        ("first(user.emails)", "gives something with several parts", "name one part of it"),
        ("[user.emails]", "gives a list within a list", "name one part of it"),
    ],
)
def test_each_fault_has_its_words(text: str, problem: str, remedy: str) -> None:
    wrong = try_out(_fetch(text), SAMPLES)

    assert wrong is not None
    assert wrong.problem.startswith(problem)
    assert wrong.remedy.startswith(remedy)
