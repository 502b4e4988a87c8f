"""LDAP directories as targets: OpenLDAP, with users by inetOrgPerson and groups that hold their members' DNs.

settings    what the config file may say
connector   the SDK's protocol; below it reading, writing, members, activation, probing, checking
directory   one directory as these ask it: results, errors, and never a write to another entry
process     the child process that the driver lives in, `child` its inside
driver      the seam to a library; `ldap3_driver` the library
dn, filters, schema, matching, kind, changes, errors: pure
"""

from connectors.ldap.connector import LdapConnector, build
from connectors.ldap.settings import LdapSettings
from connectors.sdk import Plugin

plugin = Plugin("ldap", LdapSettings, build)

__all__ = ["LdapConnector", "LdapSettings", "build", "plugin"]
