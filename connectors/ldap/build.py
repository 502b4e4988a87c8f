"""What the entry point `ldap` names: the settings' model, and how a connector is built from it."""

from __future__ import annotations

from connectors.ldap.connector import LdapConnector
from connectors.ldap.driver import Server
from connectors.ldap.kind import kinds_of
from connectors.ldap.process import DriverProcess
from connectors.ldap.settings import LdapSettings
from connectors.sdk import Context, Plugin


def build(settings: LdapSettings, context: Context) -> LdapConnector:
    """A connector from checked settings; nothing is reached yet."""
    ca = settings.ca_certificate
    server = Server(
        urls=settings.url,
        bind_dn=settings.bind_dn,
        password=settings.bind_password.get_secret_value(),
        ca_certificate=str(context.directory / ca) if ca else None,
        start_tls=settings.start_tls,
        connect_timeout=settings.connect_timeout,
        answer_timeout=settings.answer_timeout,
        connections=settings.pool,
    )
    return LdapConnector(DriverProcess(server), kinds_of(settings), settings.pool, settings.bind_dn)


plugin = Plugin("ldap", LdapSettings, build)
