"""pydantic's errors in the words of the config."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from bridge.settings import Fault
from bridge.settings.explain import explain


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int = 1


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = ""
    flag: bool = False
    share: float = 0.0
    inner: Inner = Inner()
    listed: list[Inner] = []
    word: Literal["report", "revert"] = "report"
    either: int | Inner = 1


def _explain(raw: dict[str, Any]) -> list[Fault]:
    with pytest.raises(ValidationError) as invalid:
        Model.model_validate(raw)
    return explain(("at",), invalid.value, raw, Model)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"name": 1}, Fault("at.name", "1", "must be text", "put it in quotes")),
        ({"flag": "maybe"}, Fault("at.flag", '"maybe"', "must be true or false", "write it without quotes")),
        ({"share": "x"}, Fault("at.share", '"x"', "must be a number", "write it without quotes")),
        ({"inner": {"size": 1.5}}, Fault("at.inner.size", "1.5", "must be a whole number", "write it without quotes")),
        ({"inner": 1}, Fault("at.inner", "1", "must be a table", "write [its.name] and its keys below")),
        ({"listed": 1}, Fault("at.listed", "1", "must be a list", 'write it as ["a", "b"]')),
        (
            {"listed": [{}, {"siz": 1}]},
            Fault("at.listed[1].siz", None, "is not a key that is known here", "did you mean size?"),
        ),
        (
            {"word": "revrt"},
            Fault(
                "at.word",
                '"revrt"',
                "is not one of the words known here",
                'did you mean "revert"? known: "report", "revert"',
            ),
        ),
        ({"either": {"siz": 1}}, Fault("at.either", None, "must be a whole number", "write it without quotes")),
    ],
)
def test_each_error_has_place_value_problem_and_remedy(raw: dict[str, Any], expected: Fault) -> None:
    assert expected == _explain(raw)[0]
