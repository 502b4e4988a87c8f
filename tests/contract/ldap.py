"""What the LDAP tests share: connectors to a tree of the real OpenLDAP, and people to write to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from connectors.ldap.build import build
from connectors.ldap.connector import LdapConnector
from connectors.ldap.settings import LdapSettings
from connectors.sdk import Context, Entry, Value
from demo.slapd import PASSWORD, SERVICE
from tests.slapd import Tree

Connect = Callable[..., LdapConnector]


def connector_to(tree: Tree, **keys: Any) -> LdapConnector:
    """A connector to a tree; `keys` are those of the config, and `places`; the usual ones stand back before them."""
    table = {
        "url": tree.slapd.url,
        "bind_dn": SERVICE,
        "bind_password": "env:CORP_BIND",
        "users": {"base": tree.people},
        "groups": {"base": tree.groups},
        **keys,
    }
    password, places = table.pop("password", PASSWORD), table.pop("places", {})
    settings = LdapSettings.model_validate(table, context={"secrets": lambda _: SecretStr(password)})
    return build(settings, Context("corp", Path("/"), places))


def person(uid: str, **attributes: Value | tuple[Value, ...]) -> Entry:
    """A user by these attributes; cn and sn are there already."""
    named = {"uid": uid, "cn": "Barbara Jensen", "sn": "Jensen", **attributes}
    return Entry("users", {name: value if isinstance(value, tuple) else (value,) for name, value in named.items()})


def group(cn: str) -> Entry:
    return Entry("groups", {"cn": (cn,)})
