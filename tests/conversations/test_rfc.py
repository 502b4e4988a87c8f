"""Every example of RFC 7644 §3 and RFC 7643 §8, replayed against the real daemon.

Answers are compared whole, but for ids, times and versions. Where an example is no JSON (§3.7.3), leaves out what the
text demands (`schemas`, §3.4.2) or does not follow the grammar (`eq"…"` without a space, §3.5.2.2), the text is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.conversations.replay import HERE, Sender, load, start

FILTERS = load(HERE / "rfc" / "filters.json")
CASES = [
    pytest.param(case, id=case["id"])
    for file in sorted((HERE / "rfc").glob("*.json"))
    for case in load(file).get("cases", [])
]


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    daemon = start(tmp_path_factory.mktemp("rfc"), {})
    yield Sender.of(daemon, "default")
    assert daemon.stop() == 0


@pytest.fixture
def alone(sender: Sender) -> Iterator[Sender]:
    """A sender whose tenant is empty."""
    yield sender
    sender.clear()


@pytest.fixture(scope="module")
def people(sender: Sender) -> Iterator[Sender]:
    sender.clear()
    sender.make({each["userName"]: {"endpoint": "/Users", "body": each} for each in FILTERS["people"]})
    yield sender
    sender.clear()


@pytest.mark.parametrize("case", CASES)
def test_an_example_is_answered_as_the_rfc_has_it(alone: Sender, case: dict[str, Any]) -> None:
    alone.replay(case)


@pytest.mark.parametrize("example", FILTERS["finds"], ids=lambda each: each["filter"])
def test_a_filter_finds_whom_it_describes(people: Sender, example: dict[str, Any]) -> None:
    status, _, body = people.send({"method": "GET", "path": "/Users", "query": f"filter={quote(example['filter'])}"})

    assert (200, sorted(example["users"])) == (status, sorted(each["userName"] for each in body["Resources"]))
