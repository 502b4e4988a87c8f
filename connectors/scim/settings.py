"""The keys of a SCIM target: where the service is, who we are, and what it does otherwise than it says.

[targets.app]
connector = "scim"
base_url = "https://app.example.com/scim/v2"
token = "credential:app-token"           # Authorization: Bearer ...; or user and user_password for basic; or
# oauth = { token_url = "https://…", client_id = "bridge", client_secret = "credential:app-client", scope = "…" }
# ca_certificate = "app-ca.pem"          # a private CA; certificates are always checked
# concurrency = 8
# page_size = 100
# discovery = false                      # its /ServiceProviderConfig, /ResourceTypes and /Schemas are not believed
# paging = "cursor"                      # it has cursors (RFC 9865) and does not say so; or "index"
# patch = false                          # it says that it takes PATCH, and does not: PUT, read and merged before
# filter = false                         # it says that it filters, and does not: looked for in the whole list

[targets.app.users]
# key = "userName"                       # the attribute of the service that names an entry; for groups "displayName"
# endpoint = "Users"
# case_insensitive = ["externalId"]      # what it compares without case, against its schema
[targets.app.users.attributes]           # left: a path of the service; right: where the value comes from
userName = "userName"
"name.givenName" = "name.givenName"
'emails[type eq "work"].value' = 'emails[type eq "work"].value'

[targets.app.groups]
# members_per_request = 100
# members_shown = false                  # its groups are shown without members, as AWS shows them: no drift of members
# members_removed_by = "value"           # its form of a removal, if not path: members[value eq "..."]
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, model_validator

from bridge.scim.resource_types import GROUP, USER, ResourceType
from connectors.scim.places import Misplaced, Place, overlapping, place_of
from connectors.sdk.http import HttpSettings


def _endpoint(written: str) -> str:
    if not written.strip("/") or not written.replace("/", "").replace("-", "").replace("_", "").isalnum():
        raise ValueError('is not the path of an endpoint; write it as "Users"')
    return written.strip("/")


Endpoint = Annotated[str, AfterValidator(_endpoint)]


class RemovedBy(StrEnum):
    """How a member is named that is to be removed."""

    PATH = "path"  # RFC 7644: members[value eq "..."]
    VALUE = "value"  # path members and a value, as Entra ID sends it


class Paging(StrEnum):
    """How a service cuts its lists."""

    INDEX = "index"
    CURSOR = "cursor"


class Kind(BaseModel):
    """What users and groups have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: ClassVar[str]
    type: ClassVar[ResourceType]

    key: str
    endpoint: Endpoint
    case_insensitive: tuple[str, ...] = ()
    _mapped: tuple[str, ...] = PrivateAttr(default=())

    @property
    def mapped(self) -> tuple[str, ...]:
        """The attributes that the config maps."""
        return self._mapped

    @model_validator(mode="after")
    def _leads_somewhere(self, info: ValidationInfo) -> Self:
        attributes: dict[str, Any] = (info.context or {}).get("attributes") or {}
        self._mapped = tuple(sorted(attributes.get(self.name, ())))
        places = self._places((self.key, *self._mapped))
        if (twice := overlapping(places[1:])) is not None:
            raise ValueError(f"attributes maps {twice[0]} and {twice[1]}, which write the same; take one of them out")
        if places[0].attribute.multi_valued:
            raise ValueError(f"{self.key} has several values and cannot name an entry; write another key")
        if self._mapped and self.key not in self._mapped:
            where = f"[….{self.name}.attributes]"
            raise ValueError(f"{self.key} names the entries and is not mapped; write a line for it in {where}")
        return self

    def _places(self, texts: Iterable[str]) -> list[Place]:
        """Where they lead; what is wrong with any is said at once."""
        places: list[Place] = []
        problems, remedies = list[str](), list[str]()
        for text in texts:
            try:
                places.append(place_of(text, self.type))
            except Misplaced as wrong:
                problem, _, remedy = str(wrong).partition("; ")
                problems.append(f"{text} {problem}")
                remedies.append(remedy)
        if problems:
            raise ValueError(f"{', '.join(problems)}; {', '.join(dict.fromkeys(remedies))}")
        return places


class Users(Kind):
    name = "users"
    type = USER

    key: str = "userName"
    endpoint: Endpoint = "Users"


class Groups(Kind):
    name = "groups"
    type = GROUP

    key: str = "displayName"
    endpoint: Endpoint = "Groups"
    members_per_request: int = Field(default=100, ge=1, le=10_000)
    members_shown: bool = True
    members_removed_by: RemovedBy = RemovedBy.PATH


class ScimSettings(HttpSettings):
    """One SCIM service. `patch`, `filter` and `paging` overrule what it says of itself."""

    page_size: int = Field(default=100, ge=1, le=10_000)
    discovery: bool = True
    patch: bool | None = None
    filter: bool | None = None
    paging: Paging | None = None
    users: Users | None = None
    groups: Groups | None = None

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kinds that the target takes."""
        return {kind.name: kind for kind in (self.users, self.groups) if kind is not None}
