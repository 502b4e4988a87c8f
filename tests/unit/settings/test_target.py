"""A target's table: common keys, the connector's keys, and one list of faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from bridge.settings import Fault, Settings
from bridge.settings.plugins import GROUP, Plugins
from connectors.sdk import Fault as Refusal
from connectors.sdk import Plugin
from connectors.sdk.memory import MemoryConnector

Load = Callable[..., Settings]
Faults = Callable[..., list[Fault]]


class Naming(BaseModel):
    """A connector's model that asks which attributes are mapped."""

    name: str
    users: dict[str, str] = {}

    @field_validator("name")
    @classmethod
    def _mapped(cls, name: str, info: ValidationInfo) -> str:
        if name not in info.context["attributes"]["users"]:
            raise ValueError("is not mapped below; write a line for it")
        return name


class Lenient(BaseModel):
    """A connector's model that forbids nothing: pydantic's default."""

    size: int = 1
    nested: dict[str, str] = {}
    users: dict[str, str] = {}

    @field_validator("size")
    @classmethod
    def _small(cls, size: int) -> int:
        if size > 9:
            raise ValueError("is too large; write at most 9")
        return size


NAMING = {"naming": Plugin("naming", Naming, lambda settings, context: MemoryConnector())}
LENIENT = {"lenient": Plugin("lenient", Lenient, lambda settings, context: MemoryConnector())}
TARGET = '[targets.a]\nconnector = "lenient"\n{}\n[targets.a.users.attributes]\nuid = "userName"\n'


def test_common_and_own_keys_that_are_misspelt_get_a_hint(faults: Faults, sound: str, target: str) -> None:
    text = target.replace("url =", 'schedul = "x"\nurl =').replace("base =", 'on_delet = "keep"\nbse =')

    assert {
        "targets.corp.schedul": "did you mean schedule?",
        "targets.corp.users.base": "write it",
        "targets.corp.users.bse": "did you mean base?",
        "targets.corp.users.on_delet": "did you mean on_delete?",
    } == {fault.place: fault.remedy for fault in faults(sound + text)}


def test_missing_keys_of_the_connector_are_told_with_the_common_ones(faults: Faults, sound: str) -> None:
    text = '[targets.a]\nconnector = "memory"\ndrift = "x"\n[targets.a.users.attributes]\nuid = "userName"\n'

    assert {"targets.a.drift", "targets.a.url", "targets.a.users.base"} == {f.place for f in faults(sound + text)}


def test_a_union_of_the_connector_is_one_fault(faults: Faults, sound: str, target: str) -> None:
    (fault,) = faults(sound + target.replace('"memory://"', "7"))

    assert ("targets.corp.url", "7", "must be text") == (fault.place, fault.value, fault.problem)


def test_a_kind_the_connector_does_not_take_is_told(faults: Faults, sound: str, target: str) -> None:
    (fault,) = faults(sound + target + '[targets.corp.groups.attributes]\ncn = "displayName"\n')

    assert ("targets.corp.groups", "the connector memory takes no groups") == (fault.place, fault.problem)


def test_keys_that_a_lenient_connector_would_ignore_are_told(faults: Faults, sound: str) -> None:
    (fault,) = faults(sound + TARGET.format('sise = 2\nnested = {free = "x"}'), LENIENT)

    assert ("targets.a.sise", "did you mean size?") == (fault.place, fault.remedy)


def test_what_a_connector_says_itself_is_problem_and_remedy(faults: Faults, sound: str) -> None:
    (fault,) = faults(sound + TARGET.format("size = 10"), LENIENT)

    assert Fault("targets.a.size", "10", "is too large", "write at most 9") == fault


def test_a_target_without_kinds_and_a_kind_without_attributes_are_told(faults: Faults, sound: str) -> None:
    text = '[targets.a]\nconnector = "lenient"\n[targets.b]\nconnector = "lenient"\n[targets.b.users]\n'

    assert {"targets.a": "takes neither users nor groups", "targets.b.users": "maps no attributes"} == {
        fault.place: fault.problem for fault in faults(sound + text, LENIENT)
    }


@pytest.mark.parametrize(
    ("written", "problem", "remedy"),
    [
        ('"memry"', "no connector of this name is installed", 'did you mean "memory"? installed: memory'),
        (
            '"x"',
            "no connector of this name is installed",
            "install the package that offers it; installed: memory",
        ),
        ("3", "must be text", "write the connector's name; installed: memory"),
    ],
)
def test_a_connector_that_is_not_installed_is_told(
    faults: Faults, sound: str, target: str, written: str, problem: str, remedy: str
) -> None:
    (fault,) = faults(sound + target.replace('connector = "memory"', f"connector = {written}"))

    assert ("targets.corp.connector", problem, remedy) == (fault.place, fault.problem, fault.remedy)


def test_a_broken_plugin_is_a_fault_of_the_target_that_uses_it(
    read: Load, faults: Faults, sound: str, target: str
) -> None:
    broken = Plugins([EntryPoint("memory", "no.such.module:plugin", GROUP)])

    assert read(sound, broken).targets == {}
    (fault,) = faults(sound + target, broken)
    assert "targets.corp.connector" == fault.place
    assert "no.such.module:plugin cannot be imported: ModuleNotFoundError" in fault.problem


