"""A folder with credentials and a connector: a test writes the config it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from bridge.settings import Fault, Settings, SettingsInvalid, generate_key, load
from connectors.sdk import Plugin, Secret
from connectors.sdk.memory import MemoryConnector

SOUND = """
[journal]
key = "file:credentials/journal-key"

[clients.default]
token = "file:credentials/scim-token"
"""

TARGET = """
[targets.corp]
connector = "memory"
url = "memory://"
[targets.corp.users]
base = "people"
[targets.corp.users.attributes]
uid = "userName"
"""


class Kind(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    base: str


class Own(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str | list[str]
    bind_password: Secret | None = None
    users: Kind | None = None


PLUGINS: Mapping[str, Plugin] = {"memory": Plugin("memory", Own, lambda settings, context: MemoryConnector())}

Load = Callable[..., Settings]
Faults = Callable[..., list[Fault]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "credentials").mkdir()
    for name, text in (("journal-key", generate_key()), ("scim-token", "t0ken\n"), ("other-token", "0ther")):
        path = tmp_path / "credentials" / name
        path.write_text(text)
        path.chmod(0o600)
    return tmp_path / "bridge.toml"


@pytest.fixture
def read(config: Path) -> Load:
    """Load a config of this text."""

    def read(text: str | bytes, plugins: Mapping[str, Plugin] = PLUGINS, **environ: str) -> Settings:
        config.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(config, plugins, environ=environ)

    return read


@pytest.fixture
def faults(read: Load) -> Faults:
    """The faults of a config of this text."""

    def faults(text: str | bytes, plugins: Mapping[str, Plugin] = PLUGINS, **environ: str) -> list[Fault]:
        with pytest.raises(SettingsInvalid) as invalid:
            read(text, plugins, **environ)
        return list(invalid.value.faults)

    return faults


@pytest.fixture
def sound() -> str:
    return SOUND


@pytest.fixture
def target() -> str:
    return TARGET


@pytest.fixture
def plugins() -> Mapping[str, Plugin]:
    return PLUGINS
