"""The settings of one kind: policies and attribute rules."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bridge.settings.kinds import AttributeRule, KindSettings, Mode
from bridge.settings.ladder import Does, Step


def test_defaults_hurt_nobody() -> None:
    kind = KindSettings()

    assert ((Step(Does.LOCK),), (Step(Does.DELETE),), "disable", "hold", "never") == (
        kind.on_disable,
        kind.on_delete,
        kind.on_leave,
        kind.on_missing,
        kind.adopt,
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("userName", AttributeRule(source="userName")),
        (" userName ", AttributeRule(source="userName")),
        ({"from": "title", "mode": "seed"}, AttributeRule(source="title", mode=Mode.SEED)),
        ({"from": "= user.title", "clear": False}, AttributeRule(source="= user.title", clear=False)),
    ],
)
def test_a_rule_is_a_source_or_a_table(written: object, expected: AttributeRule) -> None:
    kind = KindSettings.model_validate({"attributes": {"x": written}})

    assert expected == kind.attributes["x"]


@pytest.mark.parametrize(
    "written", [3, True, [], "", " ", "=", "= ", {}, {"mode": "seed"}, {"source": "title"}, {"from": 3}, {"from": ""}]
)
def test_what_is_no_rule_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        KindSettings.model_validate({"attributes": {"x": written}})


def test_a_rule_knows_whether_it_is_an_expression() -> None:
    assert ["user.title", None] == [AttributeRule(source=s).expression for s in ("= user.title", "title")]
