"""The wiring: what the settings say reaches the parts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from bridge.daemon.wiring import admits_of, clients_of, load_settings, takers_of, target_of
from bridge.edge import Client
from bridge.journal.accept import Taker
from bridge.scim.profiles import PROFILES
from bridge.settings import EdgeSettings, Settings
from bridge.settings.load import load
from connectors.sdk import Context, Plugin
from connectors.sdk.memory import MemoryConnector

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

TARGET = """
[targets.corp]
connector = "memory"
tenant = "hr"
[targets.corp.users]
on_delete = ["lock", "9d move:left"]
[targets.corp.users.attributes]
uid = "userName"
[targets.corp.groups.attributes]
cn = "displayName"
"""


class Own(BaseModel):
    model_config = ConfigDict(frozen=True)
    users: dict[str, str] = {}
    groups: dict[str, str] = {}


def test_a_client_gets_its_tenant_its_profile_and_its_word_on_unknown_attributes(tmp_path: Path) -> None:
    clients = clients_of(_settings(tmp_path).clients)

    assert Client("default", "hr") == clients.find("plain", 0)
    assert Client("microsoft", "default", PROFILES["entra"], refuses_unknown=True) == clients.find("secret", 0)


def test_a_connector_hears_where_leavers_are_moved_to(tmp_path: Path) -> None:
    heard: list[Context] = []

    def build(_: object, context: Context) -> MemoryConnector:
        heard.append(context)
        return MemoryConnector()

    plugins = {"memory": Plugin("memory", Own, build, check_place=lambda _: None)}
    settings = _settings(tmp_path, TARGET, plugins)
    target_of(settings, settings.targets["corp"], plugins)

    assert [Context("corp", tmp_path, {"users": ("left",)})] == heard


def _settings(folder: Path, more: str = "", plugins: Mapping[str, Plugin] | None = None) -> Settings:
    path = folder / "bridge.toml"
    path.write_text(CONFIG + more)
    return load(path, plugins or {}, environ={"JOURNAL_KEY": "00" * 32, "PLAIN": "plain", "SECRET": "secret"})


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("10.0.0.7", True),
        ("::ffff:10.0.0.7", True),
        ("10.0.0.8", False),
        ("fe80::1%lo", False),
    ],
)
def test_trusted_proxies_and_this_machine_may_connect(host: str, expected: bool) -> None:
    admits = admits_of(EdgeSettings(trusted_proxies=("10.0.0.7",)))

    assert admits is not None
    assert expected == admits(host)


def test_without_proxies_everybody_may_connect() -> None:
    assert admits_of(EdgeSettings()) is None


REST = """
[journal]
key = "file:key"
keep_passwords = "2d"
[clients.default]
token = "file:token"
[targets.app]
connector = "rest"
base_url = "https://app.example.com"
token = "file:token"
password = true
[targets.app.users]
key = "login"
create = "POST /users"
read = "GET /users/{id}"
update = "PATCH /users/{id}"
delete = "DELETE /users/{id}"
list = "GET /users"
set_password = { call = "PUT /users/{id}/password", body = { password = "{password}" } }
[targets.app.users.attributes]
login = "userName"
[targets.app.groups]
key = "name"
create = "POST /teams"
read = "GET /teams/{id}"
update = "PATCH /teams/{id}"
delete = "DELETE /teams/{id}"
list = "GET /teams"
[targets.app.groups.attributes]
name = "displayName"
[targets.nightly]
connector = "csv"
path = "users.csv"
[targets.nightly.users.attributes]
login = "userName"
"""


def test_passwords_are_kept_for_the_kinds_that_have_them_at_the_targets_that_take_them(tmp_path: Path) -> None:
    for name, text in (("key", "00" * 32), ("token", "t0ken")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    (tmp_path / "bridge.toml").write_text(REST)
    takers = takers_of(load_settings(tmp_path / "bridge.toml"))

    assert [Taker("app", "users", 2 * 86_400_000), Taker("nightly", "users")] == list(takers("default", "User"))
    assert [Taker("app", "groups")] == list(takers("default", "Group"))
    assert [] == list(takers("other", "User"))
