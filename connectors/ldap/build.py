"""What the entry point `ldap` names: the settings' model, and how a connector is built from it."""

from __future__ import annotations

from connectors.ldap import dn
from connectors.ldap.connector import LdapConnector
from connectors.ldap.driver import Driver, Server
from connectors.ldap.kind import kinds_of
from connectors.ldap.process import DriverProcess
from connectors.ldap.settings import DriverName, LdapSettings, has_libldap
from connectors.sdk import Context, Fault, Plugin


def build(settings: LdapSettings, context: Context) -> LdapConnector:
    """A connector from checked settings; nothing is reached yet."""
    ca = settings.ca_certificate
    server = Server(
        urls=settings.url,
        bind_dn=settings.bind_dn or "",
        password=settings.bind_password.get_secret_value() if settings.bind_password else "",
        bind=settings.bind,
        ca_certificate=str(context.directory / ca) if ca else None,
        start_tls=settings.start_tls,
        connect_timeout=settings.connect_timeout,
        answer_timeout=settings.answer_timeout,
        connections=settings.pool,
    )
    driver = driver_for(server, settings.driver)
    return LdapConnector(driver, settings, kinds_of(settings, context.places))


def driver_for(server: Server, name: DriverName | None) -> Driver:
    """The driver of this name; without one python-ldap's, if it is installed."""
    if name == "libldap" or (name is None and has_libldap()):
        from connectors.ldap.libldap_driver import LibldapDriver

        return LibldapDriver(server)
    return DriverProcess(server)


def refuses_passwords(settings: LdapSettings) -> Fault | None:
    """Whatever is said of the bind password, those of people never go in the clear."""
    if settings.is_plain:
        return Fault(None, "would send the passwords of people in the clear", "use ldaps:// or start_tls = true")
    return None


def check_place(place: str) -> str | None:
    """What is wrong with a place to move entries to."""
    try:
        if dn.parse(place).rdns:
            return None
    except dn.NotADn as error:
        return f"is not a distinguished name: {error}; write it as in move:ou=left,dc=example,dc=com"
    return "names no place; write it as in move:ou=left,dc=example,dc=com"


plugin = Plugin("ldap", LdapSettings, build, refuses_passwords, check_place)
