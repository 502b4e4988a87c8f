"""Resource types of a config, end to end: served, validated, stored, filtered, delivered, and exchanged at a reload."""

from __future__ import annotations

import csv
import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import GROUP, PATCH, USER, Daemon

SCHEMAS = Path(__file__).parents[2] / "config" / "schemas"
DEVICE = "urn:example:params:scim:schemas:1.0:Device"
PERSON = "urn:example:params:scim:schemas:extension:university:1.0:Person"
STUDENT = "urn:example:params:scim:schemas:extension:university:1.0:Student"
TYPES = f"""
[resource_types.Professor]
schema = "{USER}"
extensions = ["schemas/person.json"]
[resource_types.Student]
schema = "{USER}"
extensions = ["schemas/person.json", {{ schema = "schemas/student.json", required = true }}]
[resource_types.Device]
schema = "schemas/device.json"
[resource_types.User]
extensions = ["schemas/person.json"]
[targets.list]
connector = "csv"
[targets.list.devices]
path = "devices.csv"
scope = 'sort ne "badge"'
[targets.list.devices.attributes]
serial = "serialNumber"
name = "= default(device.displayName, device.serialNumber)"
state = "= device.active ? 'usable' : 'lost'"
"""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path_factory.mktemp("types"))
    shutil.copytree(SCHEMAS, daemon.folder / "schemas")
    daemon.configure(TYPES)
    daemon.start()
    yield daemon
    assert daemon.stop() == 0


def device(**attributes: Any) -> dict[str, Any]:
    return {"schemas": [DEVICE], **attributes}


def person(name: str, **attributes: Any) -> dict[str, Any]:
    return {"schemas": [USER], "userName": name, **attributes}


def test_types_and_schemas_are_served(daemon: Daemon) -> None:
    _, types = daemon.send("GET", "/ResourceTypes")
    _, device = daemon.send("GET", "/ResourceTypes/Device")
    _, student = daemon.send("GET", "/ResourceTypes/Student")
    _, schemas = daemon.send("GET", "/Schemas")

    assert ["User", "Group", "Professor", "Student", "Device"] == [each["name"] for each in types["Resources"]]
    assert ("/Devices", DEVICE) == (device["endpoint"], device["schema"])
    required = {each["schema"]: each["required"] for each in student["schemaExtensions"]}
    assert (False, True) == (required[PERSON], required[STUDENT])
    assert {USER, GROUP, DEVICE, PERSON, STUDENT} < {each["id"] for each in schemas["Resources"]}


def test_a_resource_of_a_declared_type_lives_at_its_endpoint(daemon: Daemon) -> None:
    status, made = daemon.send("POST", "/Devices", device(SERIALNUMBER="A1", price=12.5, sort="laptop", colour="red"))

    assert 201 == status
    assert f"{daemon.url}/Devices/{made['id']}" == made["meta"]["location"]
    assert "Device" == made["meta"]["resourceType"]
    assert {"schemas", "id", "meta", "serialNumber", "sort", "price"} == set(made)
    assert "price" not in daemon.send("GET", f"/Devices/{made['id']}")[1]
    _, priced = daemon.send("GET", f"/devices/{made['id']}?attributes=price")
    assert {"schemas": [DEVICE], "id": made["id"], "price": 12.5} == priced
    assert 404 == daemon.send("GET", f"/Users/{made['id']}")[0]


def test_the_unique_attribute_is_unique_within_the_type_and_compared_by_its_case(daemon: Daemon) -> None:
    _, first = daemon.send("POST", "/Devices", device(serialNumber="uniQue"))
    status, refused = daemon.send("POST", "/Devices", device(serialNumber="uniQue"))

    assert (409, "uniqueness") == (status, refused["scimType"])
    assert "serialNumber" in refused["detail"]
    assert 201 == daemon.send("POST", "/Devices", device(serialNumber="UNIQUE"))[0]
    _, found = daemon.send("GET", "/Devices?filter=serialNumber%20eq%20%22uniQue%22")
    assert [first["id"]] == [each["id"] for each in found["Resources"]]


