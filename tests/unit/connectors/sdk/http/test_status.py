"""From an answer to what happens next."""

import pytest

from connectors.sdk import (
    Conflict,
    ConnectorError,
    Gone,
    OutcomeUnknown,
    Refused,
    TargetDown,
    TargetMisconfigured,
    Throttled,
)
from connectors.sdk.http.messages import Answer, Doing
from connectors.sdk.http.status import document, error, is_success, message, retry_after

EVERY = tuple(Doing)


@pytest.mark.parametrize(
    ("status", "doing", "expected"),
    [
        *((301, doing, TargetMisconfigured) for doing in EVERY),
        *((400, doing, Refused) for doing in EVERY),
        *((401, doing, TargetMisconfigured) for doing in EVERY),
        *((403, doing, Refused) for doing in EVERY),
        *((405, doing, TargetMisconfigured) for doing in EVERY),
        *((409, doing, Conflict) for doing in EVERY),
        *((412, doing, Conflict) for doing in EVERY),
        *((422, doing, Refused) for doing in EVERY),
        *((429, doing, Throttled) for doing in EVERY),
        *((502, doing, TargetDown) for doing in EVERY),
        *((503, doing, TargetDown) for doing in EVERY),
        *((504, doing, TargetDown) for doing in EVERY),
        (404, Doing.UPDATE, Gone),
        (410, Doing.UPDATE, Gone),
        (404, Doing.LIST, TargetMisconfigured),
        (404, Doing.CREATE, TargetMisconfigured),
        (408, Doing.CREATE, OutcomeUnknown),
        (500, Doing.CREATE, OutcomeUnknown),
        (500, Doing.UPDATE, OutcomeUnknown),
        (500, Doing.DELETE, OutcomeUnknown),
        (500, Doing.READ, Refused),
        (500, Doing.LIST, TargetDown),
    ],
)
def test_a_status_says_what_happens_next(status: int, doing: Doing, expected: type[ConnectorError]) -> None:
    found = error(Answer(status), doing)

    assert expected is type(found)
    assert str(status) == found.code or found.code is None


@pytest.mark.parametrize("status", [404, 410])
def test_absent_is_an_answer_to_a_read_and_success_for_a_delete(status: int) -> None:
    assert [Doing.READ, Doing.DELETE] == [doing for doing in EVERY if is_success(Answer(status), doing)]


def test_the_targets_words_are_passed_on_without_our_values() -> None:
    answer = Answer(422, body=b'{"message": "login bjensen is taken\\nby  someone"}')

    assert "answered 422: login … is taken by someone" == error(answer, Doing.CREATE, ["bjensen", "b"]).message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"code": 7, "message": "no"}}', "no"),
        (b'{"errors": [{"detail": "one"}, {"detail": "two"}]}', "one; two"),
        (b'{"errors": {"login": ["is taken"], "mail": ["is odd"]}}', "login: is taken; mail: is odd"),
        (b'["a", "b"]', "a; b"),
        (b"plain words", "plain words"),
        (b"<html><body>no</body></html>", ""),
        (b"", ""),
        (b"\xff", "�"),
        (b'{"message": "' + b"x" * 500 + b'"}', "x" * 199 + "…"),
    ],
)
def test_the_words_are_found_in_the_usual_places_and_short(body: bytes, words: str) -> None:
    assert words == message(Answer(400, body=body))


@pytest.mark.parametrize(
    ("body", "attribute"),
    [
        (b'{"message": "no", "field": "login"}', "login"),
        (b'{"errors": [{"field": "mail"}]}', "mail"),
        (b'{"errors": {"title": ["is long"]}}', "title"),
        (b'{"message": "no"}', None),
        (b"[]", None),
    ],
)
def test_the_blamed_attribute_is_named(body: bytes, attribute: str | None) -> None:
    refused = error(Answer(422, body=body), Doing.CREATE)

    assert isinstance(refused, Refused)
    assert attribute == refused.attribute


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "Fri, 01 Jan 2027 00:01:00 GMT", "Date": "Fri, 01 Jan 2027 00:00:30 GMT"}, 30.0),
        ({"Retry-After": "Fri, 01 Jan 2027 00:01:00 GMT", "Date": "Fri, 01 Jan 2027 00:02:00 GMT"}, 0.0),
        ({"Retry-After": "Fri, 01 Jan 2027 00:01:00 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({}, None),
    ],
)
def test_a_wait_is_asked_for_in_seconds_or_by_a_date_on_the_targets_own_clock(
    headers: dict[str, str], seconds: float | None
) -> None:
    throttled = error(Answer(429, headers), Doing.READ)

    assert isinstance(throttled, Throttled)
    assert seconds == retry_after(headers) == throttled.after


@pytest.mark.parametrize(
    ("doing", "body", "expected"),
    [
        (Doing.READ, b"<html>", TargetMisconfigured),
        (Doing.CREATE, b"<html>", TargetMisconfigured),
        (Doing.READ, b'{"id": 1', TargetMisconfigured),
        (Doing.CREATE, b'{"id": 1', OutcomeUnknown),
    ],
)
def test_a_success_without_json_is_none(doing: Doing, body: bytes, expected: type[ConnectorError]) -> None:
    with pytest.raises(expected):
        document(Answer(200, body=body), doing)
