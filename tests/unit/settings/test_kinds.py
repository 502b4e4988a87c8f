"""The settings of one kind: policies and attribute rules."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bridge.settings.kinds import AttributeRule, KindSettings, Mode, Switch, parse_switch


def test_defaults_hurt_nobody() -> None:
    kind = KindSettings()

    assert (None, "delete", "disable", "hold", "never") == (
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


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("attribute:loginDisabled=TRUE|FALSE", Switch("loginDisabled", "TRUE", "FALSE")),
        ("attribute:enabled=false|true", Switch("enabled", False, True)),
        ("attribute: state = gone | here ", Switch("state", "gone", "here")),
        ("lock", None),
        ("attribute:x=1", None),
        ("attribute:=1|2", None),
    ],
)
def test_a_switch_names_an_attribute_and_its_two_values(written: str, expected: Switch | None) -> None:
    assert expected == parse_switch(written)


@pytest.mark.parametrize("written", ["lock", "delete", "keep", "attribute:x=1|2"])
def test_ways_to_disable(written: str) -> None:
    assert written == KindSettings(on_disable=written).on_disable


@pytest.mark.parametrize("written", ["", "locked", "attribute:x", "attribute:x=1|2|3"])
def test_other_ways_to_disable_are_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="is not a way to disable"):
        KindSettings(on_disable=written)
