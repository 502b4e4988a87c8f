from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from connectors.ldap import plugin
from connectors.ldap.driver import Server
from connectors.ldap.kind import kinds_of
from connectors.ldap.settings import LdapSettings
from connectors.sdk import Context, Plugin

SOCKET = "ldapi://%2Frun%2Fslapd%2Fldapi"
TABLE = {
    "url": "ldaps://ldap.example.com",
    "bind_dn": "cn=bridge,dc=x",
    "bind_password": "env:X",
    "users": {"base": "ou=people,dc=x", "rdn": "uid", "object_classes": ["inetOrgPerson"]},
    "groups": {"base": "ou=groups,dc=x", "rdn": "cn", "object_classes": ["groupOfNames"], "members": "member"},
}


def load(secret: str = "s3cret", mapped: dict[str, Any] | None = None, **keys: Any) -> LdapSettings:
    context = {"secrets": lambda _: SecretStr(secret), "attributes": mapped or {}}
    return LdapSettings.model_validate({**TABLE, **keys}, context=context)


def test_the_table_of_the_documentation_is_taken() -> None:
    settings = load()

    assert ("ldaps://ldap.example.com",) == settings.url
    assert settings.groups is not None
    assert ("member",) == settings.groups.members


def test_the_secret_is_in_no_repr() -> None:
    assert "s3cret" not in repr(load())
    assert "s3cret" not in repr(Server(("ldap://x",), "cn=x", "s3cret"))


@pytest.mark.parametrize(
    "keys",
    [
        {"url": ["ldaps://a.example", "ldaps://b.example:637"]},
        {"url": "ldap://127.0.0.1:389"},
        {"url": "ldap://localhost"},
        {"url": "ldap://[::1]:389"},
        {"url": "ldap://a.example", "start_tls": True},
        {"url": "ldap://a.example", "plaintext": True},
        {"users": None},
    ],
)
def test_what_is_taken(keys: dict[str, Any]) -> None:
    load(**keys)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"url": "ldap://a.example"}, "in the clear"),
        ({"url": ["ldaps://a.example", "ldap://b.example"]}, "in the clear"),
        ({"url": "ldaps://a.example", "start_tls": True}, "leave start_tls out"),
        ({"url": "https://a.example"}, "not the URL of a directory"),
        ({"url": "ldaps://"}, "not the URL of a directory"),
        ({"url": "ldaps://a:x"}, "is not a URL"),
        ({"url": []}, "at least 1"),
        ({"bind_dn": "bridge"}, "not a distinguished name"),
        ({"bind_dn": None}, "says not who we are"),
        ({"bind_password": None}, "says not who we are"),
        ({"bind": "external", "bind_password": None}, "is what a socket says of us"),
        ({"bind": "external", "url": SOCKET}, "bind_password is not used"),
        ({"bind": "gssapi", "bind_password": None, "driver": "ldap3"}, "takes python-ldap"),
        ({"bind": "digest-md5"}, "simple"),
        ({"url": "ldapi://run/slapd"}, "not the URL of a directory"),
        ({"bind_dn": ""}, "is empty"),
        ({"users": {**TABLE["users"], "base": "people"}}, "not a distinguished name"),  # type: ignore[dict-item]
        ({"users": {**TABLE["users"], "rdn": "u id"}}, "not the name of an attribute"),  # type: ignore[dict-item]
        ({"users": {**TABLE["users"], "object_classes": []}}, "at least 1"),  # type: ignore[dict-item]
        ({"groups": {**TABLE["groups"], "members": ["member", "MEMBER"]}}, "names an attribute twice"),  # type: ignore[dict-item]
        (
            {"groups": {**TABLE["groups"], "members": "memberUid"}, "users": {"base": "dc=x", "rdn": "cn"}},  # type: ignore[dict-item]
            "holds the uid that names a user",
        ),
        ({"pool": 0}, "greater than or equal to 1"),
        ({"answer_timeout": 0}, "greater than 0"),
        ({"nosuch": 1}, "valid dictionary"),
    ],
)
def test_what_is_refused_and_why(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        load(**keys)


def test_an_empty_password_is_refused() -> None:
    """A directory takes a bind without a password for an anonymous one, and says that it succeeded."""
    with pytest.raises(ValidationError, match="empty password"):
        load(secret="")


@pytest.mark.parametrize("kind", ["users", "groups"])
def test_the_naming_attribute_must_be_mapped(kind: str) -> None:
    with pytest.raises(ValidationError, match="is not mapped"):
        load(mapped={kind: frozenset({"sn"})})
    load(mapped={kind: frozenset({"UID", "CN"})})


def test_a_certificate_is_found_beside_the_config(tmp_path: Path) -> None:
    connector = plugin.build(load(ca_certificate="ca.pem", pool=3), Context("corp", tmp_path))

    assert isinstance(plugin, Plugin)
    assert 6 == connector.concurrency  # one at work and one at hand for each connection


def test_the_package_offers_nothing_else() -> None:
    import connectors.ldap

    with pytest.raises(AttributeError):
        _ = connectors.ldap.nosuch
    assert connectors.ldap.plugin is connectors.ldap.plugin


DEVICES = {"base": "ou=devices,dc=x", "rdn": "cn", "object_classes": ["device"]}


def test_a_kind_that_the_config_declares_is_a_table_by_its_name() -> None:
    settings = load(devices=DEVICES, mapped={"devices": {"CN"}})

    assert ["users", "groups", "devices"] == list(settings.tables)
    kind = kinds_of(settings)["devices"]
    assert ("devices", "cn", ("device",), ()) == (kind.name, kind.rdn, kind.object_classes, kind.members)


def test_its_entries_too_are_named_by_what_is_mapped() -> None:
    with pytest.raises(ValidationError, match=r"cn names the entries and is not mapped.*devices\.attributes"):
        load(devices=DEVICES, mapped={"devices": {"serialNumber"}})


@pytest.mark.parametrize("missing", ["base", "rdn", "object_classes"])
def test_nothing_is_guessed_about_its_entries(missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        load(devices={key: value for key, value in DEVICES.items() if key != missing})


@pytest.mark.parametrize(
    ("keys", "takes"),
    [
        ({}, True),
        ({"url": "ldap://127.0.0.1"}, True),
        ({"url": "ldap://a.example", "start_tls": True}, True),
        ({"url": "ldap://a.example", "plaintext": True}, False),
        ({"url": ["ldaps://a.example", "ldap://b.example"], "plaintext": True}, False),
    ],
)
def test_passwords_of_people_never_go_in_the_clear(keys: dict[str, Any], takes: bool) -> None:
    fault = plugin.refuses_passwords(load(**keys))

    assert takes == (fault is None)
    assert fault is None or "ldaps://" in fault.remedy


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("ou=left,dc=x", None),
        ("left", "is not a distinguished name: no 'attribute=value' at character 1; write it as in move:ou=left,dc=e"),
        (" ", "names no place; write it as in move:ou=left"),
    ],
)
def test_a_place_to_move_leavers_to_is_a_dn(place: str, wrong: str | None) -> None:
    said = plugin.check_place(place) if plugin.check_place else "unchecked"

    assert (said is None) == (wrong is None)
    assert wrong is None or (said or "").startswith(wrong)


def test_passwords_are_written_where_secrets_are_expected() -> None:
    """Else an image of a removed entry would hold them."""
    assert "unicodePwd" == load(password_attribute="unicodePwd").password_attribute

    with pytest.raises(ValidationError, match="no attribute that we know for a secret"):
        load(password_attribute="description")
