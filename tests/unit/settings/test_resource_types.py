"""`[resource_types.NAME]`: what is read, and what is said of files that cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.settings import Fault, Settings
from bridge.settings.resource_types import LARGEST, SchemaSource, kinds_of

Load = Callable[..., Settings]
Faults = Callable[..., list[Fault]]
DEVICE = '[resource_types.Device]\nschema = "device.json"\n'


def test_a_file_is_read_beside_the_config(read: Load, sound: str, config: Path) -> None:
    (config.parent / "device.json").write_text('\ufeff{"id": "urn:x:y"}')

    settings = read(sound + DEVICE)

    device = settings.resource_types["Device"]
    assert ("Device", None, "", ()) == (device.name, device.endpoint, device.description, device.extensions)
    assert SchemaSource("device.json", {"id": "urn:x:y"}) == device.source


def test_every_key_is_read(read: Load, sound: str, config: Path) -> None:
    (config.parent / "more.json").write_text("{}")

    device = read(
        sound
        + """
[resource_types.Device]
schema = "urn:x:y"
endpoint = "Things"
description = "what there is"
extensions = ["urn:x:z", { schema = "more.json", required = true }]
"""
    ).resource_types["Device"]

    assert ("Things", "what there is", SchemaSource("urn:x:y")) == (device.endpoint, device.description, device.source)
    assert [("urn:x:z", False), ("more.json", True)] == [(e.source.name, e.required) for e in device.extensions]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read: No such file"),
        (b'{"id": ', "is not JSON: line 1, column 8"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b'{"a": 1, "a": 2}', 'has "a" twice in one object'),
        (b"[" * 100_000, "is nested too deeply"),
        (b" " * (LARGEST + 1), "is larger than a schema can be"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(
    faults: Faults, sound: str, config: Path, content: bytes | None, problem: str
) -> None:
    if content is not None:
        (config.parent / "device.json").write_bytes(content)

    (fault,) = faults(sound + DEVICE)

    assert ("resource_types.Device.schema", '"device.json"') == (fault.place, fault.value)
    assert fault.problem.startswith(problem)
    assert fault.remedy


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("[resource_types.Device]\nshema = 'x'", "resource_types.Device.shema", "is not a key"),
        ("[resource_types.Device]\nschema = 7", "resource_types.Device.schema", "names no schema"),
        ("[resource_types.Device]\nname = 'x'\nschema = 'urn:x:y'", "resource_types.Device.name", "is not a key"),
        ("[resource_types.User]\nextensions = [1]", "resource_types.User.extensions[0]", "names no schema"),
        ("[resource_types.User]\nextensions = [{}]", "resource_types.User.extensions[0].schema", "is missing"),
        ("[resource_types]\nDevice = 1", "resource_types.Device", "must be a table"),
        (
            "[resource_types.Guard]\nschema = 'urn:x:y'\nendpoint = 'Guards'",
            "resource_types",
            "means something else in [targets.NAME]",
        ),
    ],
)
def test_a_fault_has_its_place(faults: Faults, sound: str, text: str, place: str, problem: str) -> None:
    (fault,) = faults(sound + text)

    assert place == fault.place
    assert problem in fault.problem
    assert fault.remedy


def test_kinds_are_the_endpoints_in_lower_case() -> None:
    declared = {"Device": {}, "Person": {"endpoint": "People"}, "User": {}, "Odd": {"endpoint": 1}, "Odder": 1}

    assert ("users", "groups", "devices", "people") == kinds_of({"resource_types": declared})
    assert ("users", "groups") == kinds_of({}) == kinds_of({"resource_types": []})


def test_a_kind_that_nobody_declared_is_told_with_those_that_are(faults: Faults, sound: str, target: str) -> None:
    (fault,) = faults(
        sound + target + '[targets.corp.divices.attributes]\ncn = "x"\n' + DEVICE.replace("device.json", "urn:x")
    )

    assert "targets.corp.divices" == fault.place
    assert "did you mean devices?" in fault.remedy


def test_a_connector_that_takes_no_such_kind_says_so(faults: Faults, sound: str, target: str) -> None:
    text = sound + DEVICE.replace("device.json", "urn:x") + target + '[targets.corp.devices.attributes]\ncn = "x"\n'

    (fault,) = faults(text)

    assert ("targets.corp.devices", "the connector memory takes no devices") == (fault.place, fault.problem)


def test_a_schema_that_changed_is_another_setting(read: Load, sound: str, config: Path) -> None:
    """A reload sees it."""
    file = config.parent / "device.json"
    file.write_text(json.dumps({"id": "urn:x:y"}))
    before = read(sound + DEVICE).resource_types
    again = read(sound + DEVICE).resource_types
    file.write_text(json.dumps({"id": "urn:x:z"}))

    assert before == again
    assert before != read(sound + DEVICE).resource_types
