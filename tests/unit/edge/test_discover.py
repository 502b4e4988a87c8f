"""Discovery: true to what is on, and never filtered."""

from __future__ import annotations

import pytest

from bridge.edge import Edge
from bridge.journal.accept import Taker
from tests.daemon import USER
from tests.unit.edge.conftest import BASE, Call


async def test_the_configuration_says_what_is_on(call: Call) -> None:
    config = (await call("GET", "/ServiceProviderConfig")).body

    assert {"supported": True, "maxOperations": 1000, "maxPayloadSize": 256 * 1024} == config["bulk"]
    supported = {name for name, value in config.items() if isinstance(value, dict) and value.get("supported")}
    assert {"patch", "bulk", "filter", "sort", "etag"} <= supported


@pytest.mark.parametrize("path", ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas", f"/Schemas/{USER}"])
async def test_a_filter_on_discovery_is_forbidden(call: Call, path: str) -> None:
    assert 403 == (await call("GET", path + "?Filter=id%20pr")).status


async def test_other_parameters_are_ignored(call: Call) -> None:
    assert (await call("GET", "/Schemas")).body == (await call("GET", "/Schemas?startIndex=2&count=0&sortBy=id")).body


@pytest.mark.parametrize("kind", ["ResourceTypes", "Schemas"])
async def test_each_document_is_at_its_own_place(call: Call, kind: str) -> None:
    for document in (await call("GET", f"/{kind}")).body["Resources"]:
        path = document["meta"]["location"].removeprefix(BASE)
        assert document == (await call("GET", path)).body
        assert document == (await call("GET", path.upper().replace(kind.upper(), kind))).body


@pytest.mark.parametrize("keeps", [None, 1000])
async def test_passwords_can_be_changed_where_a_target_of_the_tenant_takes_them(
    call: Call, edge: Edge, keeps: int | None
) -> None:
    edge.targets_for = lambda tenant, _: [Taker("corp", "users", keeps if tenant == "default" else None)]
    ours = (await call("GET", "/ServiceProviderConfig")).body["changePassword"]
    others = (await call("GET", "/ServiceProviderConfig", token="entra")).body["changePassword"]

    assert {"supported": keeps is not None} == ours
    assert {"supported": False} == others
