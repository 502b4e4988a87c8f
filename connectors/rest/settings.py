"""The keys of a REST target: where it is, who we are, and which calls make, read, change and remove an entry.

[targets.app]
connector = "rest"
base_url = "https://api.example.com/v1"
token = "credential:app-token"           # Authorization: Bearer ...; or header = "X-Api-Key" to send it there
# user = "bridge"                        # basic authentication instead of a token
# user_password = "credential:app-password"
# ca_certificate = "app-ca.pem"          # a private CA; certificates are always checked
# concurrency = 8
paging = { style = "page", size = 100, size_parameter = "per_page" }   # none | page | offset | cursor | link

[targets.app.users]
key = "login"                            # the mapped attribute that names an entry
create = "POST /users"
read = "GET /users/{id}"
update = "PATCH /users/{id}"             # PUT: read, merge, written whole
delete = "DELETE /users/{id}"
list = "GET /users"
find = "GET /users?login={value}"        # absent: looked for in the list
items = "users"                          # where the list stands in an answer; absent: the answer is the list
# entry = "data"  wrap = "user"  id = "id"   # where an entry stands in an answer, in a body; where its id is
# lists = ["phones"]                     # attributes that are arrays
# case_insensitive = ["login"]
# enable = "POST /users/{id}/enable"     # both: on_disable = "lock" uses them
# disable = "POST /users/{id}/disable"
# set_password = { call = "PUT /users/{id}/password", body = { password = "{password}" } }   # with password = true
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from connectors.rest.endpoints import (
    Collection,
    Creation,
    Item,
    Lookup,
    Membership,
    PasswordCall,
    Removal,
    Switching,
    Update,
)
from connectors.sdk import Secret


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Style(StrEnum):
    """How a list is cut into answers."""

    NONE = "none"
    PAGE = "page"  # ?page=1, 2, 3
    OFFSET = "offset"  # ?offset=0, 100, 200
    CURSOR = "cursor"  # each answer says where the next one begins
    LINK = "link"  # a Link header with rel="next" (RFC 8288)


def _style(written: Any) -> Any:
    return {"style": written} if isinstance(written, str) else written


class Paging(Frozen):
    """How a list is read; a list is complete when the target says that nothing follows."""

    style: Style = Style.NONE
    parameter: str | None = None
    size: int = Field(default=100, ge=1)
    size_parameter: str | None = None
    first: int | None = None
    next: str | None = None
    total: str | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.style is Style.CURSOR) != (self.next is not None):
            raise ValueError('next and style = "cursor" belong together; next is where the answer says what follows')
        return self


def _base_url(written: str) -> str:
    """An https URL; http on loopback alone, for a token would cross the network in plain text."""
    try:
        url = urlsplit(written)
        port_is_fine = url.port is None or url.port > 0
    except ValueError:
        raise ValueError('is not a URL; write it as "https://api.example.com/v1"') from None
    if url.scheme not in ("http", "https") or not url.hostname or not port_is_fine:
        raise ValueError('is not a URL; write it as "https://api.example.com/v1"')
    if url.query or url.fragment or url.username or url.password or any(c.isspace() for c in written):
        raise ValueError("has more than scheme, host, port and path; write user and user_password")
    if url.scheme == "http" and not _is_loopback(url.hostname):
        raise ValueError("would send secrets in plain text over the network; write https://")
    return written.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _header(written: str) -> str:
    if not written.isascii() or not written.replace("-", "").replace("_", "").isalnum():
        raise ValueError('is not the name of a header; write it as "X-Api-Key"')
    return written


def _sendable(written: SecretStr) -> SecretStr:
    if not written.get_secret_value().isprintable():
        raise ValueError("holds a line break or another character that no header can hold; write it anew")
    return written


def _user(written: str) -> str:
    if ":" in written or not written.isprintable():
        raise ValueError("holds a colon or a line break, which a user name of basic authentication cannot")
    return written


class Members(Frozen):
    """How a group's members are read and changed."""

    add: Membership
    remove: Membership
    read: Item | None = Field(default=None, validation_alias="list")
    items: str = "members"
    value: str = "id"


class Kind(Frozen):
    """The calls of one kind of entry."""

    key: str
    create: Creation
    read: Item
    update: Update
    delete: Removal
    listing: Collection = Field(validation_alias="list")
    find: Lookup | None = None
    id: str = "id"
    items: str | None = None
    entry: str | None = None
    wrap: str | None = None
    lists: tuple[str, ...] = ()
    case_insensitive: tuple[str, ...] = ()
    enable: Switching | None = None
    disable: Switching | None = None
    set_password: PasswordCall | None = None
    members: Members | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.enable is None) != (self.disable is None):
            raise ValueError("names one of enable and disable; write both, or neither")
        if self.key in self.lists:
            raise ValueError("lists holds the key; a key is one value: take it out")
        return self


class RestSettings(Frozen):
    """One REST target. Tables by other names are kinds that the config declares."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Kind] = Field(init=False)

    base_url: Annotated[str, AfterValidator(_base_url)]
    token: Annotated[Secret, AfterValidator(_sendable)] | None = None
    header: Annotated[str, AfterValidator(_header)] | None = None
    user: Annotated[str, AfterValidator(_user)] | None = None
    user_password: Secret | None = None
    ca_certificate: Path | None = None
    concurrency: int = Field(default=8, ge=1, le=256)
    probe: Collection | None = None
    paging: Annotated[Paging, BeforeValidator(_style)] = Paging()
    users: Kind | None = None
    groups: Kind | None = None

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kinds that the target takes."""
        core = {"users": self.users, "groups": self.groups}
        return {name: kind for name, kind in core.items() if kind is not None} | self.__pydantic_extra__

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        basic = self.user is not None or self.user_password is not None
        if basic and (self.user is None or self.user_password is None):
            raise ValueError("names one of user and user_password; write both")
        if basic == (self.token is not None):
            raise ValueError("needs one way to authenticate; write token, or user and user_password")
        if self.header is not None and self.token is None:
            raise ValueError("names a header and no token; write the token that goes there")
        return self
