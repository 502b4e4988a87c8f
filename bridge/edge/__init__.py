"""The inbound door: HTTP, clients, limits, the SCIM protocol; and the ops listener."""

from bridge.edge.app import make_app
from bridge.edge.listener import listener
from bridge.edge.ops import make_ops_app
from bridge.edge.parts import Client, Clients, Edge, Limits

__all__ = ["Client", "Clients", "Edge", "Limits", "listener", "make_app", "make_ops_app"]
