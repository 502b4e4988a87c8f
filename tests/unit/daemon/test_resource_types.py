"""The faults of schemas and of mappings that use them come in one list with those of the config."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.daemon.resource_types import judge, types_of
from bridge.settings import Settings, SettingsInvalid, discover, generate_key, load

CONFIG = """
[journal]
key = "env:KEY"
[clients.default]
token = "env:TOKEN"
[resource_types.Device]
schema = "device.json"
[resource_types.Badge]
endpoint = "Users"
schema = "urn:x:unknown"
[targets.list]
connector = "csv"
[targets.list.devices]
path = "devices.csv"
[targets.list.devices.attributes]
serial = "serial"
"""
SERIAL = {"name": "serial", "type": "string"}


def read(folder: Path, config: str, schema: Any) -> Settings:
    path = folder / "bridge.toml"
    path.write_text(config)
    (folder / "device.json").write_text(json.dumps(schema))
    return load(path, discover(), judge, {"KEY": generate_key(), "TOKEN": "t"})


def faults(folder: Path, config: str, schema: Any) -> dict[str, str]:
    with pytest.raises(SettingsInvalid) as invalid:
        read(folder, config, schema)
    return {fault.place: fault.problem for fault in invalid.value.faults}


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    schema = {"id": "urn:x:Device", "attributes": [{**SERIAL, "type": "text"}, {"name": "a b", "type": "string"}]}

    found = faults(tmp_path, CONFIG.replace("[journal]", "[journal]\nkee = 1"), schema)

    assert {
        "journal.kee",
        "device.json: attributes[0].type",
        "device.json: attributes[1].name",
        "resource_types.Badge.schema",
        "resource_types.Badge.endpoint",
    } == set(found)


def test_a_mapping_is_tried_on_the_declared_schema(tmp_path: Path) -> None:
    config = CONFIG.replace('endpoint = "Users"\nschema = "urn:x:unknown"', 'schema = "device.json"')

    found = faults(tmp_path, config + 'name = "serialNumber"\n', {"id": "urn:x:Device", "attributes": [SERIAL]})

    assert ["targets.list.devices.attributes.name"] == list(found)


def test_sound_declarations_become_resource_types(tmp_path: Path) -> None:
    config = CONFIG.replace('endpoint = "Users"\nschema = "urn:x:unknown"', 'schema = "device.json"')

    types = types_of(read(tmp_path, config, {"id": "urn:x:Device", "attributes": [SERIAL]}))

    assert ["User", "Group", "Device", "Badge"] == list(types)
