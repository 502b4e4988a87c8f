"""A success that says error."""

import pytest

from connectors.rest.hidden import judge
from connectors.sdk import Refused
from connectors.sdk.http import Answer, Doing


def test_a_write_that_says_error_is_refused_in_the_targets_words() -> None:
    error = judge(Answer(200, body=b'{"error": "no seats left for bjensen"}'), Doing.CREATE, ["bjensen"])

    assert isinstance(error, Refused)
    assert "answered 200: no seats left for …" == error.message


@pytest.mark.parametrize("body", [b'{"id": 1, "error": "a field of theirs"}', b'{"errors": []}', b""])
def test_other_successes_are_none(body: bytes) -> None:
    assert judge(Answer(200, body=body), Doing.CREATE) is None


def test_what_is_read_may_say_what_it_likes() -> None:
    assert judge(Answer(200, body=b'{"error": "quota"}'), Doing.READ) is None


def test_a_status_is_judged_first() -> None:
    error = judge(Answer(400, body=b'{"error": "quota"}'), Doing.CREATE)

    assert isinstance(error, Refused)
    assert "400" == error.code