def _naming(name: str) -> str:
    return (
        f'[targets.a]\nconnector = "naming"\nname = "{name}"\n[targets.a.users]\non_disable = "attribute:state=0|1"\n'
        '[targets.a.users.attributes]\nuid = "userName"\n'
    )


@pytest.mark.parametrize("name", ["uid", "state"])
def test_a_connector_may_ask_which_attributes_are_mapped(read: Load, sound: str, name: str) -> None:
    assert "a" in read(sound + _naming(name), NAMING).targets


def test_a_connector_may_refuse_a_name_that_is_not_mapped(faults: Faults, sound: str) -> None:
    (fault,) = faults(sound + _naming("cn"), NAMING)

    assert Fault("targets.a.name", '"cn"', "is not mapped below", "write a line for it") == fault


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    base: str


class Willing(BaseModel):
    """A connector that takes whatever kinds a config declares."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Thing] = Field(init=False)
    url: str
    users: Thing | None = None


WILLING = {"memory": Plugin("memory", Willing, lambda settings, context: MemoryConnector())}
DECLARED = """
[resource_types.Device]
schema = "urn:x:Device"
[targets.corp.devices]
base = "things"
scope = "active eq true"
[targets.corp.devices.attributes]
cn = "serial"
"""


def test_a_connector_may_take_every_kind_that_is_declared(read: Load, sound: str, target: str) -> None:
    settings = read(sound + target + DECLARED, WILLING).targets["corp"]

    assert ["users", "devices"] == list(settings.kinds)
    assert "active eq true" == settings.kinds["devices"].scope
    assert "things" == settings.own.model_extra["devices"].base


def test_its_keys_are_checked_like_those_of_users(faults: Faults, sound: str, target: str) -> None:
    text = sound + target.replace("url =", 'ulr = "x"\nurl =') + DECLARED.replace("base", "bsae")

    found = {fault.place: fault for fault in faults(text, WILLING)}

    assert {"targets.corp.ulr", "targets.corp.devices.bsae", "targets.corp.devices.base"} == set(found)
    assert "did you mean base?" == found["targets.corp.devices.bsae"].remedy


SETTING = {
    "lenient": Plugin(
        "lenient",
        Lenient,
        lambda settings, context: MemoryConnector(),
        lambda settings: None if settings.size > 1 else Refusal(None, "is too small for passwords", "write size = 2"),
    )
}


def test_a_connector_that_cannot_set_passwords_is_told_when_the_file_is_read(faults: Faults, sound: str) -> None:
    (fault,) = faults(sound + TARGET.format("password = true"), LENIENT)

    assert ("targets.a.password", "true") == (fault.place, fault.value)
    assert ("this connector cannot set passwords", "write password = false") == (fault.problem, fault.remedy)


def test_a_connector_says_of_its_own_keys_whether_it_can(read: Load, faults: Faults, sound: str) -> None:
    (fault,) = faults(sound + TARGET.format("password = true"), SETTING)

    assert ("targets.a.password", "is too small for passwords") == (fault.place, fault.problem)
    assert read(sound + TARGET.format("password = true\nsize = 2"), SETTING).targets["a"].password
    assert not read(sound + TARGET.format("password = false"), SETTING).targets["a"].password


def test_a_secret_in_place_of_the_switch_says_what_is_meant(faults: Faults, sound: str) -> None:
    (fault,) = faults(sound + TARGET.format('password = "credential:app"'), LENIENT)

    assert "targets.a.password" == fault.place
    assert "user_password" in fault.remedy
    assert "credential:app" not in fault.problem


LADDER = 'on_delete = ["lock", "30d move:left"]\non_disable = "move:{}"\nbase ='


def test_leavers_are_moved_only_where_there_are_places(faults: Faults, sound: str, target: str) -> None:
    found = faults(sound + target.replace("base =", LADDER.format("away")))

    assert {"targets.corp.users.on_delete": '"move:left"', "targets.corp.users.on_disable": '"move:away"'} == {
        fault.place: fault.value for fault in found
    }
    assert {"the connector memory has no places to move entries to"} == {fault.problem for fault in found}
    assert {"leave the step out"} == {fault.remedy for fault in found}


def test_a_place_is_the_connectors_to_judge(
    faults: Faults, read: Load, plugins: Mapping[str, Plugin], sound: str, target: str
) -> None:
    judging = {
        "memory": replace(
            plugins["memory"], check_place=lambda place: None if place == "left" else "is no place; write left"
        )
    }
    (fault,) = faults(sound + target.replace("base =", LADDER.format("away")), judging)

    assert ("targets.corp.users.on_disable", "is no place", "write left") == (fault.place, fault.problem, fault.remedy)
    settings = read(sound + target.replace("base =", LADDER.format("left")), judging)
    assert ("left", "left") == settings.targets["corp"].kinds["users"].places
