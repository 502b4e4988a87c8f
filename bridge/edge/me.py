"""/Me (RFC 7644 §3.11): the user that a client is, where its settings name one."""

from __future__ import annotations

from bridge.edge.parts import Client, Edge
from bridge.journal import Connection, resources
from bridge.journal.resources import Stored
from bridge.scim.errors import NotFound, NotImplementedHere
from bridge.scim.resource_types import USER, ResourceType, fold


def own(edge: Edge, client: Client) -> tuple[ResourceType, str]:
    """The type and the id of the client's own user; it is looked for each time, by userName or by id."""
    me = client.me
    if me is None:
        raise NotImplementedHere("/Me is no user here: the settings of this client name none")

    def look(db: Connection) -> Stored | None:
        found = resources.named(db, client.tenant, USER.name, fold(me))
        return found or resources.get(db, client.tenant, USER.name, me)

    user = edge.journal.read(look)
    if user is None:
        raise NotFound("the user that the settings name for /Me is not here (yet)")
    return edge.types[USER.name], user.id
