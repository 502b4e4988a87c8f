"""Whom to tell when something needs a person: `[alerts]`, a webhook or a command, or both."""

from __future__ import annotations

import shutil
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo

from bridge.settings.amounts import parse_duration
from bridge.settings.faults import Wrong
from bridge.settings.frozen import Frozen
from bridge.settings.network import Address
from bridge.settings.secrets import REFERENCE
from connectors.sdk import Secret

_URL = 'write a URL as in "https://alerts.example.com/hook", or a secret reference to one'
_PROGRAM = 'write the program and its arguments, as in ["/usr/local/bin/page", "--team", "iam"]'


def _resolved(written: Any, info: ValidationInfo) -> Any:
    """A URL may be a secret itself: then it is a reference like any other."""
    if isinstance(written, str) and REFERENCE.fullmatch(written) and info.context:
        return info.context["secrets"](written)
    return written


def _webhook(secret: SecretStr) -> SecretStr:
    written = secret.get_secret_value().strip()
    try:
        url = urlsplit(written)
        usable = url.scheme in ("http", "https") and bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in written):
        raise Wrong("is not an http or https URL", _URL)
    return SecretStr(written)


def _program(written: tuple[str, ...]) -> tuple[str, ...]:
    if not written or not written[0]:
        raise Wrong("names no program", _PROGRAM)
    if shutil.which(written[0]) is None:
        raise Wrong(f"{written[0]} is no program that we may run", "write the path of a program, and chmod +x it")
    return written


class AlertSettings(Frozen):
    """Once per change of state. `token` goes along as a bearer token; `secret` signs what is sent.

    `parked`: more than so many at a target are told; `patience`: a target is down for so many seconds before it is.
    """

    webhook: Annotated[SecretStr, BeforeValidator(_resolved), AfterValidator(_webhook)] | None = None
    token: Secret | None = None
    secret: Secret | None = None
    command: Annotated[tuple[str, ...], AfterValidator(_program)] | None = None
    parked: Annotated[int, Field(ge=0)] = 0
    patience: Annotated[float, BeforeValidator(parse_duration)] = 10.0
    timeout: Annotated[float, BeforeValidator(parse_duration), Field(le=60)] = 10.0

    @property
    def is_plain(self) -> bool:
        """Whether the webhook is reached in plain text over a network."""
        if self.webhook is None:
            return False
        url = urlsplit(self.webhook.get_secret_value())
        return url.scheme == "http" and not Address(url.hostname or "", 0).is_loopback
