"""From a service's answer to what happens next."""

from typing import Any

import orjson
import pytest

from connectors.scim.status import judge
from connectors.sdk import Conflict, ConnectorError, Gone, OutcomeUnknown, Refused, TargetDown, Throttled
from connectors.sdk.http import Answer, Doing


def judged(status: int, doing: Doing = Doing.UPDATE, headers: dict[str, str] | None = None, **body: Any) -> Any:
    return judge(Answer(status, headers or {}, orjson.dumps(body)), doing, ["bjensen"])


@pytest.mark.parametrize(
    ("status", "scim_type", "expected"),
    [
        (409, "uniqueness", Conflict),
        (400, "uniqueness", Conflict),
        (400, "noTarget", Conflict),
        (412, "invalidVers", Conflict),
        (400, "invalidValue", Refused),
        (400, "mutability", Refused),
        (400, "invalidFilter", Refused),
        (403, "sensitive", Refused),
    ],
)
def test_the_scim_type_says_what_happens_next(status: int, scim_type: str, expected: type[ConnectorError]) -> None:
    error = judged(status, scimType=scim_type, detail="no")

    assert expected is type(error)
    assert scim_type == error.code


@pytest.mark.parametrize(
    "body",
    [
        {"__type": "ThrottlingException", "message": "slow down"},
        {"detail": "ThrottlingException: Rate exceeded"},
        {"detail": "Too many requests"},
        {"code": "TooManyRequests"},
    ],
)
def test_a_throttle_in_a_400_slows_us_down(body: dict[str, str]) -> None:
    assert isinstance(judged(400, **body), Throttled)


def test_an_answer_that_says_when_to_come_back_is_a_throttle() -> None:
    error = judged(403, headers={"Retry-After": "30"}, detail="secondary rate limit")

    assert isinstance(error, Throttled)
    assert 30 == error.after


@pytest.mark.parametrize(
    ("status", "doing", "expected"),
    [
        (404, Doing.UPDATE, Gone),
        (429, Doing.UPDATE, Throttled),
        (503, Doing.CREATE, TargetDown),
        (500, Doing.CREATE, OutcomeUnknown),
        (400, Doing.CREATE, Refused),
    ],
)
def test_without_one_the_status_does(status: int, doing: Doing, expected: type[ConnectorError]) -> None:
    assert expected is type(judged(status, doing, detail="no"))


def test_a_success_is_none() -> None:
    assert judged(200) is None
    assert judged(404, Doing.DELETE) is None


def test_our_values_are_not_told() -> None:
    assert "answered 400: … is odd" == judged(400, detail="bjensen is odd").message
