"""SCIM 2.0 services as a target (RFC 7643, 7644): another bridge, an identity centre, an app with a SCIM endpoint."""

from connectors.scim.connector import ScimConnector
from connectors.scim.settings import ScimSettings
from connectors.sdk import Plugin

plugin = Plugin("scim", ScimSettings, ScimConnector, refuses_passwords=lambda _: None)

__all__ = ["ScimConnector", "ScimSettings", "plugin"]
