"""The keys of a REST target: where it is, who we are, and which calls make, read, change and remove an entry.

[targets.app]
connector = "rest"
base_url = "https://api.example.com/v1"
token = "credential:app-token"           # Authorization: Bearer ...; or header = "X-Api-Key" to send it there
# user = "bridge"                        # basic authentication instead of a token
# user_password = "credential:app-password"
# oauth = { token_url = "https://…", client_id = "bridge", client_secret = "credential:app-client", scope = "…" }
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

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

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
from connectors.sdk.http import HttpSettings


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


def _header(written: str) -> str:
    if not written.isascii() or not written.replace("-", "").replace("_", "").isalnum():
        raise ValueError('is not the name of a header; write it as "X-Api-Key"')
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


class RestSettings(HttpSettings):
    """One REST target. Tables by other names are kinds that the config declares."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Kind] = Field(init=False)

    header: Annotated[str, AfterValidator(_header)] | None = None
    probe: Collection | None = None
    paging: Annotated[Paging, BeforeValidator(_style)] = Paging()
    users: Kind | None = None
    groups: Kind | None = None

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kinds that the target takes."""
        core = {"users": self.users, "groups": self.groups}
        return {name: kind for name, kind in core.items() if kind is not None} | self.__pydantic_extra__

    @property
    def credentials(self) -> Mapping[str, str]:
        if self.header is not None and self.token is not None:
            return {self.header: self.token.get_secret_value()}
        return super().credentials

    @model_validator(mode="after")
    def _header_holds_a_token(self) -> Self:
        if self.header is not None and self.token is None:
            raise ValueError("names a header and no token; write the token that goes there")
        return self
