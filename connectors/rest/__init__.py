"""Apps with a REST API as a target: JSON over HTTP, declared in the config, without code."""

from connectors.rest.connector import RestConnector
from connectors.rest.settings import RestSettings
from connectors.sdk import Fault, Plugin


def refuses_passwords(settings: RestSettings) -> Fault | None:
    """There has to be a call for them."""
    if any(kind.set_password for kind in settings.kinds.values()):
        return None
    example = 'set_password = { call = "PUT /users/{id}/password", body = { password = "{password}" } }'
    return Fault(None, "no kind says how a password is set", f"write {example} below users")


plugin = Plugin("rest", RestSettings, RestConnector, refuses_passwords)

__all__ = ["RestConnector", "RestSettings", "plugin"]
