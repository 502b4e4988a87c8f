"""What can only be seen with several parts of the file side by side: tenants, tokens, listeners. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bridge.settings.alerts import AlertSettings
from bridge.settings.certificate import open_certificate
from bridge.settings.faults import Fault, Wrong, nearest
from bridge.settings.models import ClientSettings, EdgeSettings, OpsSettings, TargetSettings
from bridge.settings.network import parse_address
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


def order_among(targets: Mapping[str, TargetSettings], names: Collection[str]) -> Iterator[Fault]:
    """`after` names other targets of the same tenant, and leads to no target back to itself.

    `names` are all targets of the file, those with faults of their own too.
    """
    for target in targets.values():
        place = dotted(("targets", target.name, "after"))
        for name in target.after:
            if name not in names:
                meant = nearest(name, names)
                remedy = f'did you mean "{meant}"? ' if meant else "name a target; "
                yield Fault(place, shown((), name), "there is no such target", f"{remedy}there are: {', '.join(names)}")
            elif name in targets and targets[name].tenant != target.tenant:
                problem = "that target takes another tenant: none of its resources ever comes there"
                yield Fault(place, shown((), name), problem, "leave it out")
        if circle := _circle(targets, target.name):
            problem = f"goes round in a circle: {' after '.join(circle)}; nothing would ever be delivered"
            yield Fault(place, shown((), list(target.after)), problem, "take one of them out")


def _circle(targets: Mapping[str, TargetSettings], start: str) -> list[str]:
    """The way from the target back to itself; empty where there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for name in targets[way[-1]].after if way[-1] in targets else ():
            if name == start:
                return [*way, start]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def own_doors(edge: EdgeSettings, ops: OpsSettings | None) -> Iterator[Fault]:
    """Two listeners need two addresses."""
    if ops is not None and ops.listen == edge.listen and ops.listen.port:
        yield Fault("ops.listen", shown((), str(ops.listen)), "is the address of [edge] too", "take another port")


def plain_text(edge: object) -> Iterator[Fault]:
    """Tokens travel in plain text to a proxy alone; asked of the table as written, for it may have other faults."""
    table = edge if isinstance(edge, Mapping) else {}
    if any(table.get(key) for key in ("tls_certificate", "tls_key", "trusted_proxies")):
        return
    try:
        listen = parse_address(table.get("listen", "127.0.0.1:0"))
    except Wrong:
        return  # told by the model
    if not listen.is_loopback:
        yield Fault(
            "edge.listen",
            shown((), str(listen)),
            "would take tokens in plain text over the network",
            f'write tls_certificate and tls_key, or listen on "127.0.0.1:{listen.port}" behind a reverse proxy on this '
            "machine, or name a proxy on another machine in trusted_proxies",
        )


def own_certificate(edge: EdgeSettings) -> Iterator[Fault]:
    """Certificate and key go together, and can be used."""
    if edge.tls is not None:
        try:
            open_certificate(*edge.tls)
        except Wrong as wrong:
            yield Fault("edge.tls_certificate", None, wrong.problem, wrong.remedy)
    elif edge.tls_certificate or edge.tls_key:
        missing = "tls_key" if edge.tls_certificate else "tls_certificate"
        yield Fault(f"edge.{missing}", None, "is missing", "TLS needs both: tls_certificate and tls_key")


def whom_to_tell(alerts: AlertSettings) -> Iterator[Fault]:
    """Alerts reach somebody, and the token that goes along stays a secret."""
    if alerts.webhook is None and alerts.command is None:
        yield Fault("alerts", None, "tells nobody", 'write webhook = "https://…" or command = ["/path/of/a/program"]')
    for name in ("token", "secret"):
        if getattr(alerts, name) is not None and alerts.webhook is None:
            yield Fault(f"alerts.{name}", None, "is for a webhook, and there is none", "write one, or leave it out")
    if alerts.token is not None and alerts.is_plain:
        yield Fault("alerts.webhook", None, "would send the token in plain text over the network", "write https://…")
