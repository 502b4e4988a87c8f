"""The ladder of a leaver, as people write it."""

from __future__ import annotations

import pytest

from bridge.settings.faults import Wrong
from bridge.settings.ladder import Does, Ladder, Step, Switch, parse_ladder, parse_switch, switch_of

DAY = 86400.0


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("lock", (Step(Does.LOCK),)),
        ("delete", (Step(Does.DELETE),)),
        (["keep"], (Step(Does.KEEP),)),
        ("30d delete", (Step(Does.DELETE, 30 * DAY),)),
        ("attribute:state=off|on", (Step(Does.SWITCH, switch=Switch("state", "off", "on")),)),
        (
            ["lock", "12h strip-groups", " 90d  delete "],
            (Step(Does.LOCK), Step(Does.STRIP, DAY / 2), Step(Does.DELETE, 90 * DAY)),
        ),
        ("move: ou=left,dc=x", (Step(Does.MOVE, place="ou=left,dc=x"),)),
        (
            ["lock", "9d move:ou=O Neil\\, Jr,dc=x"],
            (Step(Does.LOCK), Step(Does.MOVE, 9 * DAY, place="ou=O Neil\\, Jr,dc=x")),
        ),
        (["lock", "strip-groups", "1.5d delete"], (Step(Does.LOCK), Step(Does.STRIP), Step(Does.DELETE, 1.5 * DAY))),
    ],
)
def test_a_ladder_is_one_step_or_several(written: object, expected: Ladder) -> None:
    assert expected == parse_ladder(written)
    assert expected == parse_ladder(expected)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ([], "is neither a step nor a list of steps"),
        (3, "is neither a step nor a list of steps"),
        (["lock", 3], "is neither a step nor a list of steps"),
        ("", '"" is not a step'),
        ("locked", '"locked" is not a step'),
        ("30 delete", '"30 delete" is not a step'),
        ("30y delete", "is not a duration"),
        ("0d delete", "is not a duration"),
        ("30d", '"30d" is not a step'),
        ("attribute:x", '"attribute:x" is not a step'),
        ("attribute:x=1|2|3", '"attribute:x=1|2|3" is not a step'),
        ("30d attribute:x=1|2", '"30d attribute:x=1|2": an attribute says at once what the account is'),
        (["lock", "keep"], '"keep" stands beside other steps'),
        (["delete", "lock"], "a step stands after the one that deletes"),
        (["lock", "9d strip-groups", "8d delete"], "a step comes earlier than the one before it"),
        (["lock", "9d lock"], "lock is written twice"),
        (["move:a", "9d move:b"], "move is written twice"),
        ("move:", '"move:" is not a step'),
    ],
)
def test_what_is_no_ladder_is_refused_with_a_remedy(written: object, problem: str) -> None:
    with pytest.raises(Wrong) as wrong:
        parse_ladder(written)

    assert problem == wrong.value.problem
    assert wrong.value.remedy


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


def test_a_ladder_has_one_switch_at_most() -> None:
    assert Switch("state", "off", "on") == switch_of(parse_ladder(["attribute:state=off|on", "90d delete"]))
    assert switch_of(parse_ladder(["lock", "90d delete"])) is None
