"""One way to say a PATCH: a few operations, and the resource before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bridge.scim.patch import PATCH_OP, apply, read_operations
from bridge.scim.profiles import GENERIC, Profile
from bridge.scim.resource_types import USER, ResourceType

Patch = Callable[..., dict[str, Any]]


@pytest.fixture
def patch() -> Patch:
    """Resource before, operations → resource after."""

    def run(
        before: dict[str, Any], *operations: dict[str, Any], of: ResourceType = USER, profile: Profile = GENERIC
    ) -> dict[str, Any]:
        body = {"schemas": [PATCH_OP], "Operations": list(operations)}
        return apply(before, read_operations(body, profile), of, profile).resource

    return run
