"""The inbound door: HTTP, clients, limits, the SCIM protocol; and the ops listener."""

from bridge.edge.app import make_app
from bridge.edge.listener import Admits, Answer, serve
from bridge.edge.ops import make_ops_app
from bridge.edge.parts import Bounds, Client, Clients, Credential, Edge, Limits

__all__ = [
    "Admits",
    "Answer",
    "Bounds",
    "Client",
    "Clients",
    "Credential",
    "Edge",
    "Limits",
    "make_app",
    "make_ops_app",
    "serve",
]
