"""The gate: who calls, and what comes of errors."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bridge.edge import Edge
from bridge.edge.gate import as_scim
from bridge.journal.errors import JournalBusy, JournalClosed, JournalFull
from bridge.scim.errors import NotFound
from tests.daemon import USER
from tests.unit.edge.conftest import Call


@pytest.mark.parametrize("token", ["", "wrong", "plain x", "plai", "Plain"])
async def test_who_is_not_known_is_told_nothing_else(call: Call, token: str) -> None:
    for path in ("/Users", "/nowhere", "/ServiceProviderConfig"):
        answered = await call("GET", path, token=token)
        assert 401 == answered.status
        assert 'Bearer realm="scim-bridge"' == answered.headers["WWW-Authenticate"]


@pytest.mark.parametrize("authorization", ["bearer plain", "BEARER plain", "Bearer   plain"])
async def test_the_scheme_is_read_whatever_its_case(call: Call, authorization: str) -> None:
    assert 200 == (await call("GET", "/Users", Authorization=authorization)).status


async def test_an_error_that_nobody_foresaw_is_logged_and_not_told(call: Call, edge: Edge) -> None:
    def fail(*_: object) -> list[tuple[str, str]]:
        raise RuntimeError("a secret")

    edge.targets_for = fail
    with capture_logs() as logs:
        answered = await call("POST", "/Users", {"schemas": [USER], "userName": "grace"})

    assert (500, "internal error") == (answered.status, answered.body["detail"])
    assert ["request.crashed"] == [entry["event"] for entry in logs if entry["log_level"] == "error"]


@pytest.mark.parametrize(
    ("error", "status", "after"), [(JournalBusy(2), 503, 2), (JournalFull(), 503, 5), (JournalClosed(), 503, 5)]
)
def test_a_journal_that_cannot_is_told_as_unavailable(error: Exception, status: int, after: int) -> None:
    told = as_scim(error, "POST", "/Users")

    assert (status, after) == (told.status, told.retry_after)  # type: ignore[attr-defined]


def test_an_error_of_the_protocol_is_told_as_it_is() -> None:
    error = NotFound("gone")

    assert error is as_scim(error, "GET", "/Users")
