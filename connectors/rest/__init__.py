"""Apps with a REST API as a target: JSON over HTTP, declared in the config, without code."""

from connectors.rest.connector import RestConnector
from connectors.rest.settings import RestSettings
from connectors.sdk import Plugin

plugin = Plugin("rest", RestSettings, RestConnector)

__all__ = ["RestConnector", "RestSettings", "plugin"]
