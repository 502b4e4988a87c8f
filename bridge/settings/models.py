"""The settings of a bridge as frozen values: what `load` returns and everything else reads.

How they are read from `bridge.toml`, and what is said where they are wrong, is in `load.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, SerializeAsAny

from bridge.settings.alerts import AlertSettings
from bridge.settings.amounts import Limit, parse_duration, parse_limit, parse_size
from bridge.settings.certificate import PemFile
from bridge.settings.cron import check_cron
from bridge.settings.faults import Wrong
from bridge.settings.frozen import Frozen
from bridge.settings.kinds import KindSettings
from bridge.settings.network import Address, Network, parse_address, parse_base_url, parse_loopback, parse_network
from bridge.settings.resource_types import ResourceTypeSettings
from bridge.settings.seal import parse_key
from bridge.settings.windows import Window, parse_window
from connectors.sdk import Secret

Size = Annotated[int, BeforeValidator(parse_size)]
Duration = Annotated[float, BeforeValidator(parse_duration)]
Listen = Annotated[Address, BeforeValidator(parse_address)]
Loopback = Annotated[Address, BeforeValidator(parse_loopback)]
Peers = Annotated[Network, BeforeValidator(parse_network)]
Few = Annotated[Limit, BeforeValidator(lambda written: parse_limit(written, 5))]
Many = Annotated[Limit, BeforeValidator(lambda written: parse_limit(written, 50))]
Part = Annotated[Limit, BeforeValidator(lambda written: parse_limit(written, 0))]


MaintenanceWindow = Annotated[Window, BeforeValidator(parse_window)]


def _listed(written: object) -> object:
    """One of a list may be written alone."""
    return (written,) if isinstance(written, str) else written


def _sealing(secret: SecretStr) -> SecretStr:
    parse_key(secret.get_secret_value())
    return secret


class JournalSettings(Frozen):
    """Where the journal is, the key that seals and chains it, and for how long changes are kept in it."""

    path: Path = Path("journal.db")
    key: Annotated[Secret, AfterValidator(_sealing)]
    keep: Duration = 400 * 86400.0
    keep_payloads: Duration = 90 * 86400.0
    keep_passwords: Duration = 7 * 86400.0
    max_size: Size = 4 * 2**30

    @property
    def key_bytes(self) -> bytes:
        return parse_key(self.key.get_secret_value())


class EdgeSettings(Frozen):
    """The inbound door. `base_url` is what `Location` and `meta.location` say; None: as `listen` says.

    Where `trusted_proxies` are named, they and this machine alone may connect.
    """

    listen: Listen = Address("127.0.0.1", 8580)
    base_url: Annotated[str, AfterValidator(parse_base_url)] | None = None
    tls_certificate: PemFile | None = None
    tls_key: PemFile | None = None
    trusted_proxies: tuple[Peers, ...] = ()
    max_body: Size = 2**20
    max_group_body: Size = 16 * 2**20
    max_bulk_body: Size = 4 * 2**20
    max_bulk_operations: Annotated[int, Field(ge=1, le=100_000)] = 1000

    @property
    def url(self) -> str:
        scheme = "https" if self.tls else "http"
        return self.base_url or f"{scheme}://{self.listen}/scim/v2"

    @property
    def tls(self) -> tuple[Path, Path] | None:
        """Certificate and key, where both are named."""
        return (self.tls_certificate, self.tls_key) if self.tls_certificate and self.tls_key else None


class OpsSettings(Frozen):
    """Where `/metrics` and `/status` are served."""

    listen: Loopback


def _token(secret: SecretStr) -> SecretStr:
    if not all("!" <= character <= "~" for character in secret.get_secret_value()):
        raise Wrong(
            "holds characters that no Authorization header carries", "make one: head -c 32 /dev/urandom | base64"
        )
    return secret


class ClientSettings(Frozen):
    """Who may call the edge, with which token, about which tenant.

    `unknown` is what comes of attributes of no schema; `me` the user that the client itself is, by userName or id.
    """

    name: str
    token: Annotated[Secret, AfterValidator(_token)]
    profile: Literal["generic", "entra", "okta", "onelogin", "jumpcloud", "ping", "wso2", "fusionauth"] = "generic"
    unknown: Literal["ignore", "refuse"] = "ignore"
    tenant: str = "default"
    me: Annotated[str, Field(min_length=1)] | None = None


class GuardSettings(Frozen):
    """What is too much within an hour. `group_members` is the part of one group of 20 members or more."""

    disables: Few = Limit(5, 0.05, 500)
    deletes: Few = Limit(5, 0.05, 500)
    member_removals: Many = Limit(50, 0.05)
    renames: Many = Limit(50, 0.05)
    clears: Many = Limit(50, 0.05)
    group_members: Part = Limit(0, 0.30)
    protected: tuple[str, ...] = ()


def _switch(written: object) -> object:
    if isinstance(written, str):
        raise Wrong(
            "says whether this target is given passwords, and is true or false",
            "write true or false; the password of our own account has another key (bind_password, user_password)",
        )
    return written


class TargetSettings(Frozen):
    """One configured system that we write to. `own` is the connector's model, validated by the connector.

    `password`: the passwords that clients send are delivered to it.
    """

    name: str
    connector: str
    tenant: str = "default"
    schedule: Annotated[str, AfterValidator(check_cron)] | None = None
    drift: Literal["report", "revert"] = "report"
    timeout: Duration = 10.0
    after: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    maintenance: Annotated[tuple[MaintenanceWindow, ...], BeforeValidator(_listed)] = ()
    password: Annotated[bool, BeforeValidator(_switch)] = False
    guards: GuardSettings = GuardSettings()
    kinds: dict[str, KindSettings] = Field(default_factory=dict)
    own: SerializeAsAny[BaseModel] = Frozen()


class Settings(Frozen):
    """The whole file. `directory` is where relative data paths lead."""

    file: Path
    directory: Path
    journal: JournalSettings
    edge: EdgeSettings = EdgeSettings()
    ops: OpsSettings | None = None
    alerts: AlertSettings | None = None
    clients: dict[str, ClientSettings] = Field(default_factory=dict)
    targets: dict[str, TargetSettings] = Field(default_factory=dict)
    resource_types: dict[str, ResourceTypeSettings] = Field(default_factory=dict)
    timezone: ZoneInfo = ZoneInfo("UTC")
