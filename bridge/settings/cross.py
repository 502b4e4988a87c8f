"""What can only be seen with several parts of the file side by side: tenants, tokens, listeners. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bridge.settings.faults import Fault, nearest
from bridge.settings.models import ClientSettings, EdgeSettings, OpsSettings
from bridge.settings.places import dotted, shown


def tenants_of(clients: Mapping[str, Any]) -> dict[str, str]:
    """Which tenant each client of the file writes, also a client that has faults of its own."""
    written = {name: table.get("tenant", "default") for name, table in clients.items() if isinstance(table, dict)}
    return {name: tenant for name, tenant in written.items() if isinstance(tenant, str)}


def one_writer(tenants: Mapping[str, str]) -> Iterator[Fault]:
    """Two clients that write one tenant undo each other's work."""
    writers: dict[str, str] = {}
    for name, tenant in tenants.items():
        if (first := writers.setdefault(tenant, name)) != name:
            yield Fault(
                dotted(("clients", name, "tenant")),
                shown((), tenant),
                f"the client {first} writes this tenant already: two would undo each other's work",
                "give each client a tenant of its own",
            )


def own_tokens(clients: Mapping[str, ClientSettings]) -> Iterator[Fault]:
    """Two clients with one token cannot be told apart."""
    tokens: dict[str, str] = {}
    for name, client in clients.items():
        if (first := tokens.setdefault(client.token.get_secret_value(), name)) != name:
            problem = f"is the same secret as that of the client {first}: they could not be told apart"
            yield Fault(dotted(("clients", name, "token")), None, problem, "make a token for each client")


def served_tenant(name: str, target: Mapping[str, Any], tenants: Collection[str]) -> Iterator[Fault]:
    """A target takes the resources of a tenant that some client fills; it names it where there are several."""
    place, known = dotted(("targets", name, "tenant")), f"served: {', '.join(sorted(tenants))}"
    tenant = target.get("tenant")
    if tenant is None and len(tenants) > 1:
        yield Fault(place, None, "is missing, and there are several tenants", f"write it; {known}")
    elif isinstance(tenant, str) and tenants and tenant not in tenants:
        meant = nearest(tenant, tenants)
        remedy = f'did you mean "{meant}"? ' if meant else "name the tenant of a client; "
        yield Fault(place, shown((), tenant), "no client serves this tenant", remedy + known)


def own_doors(edge: EdgeSettings, ops: OpsSettings | None) -> Iterator[Fault]:
    """Two listeners need two addresses."""
    if ops is not None and ops.listen == edge.listen and ops.listen.port:
        yield Fault("ops.listen", shown((), str(ops.listen)), "is the address of [edge] too", "take another port")
