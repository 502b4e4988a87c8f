"""The keys of a target that is reached over HTTP: where it is, and who we are."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from connectors.sdk.secrets import Secret


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


def _sendable(written: SecretStr) -> SecretStr:
    if not written.get_secret_value().isprintable():
        raise ValueError("holds a line break or another character that no header can hold; write it anew")
    return written


def _user(written: str) -> str:
    if ":" in written or not written.isprintable():
        raise ValueError("holds a colon or a line break, which a user name of basic authentication cannot")
    return written


Url = Annotated[str, AfterValidator(_base_url)]


class OAuth(BaseModel):
    """Who we are at the service that gives tokens (client credentials, RFC 6749 §4.4)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token_url: Url
    client_id: Annotated[str, AfterValidator(_user)]
    client_secret: Annotated[Secret, AfterValidator(_sendable)]
    scope: str | None = None


class HttpSettings(BaseModel):
    """Where the target is and who we are: a token, one that is fetched, or a user and a password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: Url
    token: Annotated[Secret, AfterValidator(_sendable)] | None = None
    user: Annotated[str, AfterValidator(_user)] | None = None
    user_password: Secret | None = None
    oauth: OAuth | None = None
    ca_certificate: Path | None = None
    concurrency: int = Field(default=8, ge=1, le=256)

    @model_validator(mode="after")
    def _authenticates_in_one_way(self) -> Self:
        user = self.user is not None or self.user_password is not None
        if user and (self.user is None or self.user_password is None):
            raise ValueError("names one of user and user_password; write both")
        if [self.token is not None, self.oauth is not None, user].count(True) != 1:
            raise ValueError("needs one way to authenticate; write token, oauth, or user and user_password")
        return self

    @property
    def credentials(self) -> Mapping[str, str]:
        """The header that says who we are; none where the token is fetched."""
        if self.token is not None:
            return {"Authorization": f"Bearer {self.token.get_secret_value()}"}
        if self.user is not None and self.user_password is not None:
            return basic(self.user, self.user_password.get_secret_value())
        return {}

    @property
    def secrets(self) -> list[str]:
        """What must stand in no message."""
        client = None if self.oauth is None else self.oauth.client_secret
        return [each.get_secret_value() for each in (self.token, self.user_password, client) if each is not None]


def basic(user: str, password: str) -> dict[str, str]:
    """The header of basic authentication (RFC 7617)."""
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}
