"""Expressions: what they give, and that their failures never become values or leak them."""

from __future__ import annotations

import contextlib
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.mapping.expressions import Expression, ExpressionFailed, ExpressionInvalid, make_context

USER: dict[str, Any] = {
    "userName": "Bjensen",
    "title": None,
    "active": True,
    "name": {"givenName": "Barbara", "familyName": None},
    "emails": [{"value": "b@example.com", "type": "work"}, {"value": "b@home.example", "type": "home"}],
    "roles": [],
}


def _evaluate(text: str, user: dict[str, Any] = USER) -> Any:
    return Expression(text).evaluate(make_context("user", user))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("default(user.title, user.userName)", "Bjensen"),
        ("user.title", None),
        ("lower(user.userName)", "bjensen"),
        ("user.userName.lower()", "bjensen"),
        ("lower(user.title)", None),
        ("user.emails.filter(e, e.type == 'work').map(e, e.value)", ["b@example.com"]),
        ("first(user.emails).value", "b@example.com"),
        ("join([user.name.givenName, user.name.familyName], ' ')", "Barbara"),
        ("user.active ? 'on' : 'off'", "on"),
        ("user.title == null", True),
        ("'x' in user.roles", False),
        ("true", True),
        ("[1, 2]", [1, 2]),
        ("optional.none()", None),
        ("optional.of('x')", "x"),
        ("substring(user.userName, 0, 1) + '.' + user.name.givenName", "B.Barbara"),
    ],
)
def test_expressions_of_everyday(text: str, expected: Any) -> None:
    assert expected == _evaluate(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("user.nope", "asks for something that is not there"),
        ("user.title + 'x'", "puts values together that do not fit (what is missing is null)"),
        ("user.title.x", "puts values together that do not fit (what is missing is null)"),
        ("user.roles[0]", "asks for an item that a list does not have"),
        ("1 / 0", "computes what has no result"),
        ("lower(user.emails)", "gives a function what it cannot take"),
        ("group.displayName", "gives a function what it cannot take"),
    ],
)
def test_a_failure_is_a_fixed_sentence(text: str, problem: str) -> None:
    with pytest.raises(ExpressionFailed) as failed:
        _evaluate(text)

    assert problem == failed.value.problem == str(failed.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("user.", "is not a CEL expression: at character 6, no viable alternative at input '.'"),
        ("a b", "is not a CEL expression: at character 3, extraneous input 'b'"),
        ("lowr(user.title)", "calls lowr, which is no function known here"),
        ("1 +" + " " * 5000 + "1", "is longer than 4096 characters"),
        ("(" * 4000, "is not a CEL expression"),
    ],
)
def test_what_is_no_expression_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ExpressionInvalid) as invalid:
        Expression(text)

    assert invalid.value.problem.startswith(problem)


def test_a_misspelt_function_gets_a_hint() -> None:
    with pytest.raises(ExpressionInvalid) as invalid:
        Expression("defualt(user.title, 'x')")

    assert "did you mean default?" == invalid.value.remedy


def test_the_engine_does_not_log_what_a_function_was_given(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ExpressionFailed):
        _evaluate("substring(user.userName, 'a')")

    assert [] == caplog.records


_TEXTS = st.sampled_from(
    ["user.userName", "user.title", "user.name.givenName", "user.emails[0].value", "'x'", "user.no"]
)
_GROWING = st.recursive(
    _TEXTS,
    lambda inner: st.one_of(
        st.builds("{} + {}".format, inner, inner),
        st.builds("default({}, {})".format, inner, inner),
        st.builds("lower({})".format, inner),
        st.builds("({} == {} ? {} : {})".format, inner, inner, inner, inner),
        st.builds("join([{}, {}], '-')".format, inner, inner),
        st.builds("first([{}])".format, inner),
        st.builds("user.emails.map(e, {})".format, inner),
        st.builds("{} / 0".format, inner),
    ),
    max_leaves=6,
)
_LETTERS = st.none() | st.text(alphabet="abc", max_size=3)


@given(_GROWING, _LETTERS, _LETTERS, st.lists(_LETTERS, max_size=2))
@settings(max_examples=150, deadline=None)
def test_an_expression_never_gives_its_error_text(
    text: str, title: str | None, given_name: str | None, emails: list[str | None]
) -> None:
    """Values are made of the letters that went in; everything else is a failure."""
    user = {
        "userName": "abc",
        "title": title,
        "name": {"givenName": given_name},
        "emails": [{"value": value} for value in emails],
    }
    result = None
    with contextlib.suppress(ExpressionFailed):
        result = _evaluate(text, user)

    assert set(_letters(result)) <= set("abcx-")


def _letters(result: Any) -> str:
    if isinstance(result, list):
        return "".join(_letters(item) for item in result)
    return "" if result is None else result
