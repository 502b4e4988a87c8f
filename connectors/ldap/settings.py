"""What `[targets.NAME]` with `connector = "ldap"` may hold, beside the keys that all targets have in common.

[targets.corp]
url = "ldaps://ldap.example.com"            # or a list, in order of preference
bind_dn = "cn=scim-bridge,dc=example,dc=com"
bind_password = "credential:corp-bind"
# bind = "external"                         # with ldapi://%2Frun%2Fslapd%2Fldapi: as the socket knows us, no password
# bind = "gssapi"                           # by a Kerberos ticket, with python-ldap
# ca_certificate = "ca.pem"                 # absent: the authorities this machine trusts
# start_tls = true                          # with ldap://
# plaintext = true                          # with ldap:// beyond loopback: the password goes in the clear
# password_attribute = "userPassword"       # with password = true: written there, and hashed by the directory;
#                                           # absent: set by the operation of RFC 3062
# pool = 12, connect_timeout = 3, answer_timeout = 6
# driver = "ldap3"                          # or "libldap"; absent: libldap where python-ldap is installed
"""

from __future__ import annotations

import ipaddress
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from connectors.ldap import dn
from connectors.ldap.driver import Bind
from connectors.ldap.filters import is_attribute
from connectors.ldap.member_values import UID, is_by_name
from connectors.ldap.schema import is_secret
from connectors.sdk import Secret

PLACEHOLDER = "cn=scim-bridge-placeholder"
"""Stands in a group without members, whose class demands one. It is no entry, so nobody gains anything by it."""


def _dn(written: str) -> str:
    try:
        dn.parse(written)
    except dn.NotADn as error:
        raise ValueError(f"is not a distinguished name: {error}; write it as in ou=people,dc=example,dc=com") from None
    if not written.strip():
        raise ValueError("is empty; write it as in ou=people,dc=example,dc=com")
    return written


def _attribute(written: str) -> str:
    if not is_attribute(written) or ";" in written:
        raise ValueError("is not the name of an attribute; write it as in uid")
    return written


def has_libldap() -> bool:
    """Whether python-ldap is installed (`pip install scim-bridge[libldap]`)."""
    return find_spec("ldap") is not None


def _installed(name: str | None) -> str | None:
    if name == "libldap" and not has_libldap():
        raise ValueError("needs python-ldap, which is not installed; pip install 'scim-bridge[libldap]'")
    return name


def _list(written: object) -> object:
    return [written] if isinstance(written, str) else written


