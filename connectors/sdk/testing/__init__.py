"""The proof that a connector keeps the protocol's promises: a pytest kit that its author subclasses.

    class TestMine(ConnectorContract, MembersContract):
        @pytest.fixture
        def build(self, server):
            return lambda: MyConnector(server.url)

        @pytest.fixture
        def samples(self):
            return Samples(entry=Entry("users", {...}), ...)

Each test is one promise of `connectors.sdk.protocol`. Run it against the real thing: a mock knows no schema, no access
rules and no other writers. `MembersContract`, `ActivationContract` and `PasswordContract` go with the capabilities of
those names, `MovesContract` with a plugin that has `check_place`, `MarksContract` with pages that have marks.
`certified` is the kit on a target of a config, for `scim-bridge connectors certify`.
Needs the extra `testing`; nothing else of the SDK imports pytest.
"""

import pytest

pytest.register_assert_rewrite(
    "connectors.sdk.testing.activation",
    "connectors.sdk.testing.contract",
    "connectors.sdk.testing.marks",
    "connectors.sdk.testing.members",
    "connectors.sdk.testing.moves",
    "connectors.sdk.testing.passwords",
)

from connectors.sdk.testing.activation import ActivationContract  # noqa: E402
from connectors.sdk.testing.contract import ConnectorContract  # noqa: E402
from connectors.sdk.testing.marks import MarksContract  # noqa: E402
from connectors.sdk.testing.members import MembersContract  # noqa: E402
from connectors.sdk.testing.moves import MovesContract  # noqa: E402
from connectors.sdk.testing.passwords import PasswordContract  # noqa: E402
from connectors.sdk.testing.samples import Samples  # noqa: E402

__all__ = [
    "ActivationContract",
    "ConnectorContract",
    "MarksContract",
    "MembersContract",
    "MovesContract",
    "PasswordContract",
    "Samples",
]
