"""LDAP directories as targets: OpenLDAP, with users by inetOrgPerson and groups that hold their members' DNs.

build       what the entry point names
settings    what the config file may say
connector   the SDK's protocol; below it reading, writing, members, activation, probing, checking
directory   one directory as these ask it: results, errors, and never a write to another entry
driver      the seam to a library; `door` which server a connection leads to, `tls` whom it trusts
ldap3       `process`: the child process that `ldap3_driver` lives in, `child` its inside, `requests` what it sends
python-ldap `libldap_driver`: many requests under way on a connection, `libldap` the library
dn, filters, schema, matching, kind, changes, errors: pure
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.sdk import Plugin

    plugin: Plugin

__all__ = ["plugin"]


def __getattr__(name: str) -> object:
    """`plugin` is made when it is asked for: the driver's process passes here too, and starts in half the time."""
    if name != "plugin":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from connectors.ldap.build import plugin

    return plugin