DnText = Annotated[str, AfterValidator(_dn)]
AttributeName = Annotated[str, AfterValidator(_attribute)]
Classes = Annotated[tuple[AttributeName, ...], Field(min_length=1)]
DriverName = Literal["ldap3", "libldap"]
Seconds = Annotated[float, Field(gt=0, le=60)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KindTable(Frozen):
    """Where entries of a kind stand, and what they are; `missing_units` is about those that `place` names."""

    kind: ClassVar[str]
    base: DnText
    rdn: AttributeName
    object_classes: Classes
    missing_units: Literal["hold", "create"] = "hold"

    @field_validator("rdn")
    @classmethod
    def _is_mapped(cls, rdn: str, info: ValidationInfo) -> str:
        _check_mapped(rdn, cls.kind, info)
        return rdn


def _check_mapped(rdn: str, kind: str, info: ValidationInfo) -> None:
    mapped = ((info.context or {}).get("attributes") or {}).get(kind)
    if mapped is not None and rdn.lower() not in {name.lower() for name in mapped}:
        raise ValueError(f"{rdn} names the entries and is not mapped; write a line for it in [….{kind}.attributes]")


class UsersTable(KindTable):
    """`[targets.NAME.users]`."""

    kind = "users"
    rdn: AttributeName = Field("uid", validate_default=True)
    object_classes: Classes = ("inetOrgPerson",)


class GroupsTable(KindTable):
    """`[targets.NAME.groups]`; `members` are the attributes that hold members, in step: by DN, `memberUid` by name."""

    kind = "groups"
    rdn: AttributeName = Field("cn", validate_default=True)
    object_classes: Classes = ("groupOfNames",)
    members: Annotated[tuple[AttributeName, ...], BeforeValidator(_list), Field(min_length=1)] = ("member",)
    placeholder: DnText = PLACEHOLDER

    @field_validator("members")
    @classmethod
    def _each_once(cls, written: tuple[str, ...]) -> tuple[str, ...]:
        if len({name.lower() for name in written}) < len(written):
            raise ValueError("names an attribute twice; name each once")
        return written


class OtherTable(KindTable):
    """`[targets.NAME.devices]`, or another kind that the config declares."""

    kind = ""  # its name is that of the table


class LdapSettings(Frozen):
    """One directory. Tables by other names are kinds that the config declares."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, OtherTable] = Field(init=False)

    start_tls: bool = False
    plaintext: bool = False
    url: Annotated[tuple[str, ...], BeforeValidator(_list), Field(min_length=1)]
    bind: Bind = Bind.SIMPLE
    bind_dn: DnText | None = None
    bind_password: Secret | None = None
    ca_certificate: Path | None = None
    password_attribute: AttributeName | None = None
    connect_timeout: Seconds = 3.0
    answer_timeout: Seconds = 6.0
    pool: Annotated[int, Field(ge=1, le=64)] = 12
    driver: Annotated[DriverName | None, AfterValidator(_installed)] = None
    users: UsersTable | None = None
    groups: GroupsTable | None = None

    @field_validator("url")
    @classmethod
    def _reachable_safely(cls, urls: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for url in urls:
            _check_url(url, bool(info.data.get("start_tls")), bool(info.data.get("plaintext")))
        return urls

    @property
    def is_encrypted(self) -> bool:
        """Whether nobody on the way can read what we send: TLS, or a socket of this machine."""
        return self.start_tls or all(urlsplit(url).scheme in ("ldaps", "ldapi") for url in self.url)

    @property
    def is_plain(self) -> bool:
        """Whether what we send may cross a network without TLS."""
        return not self.start_tls and any(
            parts.scheme == "ldap" and not _is_loopback(parts.hostname or "") for parts in map(urlsplit, self.url)
        )

    @property
    def tables(self) -> dict[str, UsersTable | GroupsTable | OtherTable]:
        """The kinds that the directory takes."""
        found: dict[str, UsersTable | GroupsTable | OtherTable] = dict(self.__pydantic_extra__)
        return {table.kind: table for table in (self.users, self.groups) if table} | found

    @model_validator(mode="after")
    def _can_bind(self) -> Self:
        if problem := _cannot_bind(self):
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        by_name = self.groups is not None and any(map(is_by_name, self.groups.members))
        if by_name and (self.users is None or self.users.rdn.lower() != UID):
            raise ValueError(
                'groups.members: memberUid holds the uid that names a user; write rdn = "uid" in the table users, or '
                "leave memberUid out"
            )
        return self

    @model_validator(mode="after")
    def _others_are_named_by_what_is_mapped(self, info: ValidationInfo) -> Self:
        for kind, table in self.__pydantic_extra__.items():
            _check_mapped(table.rdn, kind, info)
        return self

    @field_validator("password_attribute")
    @classmethod
    def _known_for_a_secret(cls, written: str | None) -> str | None:
        if written is not None and not is_secret(written):
            raise ValueError(
                "is no attribute that we know for a secret: what it holds would be kept of entries that are removed; "
                "write userPassword"
            )
        return written

    @field_validator("bind_password")
    @classmethod
    def _not_empty(cls, written: Secret | None) -> Secret | None:
        if written is not None and not written.get_secret_value():
            raise ValueError("leads to an empty password, which a directory takes for no password; write it there")
        return written


def _cannot_bind(settings: LdapSettings) -> str | None:
    """Why we cannot say who we are."""
    match settings.bind:
        case Bind.SIMPLE if settings.bind_dn is None or settings.bind_password is None:
            return 'says not who we are; write bind_dn and bind_password, or bind = "external" with a url ldapi://…'
        case Bind.EXTERNAL if not all(urlsplit(url).scheme == "ldapi" for url in settings.url):
            return 'bind = "external" is what a socket says of us; write url = "ldapi://%2Frun%2Fslapd%2Fldapi"'
        case Bind.GSSAPI if settings.driver == "ldap3" or not has_libldap():
            return "bind = \"gssapi\" takes python-ldap; pip install 'scim-bridge[libldap]', and leave driver out"
        case Bind.EXTERNAL | Bind.GSSAPI if settings.bind_password is not None:
            return "bind_password is not used with this bind; leave it out"
    return None


def _check_url(url: str, start_tls: bool, plaintext: bool) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a URL; write it as in ldaps://ldap.example.com") from None
    if parts.scheme == "ldapi" and unquote(parts.netloc).startswith("/") and not parts.path.strip("/"):
        return
    if parts.scheme not in ("ldap", "ldaps") or not host or parts.path.strip("/") or parts.query:
        raise ValueError("is not the URL of a directory; write it as in ldaps://ldap.example.com:636")
    if parts.scheme == "ldaps" and start_tls:
        raise ValueError("is TLS already; leave start_tls out")
    if parts.scheme == "ldap" and not (start_tls or plaintext or _is_loopback(host)):
        raise ValueError(
            "would send the password in the clear; use ldaps:// or start_tls = true (or say plaintext = true)"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
