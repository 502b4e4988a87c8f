"""No spelling of a password is told."""

from __future__ import annotations

import pytest

from bridge.delivery.discretion import SAFE, discreet, frames
from connectors.sdk import Refused, TargetDown

PASSWORD = 'Zwölf "Boxkämpfer" & <id> 1+1'


@pytest.mark.parametrize(
    "spelling",
    [
        PASSWORD,
        PASSWORD.upper(),
        "Zwölf &quot;Boxkämpfer&quot; &amp; &lt;id&gt; 1+1",
        "Zw%C3%B6lf%20%22Boxk%C3%A4mpfer%22%20%26%20%3Cid%3E%201%2B1",
        "Zw%C3%B6lf+%22Boxk%C3%A4mpfer%22+%26+%3Cid%3E+1%2B1",
        'Zwölf \\"Boxkämpfer\\" & <id> 1+1',
        "WndDtmxm",
        PASSWORD.encode().hex(),
    ],
)
def test_no_spelling_is_told(spelling: str) -> None:
    if spelling == "WndDtmxm":
        import base64

        spelling = base64.b64encode(PASSWORD.encode()).decode()
    error = discreet(Refused(f"no: {spelling}!", code="weak", fix="another"), PASSWORD)

    assert SAFE == str(error) == error.message
    assert error.fix is None


def test_words_without_it_stay() -> None:
    error = discreet(TargetDown("away", code="52"), PASSWORD)

    assert ("away", "52", "away") == (error.message, error.code, str(error))


def test_a_short_password_hides_nearly_everything() -> None:
    """To leave out its letters alone would show which they are."""
    assert SAFE == discreet(Refused("too short"), "s").message


def test_a_crash_is_told_by_its_places_alone() -> None:
    try:
        raise ValueError(PASSWORD)
    except ValueError as error:
        told = frames(error)

    assert told
    assert "test_discretion.py" in told[0]
    assert PASSWORD not in repr(told)
