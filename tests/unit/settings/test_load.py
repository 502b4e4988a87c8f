"""Reading bridge.toml: the values of a sound file, and all faults of one that is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.settings import Fault, Settings, SettingsInvalid, TargetSettings, load
from connectors.sdk import Plugin

Load = Callable[..., Settings]
Faults = Callable[..., list[Fault]]


def _places(faults: Iterable[Fault]) -> list[str]:
    return [fault.place for fault in faults]


def test_a_short_file_gets_every_default(read: Load, sound: str, config: Path) -> None:
    settings = read(sound)

    assert config.parent / "journal.db" == settings.journal.path
    assert 32 == len(settings.journal.key_bytes)
    assert ("127.0.0.1", 8580) == settings.edge.listen
    assert "http://127.0.0.1:8580/scim/v2" == settings.edge.url
    assert (2**20, 2**24) == (settings.edge.max_body, settings.edge.max_group_body)
    assert settings.ops is None
    assert ("generic", "default") == (settings.clients["default"].profile, settings.clients["default"].tenant)
    assert "t0ken" == settings.clients["default"].token.get_secret_value()
    assert ZoneInfo("UTC") == settings.timezone
    assert {} == settings.targets


def test_every_key_of_the_file_is_read(read: Load, sound: str, target: str) -> None:
    settings = read(
        'timezone = "Europe/Berlin"\n'
        + sound.replace("[journal]", '[journal]\npath = "/var/lib/x.db"')
        + '[edge]\nlisten = "[::1]:1"\nbase_url = "https://x/scim/"\nmax_body = "2MiB"\nmax_group_body = 5\n'
        + '[ops]\nlisten = "127.0.0.1:8581"\n'
        + target.replace('"memory"', '"memory"\nschedule = "15 3 * * *"\ndrift = "revert"\ntimeout = "5s"', 1)
        + '[targets.corp.guards]\ndisables = "10%"\ndeletes = 3\n'
    )
    corp = settings.targets["corp"]

    assert Path("/var/lib/x.db") == settings.journal.path
    assert ("https://x/scim", 2 * 2**20, 5) == (settings.edge.url, settings.edge.max_body, settings.edge.max_group_body)
    assert settings.ops is not None
    assert 8581 == settings.ops.listen.port
    assert ("15 3 * * *", "revert", 5.0) == (corp.schedule, corp.drift, corp.timeout)
    assert (100, 3) == (corp.guards.disables.of(1000), corp.guards.deletes.of(1000))
    assert "userName" == corp.kinds["users"].attributes["uid"].source
    assert {"url": "memory://", "bind_password": None, "users": {"base": "people"}} == corp.own.model_dump()


def test_relative_data_paths_lead_to_the_state_directory_of_systemd(read: Load, sound: str, tmp_path: Path) -> None:
    settings = read(sound, STATE_DIRECTORY=f"{tmp_path}/state:{tmp_path}/other")

    assert tmp_path / "state" == settings.directory
    assert tmp_path / "state" / "journal.db" == settings.journal.path


def test_settings_do_not_change(read: Load, sound: str) -> None:
    settings = read(sound)

    with pytest.raises(ValueError, match="frozen"):
        settings.edge.max_body = 1


def test_no_secret_is_in_what_is_printed(read: Load, sound: str) -> None:
    assert "t0ken" not in repr(read(sound))


def test_a_missing_file_is_named_and_init_is_offered(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        load(tmp_path / "nope.toml", {})

    assert f"{tmp_path / 'nope.toml'}" in str(invalid.value)
    assert "scim-bridge init DIR" in str(invalid.value)


def test_a_folder_is_not_a_config(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="Is a directory"):
        load(tmp_path, {})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = 1\nb == 2\n", "line 2, column 4"),
        ("[a\n", "line 1, column 3"),
        ("a = 'x", "end of document"),
        (b"a = 1\nb = '\xff'\n", "line 2"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_line_and_column(faults: Faults, text: str | bytes, place: str) -> None:
    (fault,) = faults(text)

    assert place == fault.place
    assert fault.remedy


def test_a_byte_order_mark_is_no_fault(read: Load, sound: str) -> None:
    assert read(b"\xef\xbb\xbf" + sound.encode())


def test_an_empty_file_says_what_is_needed(faults: Faults) -> None:
    assert ["journal.key", "clients"] == _places(faults(""))


def test_all_faults_of_a_file_are_told_at_once(faults: Faults, sound: str, target: str) -> None:
    text = (
        'timezone = "Mars/Olympus"\ncolour = "red"\n'
        + sound.replace("scim-token", "nope")
        + '[edge]\nlisten = "0.0.0.0:1"\nmax_body = "big"\n[alerts]\n[ops]\n'
        + target.replace("uid =", "uid = 3 #").replace(
            'connector = "memory"', 'connector = "memori"\nschedule = "daily"'
        )
    )

    assert sorted(
        [
            "timezone",
            "colour",
            "clients.default.token",
            "edge.listen",
            "edge.max_body",
            "alerts",
            "ops.listen",
            "targets.corp.users.attributes.uid",
            "targets.corp.connector",
            "targets.corp.schedule",
        ]
    ) == sorted(_places(faults(text)))


def test_the_text_of_the_faults_names_file_place_value_problem_and_remedy(read: Load, sound: str, config: Path) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        read(sound + '[edge]\nmax_boddy = 1\nbase_url = "x"\n')

    assert str(invalid.value).splitlines() == [
        f"{config}: 2 faults",
        'edge.base_url = "x"',
        "    is not an http or https URL",
        '    → write the URL by which clients reach the bridge, as in "https://scim.example.com/scim/v2"',
        "edge.max_boddy",
        "    is not a key that is known here",
        "    → did you mean max_body?",
    ]


def test_a_secret_written_into_the_file_is_never_shown(read: Load, sound: str, target: str) -> None:
    text = sound.replace("file:credentials/scim-token", "hunter2").replace(
        "file:credentials/journal-key", "hunter2"
    ) + target.replace("url =", 'bind_password = "hunter2"\nbind_pasword = "hunter2"\nurl =')
    with pytest.raises(SettingsInvalid) as invalid:
        read(text)

    assert 4 == len(invalid.value.faults)
    assert "hunter2" not in str(invalid.value)


@pytest.mark.parametrize("text", ["journal = 1", "clients = 1", "clients.default = 1", "targets = 1", "targets.a = 1"])
def test_what_is_no_table_is_told(faults: Faults, text: str) -> None:
    place = text.partition(" ")[0]

    assert "must be a table" in [fault.problem for fault in faults(text) if fault.place == place]


def test_a_name_that_could_not_stand_in_a_command_is_refused(faults: Faults, sound: str, target: str) -> None:
    (fault,) = faults(sound + target.replace("targets.corp", 'targets."co rp.x"'))

    assert 'targets."co rp.x"' == fault.place


def test_the_mapping_adds_its_faults_to_the_same_list(
    config: Path, sound: str, target: str, plugins: Mapping[str, Plugin]
) -> None:
    asked: list[TargetSettings] = []

    def check(settings: TargetSettings) -> list[Fault]:
        asked.append(settings)
        return [Fault("targets.corp.users.attributes.uid", "x", "a problem")]

    config.write_text(sound + target + "[edge]\nmax_body = -1")
    with pytest.raises(SettingsInvalid) as invalid:
        load(config, plugins, lambda _: ((), check), {})

    assert ["corp"] == [settings.name for settings in asked]
    assert {"edge.max_body", "targets.corp.users.attributes.uid"} == set(_places(invalid.value.faults))
