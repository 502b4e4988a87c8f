"""A secret in a connector's settings: written as a reference, never as the secret itself.

    bind_password: Secret          # in the model
    bind_password = "env:LDAP_PW"  # in bridge.toml: env:NAME, file:PATH or credential:NAME

The bridge hands its resolver in as validation context (`{"secrets": resolve}`); it raises `ValueError`
with a plain sentence where the reference leads nowhere.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, SecretStr, ValidationInfo


def _resolve(reference: object, info: ValidationInfo) -> object:
    if isinstance(reference, SecretStr):
        return reference
    if not isinstance(reference, str):
        raise ValueError("must be a secret reference: env:NAME, file:PATH or credential:NAME")
    if not info.context or "secrets" not in info.context:
        raise ValueError("no secret resolver was handed in")
    return info.context["secrets"](reference)


Secret = Annotated[SecretStr, BeforeValidator(_resolve)]