def test_professors_and_students_of_one_name_are_two_resources(daemon: Daemon) -> None:
    student = {STUDENT: {"matriculation": 4711}}

    assert 201 == daemon.send("POST", "/Professors", person("kim"))[0]
    assert 201 == daemon.send("POST", "/Students", person("kim", **student))[0]
    assert 201 == daemon.send("POST", "/Users", person("kim", **{PERSON: {"faculty": "law"}}))[0]
    assert 409 == daemon.send("POST", "/Students", person("KIM", **student))[0]


def test_a_required_extension_is_required(daemon: Daemon) -> None:
    status, refused = daemon.send("POST", "/Students", person("lee"))

    assert (400, "invalidValue") == (status, refused["scimType"])
    assert STUDENT in refused["detail"]


def test_an_immutable_value_stays(daemon: Daemon) -> None:
    _, made = daemon.send("POST", "/Devices", device(serialNumber="I1", sort="phone"))
    path = f"/Devices/{made['id']}"

    status, refused = daemon.send("PUT", path, device(serialNumber="I2"))
    assert (400, "mutability") == (status, refused["scimType"])
    operation = {"op": "replace", "path": f"{DEVICE}:serialNumber", "value": "I2"}
    status, refused = daemon.send("PATCH", path, {"schemas": [PATCH], "Operations": [operation]})
    assert (400, "mutability") == (status, refused["scimType"])
    assert 200 == daemon.send("PUT", path, device(serialNumber="I1"))[0]


def test_attributes_of_extensions_are_filtered_and_sorted_by(daemon: Daemon) -> None:
    for name, faculty in (("ada", "physics"), ("bob", "law"), ("cid", "physics")):
        daemon.send("POST", "/Professors", person(name, **{PERSON: {"faculty": faculty}}))

    query = f"filter={PERSON}:faculty%20eq%20%22Physics%22&sortBy=userName&sortOrder=descending"
    _, found = daemon.send("GET", f"/Professors?{query}")

    assert ["cid", "ada"] == [each["userName"] for each in found["Resources"]]


def test_a_professor_is_a_member_of_a_group_by_its_own_type(daemon: Daemon) -> None:
    _, professor = daemon.send("POST", "/Professors", person("member"))
    _, group = daemon.send(
        "POST", "/Groups", {"schemas": [GROUP], "displayName": "Senate", "members": [{"value": professor["id"]}]}
    )

    (member,) = group["members"]
    assert ("Professor", f"{daemon.url}/Professors/{professor['id']}") == (member["type"], member["$ref"])
    _, shown = daemon.send("GET", f"/Professors/{professor['id']}")
    assert [("Senate", "direct")] == [(each["display"], each["type"]) for each in shown["groups"]]
    daemon.send("DELETE", f"/Professors/{professor['id']}")
    assert "members" not in daemon.send("GET", f"/Groups/{group['id']}")[1]


def test_a_declared_type_is_mapped_and_delivered_by_its_scope(daemon: Daemon) -> None:
    daemon.send("POST", "/Devices", device(serialNumber="D1", displayName="Kim's", active=False))
    daemon.send("POST", "/Devices", device(serialNumber="D2", sort="badge"))
    daemon.until(daemon.settled)

    with (daemon.folder / "devices.csv").open(newline="") as file:
        rows = {row["serial"]: row for row in csv.DictReader(file)}
    assert {"serial": "D1", "name": "Kim's", "state": "lost"} == rows["D1"]
    assert "D2" not in rows


def test_a_reload_serves_what_the_config_declares_now(daemon: Daemon) -> None:
    room = {"id": "urn:example:Room", "attributes": [{"name": "number", "type": "integer", "required": True}]}
    (daemon.folder / "schemas" / "room.json").write_text(json.dumps(room))
    declared = '\n[resource_types.Room]\nschema = "schemas/room.json"\n'
    daemon.config.write_text(daemon.config.read_text() + declared)
    assert daemon.process is not None
    since = len(daemon.lines)

    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for("daemon.reloaded", since=since)

    assert 201 == daemon.send("POST", "/Rooms", {"schemas": ["urn:example:Room"], "number": 7})[0]
    assert 200 == daemon.send("GET", "/Professors")[0]
