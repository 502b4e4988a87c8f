"""The CSV connector keeps the protocol's promises on real files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.csv import plugin
from connectors.sdk import Connector, Context, Entry
from connectors.sdk.testing import ConnectorContract, MembersContract, Samples


def person(login: str, **attributes: str) -> Entry:
    return Entry("users", {"login": (login,), **{name: (value,) for name, value in attributes.items()}})


class TestCsv(ConnectorContract, MembersContract):
    @pytest.fixture
    def build(self, tmp_path: Path) -> Callable[[], Connector]:
        written = {
            "path": "drops/users.csv",
            "users": {"lists": ["phones"]},
            "groups": {"path": "drops/groups.csv"},
        }
        settings = plugin.settings.model_validate(written)
        (tmp_path / "drops").mkdir()
        return lambda: plugin.build(settings, Context("nightly", tmp_path))

    @pytest.fixture
    def samples(self) -> Samples:
        entry = person("bj", name='B "J", jr.', team="A|1", note="=1+1\r\n two")
        return Samples(
            entry=entry,
            altered=person("bj", name="Babs", team="A|1", note=" +"),
            cleared="note",
            renamed=Entry("users", {**entry.attributes, "login": ("babs",)}),
            other=person("jd", name="J D", team="A|1"),
            shared="team",
            unique="login",
            nameless=Entry("users", {"login": (), "name": ("B J",)}),
            several=("phones", ("1|2", "\\3")),
            group=Entry("groups", {"name": ("crew",)}),
        )
