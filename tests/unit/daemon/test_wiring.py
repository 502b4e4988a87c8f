"""The wiring: what the settings say reaches the parts."""

from __future__ import annotations

from pathlib import Path

from bridge.daemon.wiring import clients_of
from bridge.edge import Client
from bridge.scim.profiles import PROFILES
from bridge.settings import Settings
from bridge.settings.load import load

CONFIG = """
[journal]
key = "env:JOURNAL_KEY"
[clients.default]
token = "env:PLAIN"
tenant = "hr"
[clients.microsoft]
token = "env:SECRET"
profile = "entra"
unknown = "refuse"
"""


def test_a_client_gets_its_tenant_its_profile_and_its_word_on_unknown_attributes(tmp_path: Path) -> None:
    clients = clients_of(_settings(tmp_path))

    assert Client("default", "hr") == clients.find("plain")
    assert Client("microsoft", "default", PROFILES["entra"], refuses_unknown=True) == clients.find("secret")


def _settings(folder: Path) -> Settings:
    path = folder / "bridge.toml"
    path.write_text(CONFIG)
    return load(path, {}, environ={"JOURNAL_KEY": "00" * 32, "PLAIN": "plain", "SECRET": "secret"})
