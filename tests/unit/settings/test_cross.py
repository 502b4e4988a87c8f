"""Tenants, tokens and listeners side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.settings import Fault, Settings
from tests.certificates import make

Load = Callable[..., Settings]
Faults = Callable[..., list[Fault]]

OTHER = '[clients.other]\ntoken = "file:credentials/other-token"\n'


def test_two_clients_that_write_one_tenant_are_refused(faults: Faults, sound: str) -> None:
    (fault,) = faults(sound + OTHER)

    assert ("clients.other.tenant", '"default"') == (fault.place, fault.value)
    assert "the client default writes this tenant already" in fault.problem


def test_two_clients_with_one_token_are_refused(faults: Faults, sound: str) -> None:
    (fault,) = faults(sound + OTHER.replace("other-token", "scim-token") + 'tenant = "b"')

    assert ("clients.other.token", None) == (fault.place, fault.value)


def test_the_only_tenant_need_not_be_named(read: Load, sound: str, target: str) -> None:
    settings = read(sound.replace("[clients.default]", '[clients.default]\ntenant = "acme"') + target)

    assert "acme" == settings.targets["corp"].tenant


def test_a_target_names_its_tenant_where_there_are_several(faults: Faults, sound: str, target: str) -> None:
    (fault,) = faults(sound + OTHER + 'tenant = "acme"\n' + target)

    assert "targets.corp.tenant" == fault.place
    assert "write it; served: acme, default" == fault.remedy


def test_a_tenant_that_no_client_serves_is_refused(faults: Faults, sound: str, target: str) -> None:
    (fault,) = faults(sound + target.replace("url =", 'tenant = "defualt"\nurl ='))

    assert ("targets.corp.tenant", '"defualt"', "no client serves this tenant") == (
        fault.place,
        fault.value,
        fault.problem,
    )
    assert 'did you mean "default"? served: default' == fault.remedy


def _targets(sound: str, target: str, **after: object) -> str:
    """A config whose targets come after others, each as it is written."""
    return sound + "".join(
        target.replace("corp", name).replace("url =", f"after = {written}\nurl =") for name, written in after.items()
    )


def test_a_target_may_come_after_others(read: Load, sound: str, target: str) -> None:
    settings = read(_targets(sound, target, hr="[]", corp='["hr"]', app='["hr", "corp"]', mail='"hr"'))

    assert [(), ("hr",), ("hr", "corp"), ("hr",)] == [each.after for each in settings.targets.values()]


def test_a_target_comes_after_none_that_is_not_there(faults: Faults, sound: str, target: str) -> None:
    (fault,) = faults(_targets(sound, target, people="[]", corp='["peopel"]'))

    assert ("targets.corp.after", '"peopel"', "there is no such target") == (fault.place, fault.value, fault.problem)
    assert 'did you mean "people"? there are: people, corp' == fault.remedy


def test_a_target_with_another_fault_is_there(faults: Faults, sound: str, target: str) -> None:
    config = _targets(sound, target, hr="[]", corp='["hr"]').replace("url =", "ulr =", 1)

    assert ["targets.hr.ulr", "targets.hr.url"] == sorted(fault.place for fault in faults(config))


@pytest.mark.parametrize(
    ("after", "circle"),
    [
        ({"a": '["a"]'}, "a after a"),
        ({"a": '["b"]', "b": '["a"]'}, "a after b after a"),
        ({"a": '["c"]', "b": '["a"]', "c": '["d", "b"]', "d": "[]"}, "a after c after b after a"),
    ],
)
def test_targets_do_not_wait_in_a_circle(
    faults: Faults, sound: str, target: str, after: dict[str, object], circle: str
) -> None:
    found = faults(_targets(sound, target, **after))

    assert f"goes round in a circle: {circle}; nothing would ever be delivered" == found[0].problem
    assert {"d"} & after.keys() == after.keys() - {fault.place.split(".")[1] for fault in found}


def test_a_target_waits_for_no_other_tenant(faults: Faults, sound: str, target: str) -> None:
    config = sound + OTHER + 'tenant = "acme"\n'
    config += target.replace("corp", "hr").replace("url =", 'tenant = "acme"\nurl =')
    config += target.replace("url =", 'tenant = "default"\nafter = ["hr"]\nurl =')
    (fault,) = faults(config)

    assert "targets.corp.after" == fault.place
    assert "takes another tenant" in fault.problem


def test_a_client_with_another_fault_still_serves_its_tenant(faults: Faults, sound: str, target: str) -> None:
    (fault,) = faults(sound.replace("scim-token", "nope") + target.replace("url =", 'tenant = "default"\nurl ='))

    assert "clients.default.token" == fault.place


def test_two_listeners_need_two_addresses(read: Load, faults: Faults, sound: str) -> None:
    (fault,) = faults(sound + '[ops]\nlisten = "127.0.0.1:8580"\n')

    assert ("ops.listen", "is the address of [edge] too") == (fault.place, fault.problem)
    assert read(sound + '[ops]\nlisten = "127.0.0.1:8581"\n').ops


def test_a_token_that_no_header_carries_is_refused(faults: Faults, sound: str, config: Path) -> None:
    (config.parent / "credentials" / "scim-token").write_text("two words")
    (fault,) = faults(sound)

    assert ("clients.default.token", '"file:credentials/scim-token"') == (fault.place, fault.value)
    assert "two words" not in str(fault)


@pytest.mark.parametrize("listen", ["0.0.0.0:8580", "[::]:8580", "10.0.0.1:8580"])
def test_tokens_do_not_travel_in_plain_text(faults: Faults, sound: str, listen: str) -> None:
    (fault,) = faults(sound + f'[edge]\nlisten = "{listen}"\n')

    assert "edge.listen" == fault.place
    assert "tls_certificate" in fault.remedy


def test_a_named_proxy_or_a_certificate_opens_the_door(read: Load, sound: str, tmp_path: Path) -> None:
    make(tmp_path / "tls", "127.0.0.1")
    files = f'tls_certificate = "{tmp_path}/tls/server.crt"\ntls_key = "file:{tmp_path}/tls/server.key"\n'

    plain = read(sound + '[edge]\nlisten = "0.0.0.0:1"\ntrusted_proxies = ["10.0.0.7", "fd00::/8"]\n').edge
    tls = read(sound + '[edge]\nlisten = "0.0.0.0:1"\n' + files).edge

    assert ["10.0.0.7/32", "fd00::/8"] == [str(network) for network in plain.trusted_proxies]
    assert (tmp_path / "tls" / "server.crt", tmp_path / "tls" / "server.key") == tls.tls
    assert tls.url.startswith("https://")


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ('tls_certificate = "a.crt"', "edge.tls_key"),
        ('tls_key = "a.key"', "edge.tls_certificate"),
        ('tls_certificate = "no.crt"\ntls_key = "no.key"', "edge.tls_certificate"),
        ('tls_certificate = "tls/ca.crt"\ntls_key = "tls/server.key"', "edge.tls_certificate"),
        ('tls_certificate = "credential:cert"\ntls_key = "tls/server.key"', "edge.tls_certificate"),
        ("tls_certificate = 1\ntls_key = 2", "edge.tls_certificate"),
    ],
)
def test_a_certificate_that_cannot_be_shown_is_told(
    faults: Faults, sound: str, tmp_path: Path, lines: str, place: str
) -> None:
    make(tmp_path / "tls", "127.0.0.1")

    assert place in [fault.place for fault in faults(sound + f"[edge]\n{lines}\n")]
