"""The one file that knows all parts: it builds them from the settings and hands each what it needs of the others.

Everything that can fail is built before anything live is touched: `target_of` makes a target without reaching it.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path

import structlog

from bridge.clock import Clock
from bridge.daemon.resource_types import judge, types_of
from bridge.daemon.windows import Closed, closing
from bridge.delivery import Deliverer
from bridge.edge import Admits, Bounds, Client, Clients, Credential, Edge, Limits
from bridge.journal import Journal, open_journal, tokens
from bridge.journal.accept import Taker, TargetsFor
from bridge.journal.tokens import Token
from bridge.mapping import compile_target
from bridge.reconcile.reconciler import Reconciler
from bridge.scim.declared import by_kind
from bridge.scim.delivery import with_delivery
from bridge.scim.discovery import Features
from bridge.scim.profiles import PROFILES
from bridge.scim.resource_types import ResourceType
from bridge.settings import ClientSettings, EdgeSettings, Fault, Settings, SettingsInvalid, TargetSettings
from bridge.settings.load import load
from bridge.settings.plugins import discover
from bridge.targets import Health, Target
from connectors.sdk import Context, Plugin

log = structlog.get_logger()

Order = Callable[[str, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Unit:
    """One target and what works on it."""

    target: Target
    health: Health
    deliverer: Deliverer
    reconciler: Reconciler
    closed: Closed = lambda: None


def load_settings(path: Path, plugins: Mapping[str, Plugin] | None = None) -> Settings:
    """The settings, with the faults of the mapping in one list with the file's; raises `SettingsInvalid`."""
    return load(path, discover() if plugins is None else plugins, judge)


def journal_of(settings: Settings, clock: Clock) -> Journal:
    """The open journal; raises a `JournalError` with a remedy."""
    return open_journal(settings.journal.path, settings.journal.key_bytes, clock)


def target_of(settings: Settings, target: TargetSettings, plugins: Mapping[str, Plugin]) -> Target:
    """One target; nothing is reached yet. `SettingsInvalid` where its connector cannot be made of its settings."""
    try:
        places = {kind: each.places for kind, each in target.kinds.items() if each.places}
        context = Context(target.name, settings.directory, places)
        connector = plugins[target.connector].build(target.own, context)
    except Exception as error:
        log.error("target.not_made", target=target.name, exc_info=True)
        problem = f"the connector {target.connector} failed on this ({type(error).__name__}); the log has its traceback"
        fault = Fault(f"targets.{target.name}", None, problem, "mend the settings, or tell the connector's author")
        raise SettingsInvalid(settings.directory, [fault]) from error
    return Target(target.name, target, connector, compile_target(target, by_kind(types_of(settings))))


def unit_of(
    target: Target,
    journal: Journal,
    clock: Clock,
    settled: Callable[[str], None] = lambda _: None,
    after: Callable[[str], Sequence[str]] = lambda _: (),
    zone: tzinfo = UTC,
) -> Unit:
    """What works on a target. `settled` hears of each resource whose delivery came to something; `after` says which
    targets must have a resource of a kind first; `zone` is that of the file.
    """
    health = Health(journal, target, clock)
    closed = closing(target.settings.maintenance, clock, zone)
    deliverer = Deliverer(journal, target, health, clock, settled=settled, after=after, closed=closed)
    return Unit(target, health, deliverer, Reconciler(journal, target, health, clock), closed)


def order_of(settings: Settings) -> Order:
    """Target and kind → the targets that must have a resource of it first: those of its `after` that take the kind."""
    targets = settings.targets
    order = {
        (target.name, kind): tuple(name for name in target.after if kind in targets[name].kinds)
        for target in targets.values()
        for kind in target.kinds
    }
    return lambda target, kind: order.get((target, kind), ())


def clients_of(
    settings: Mapping[str, ClientSettings], kept: Iterable[Token] = (), uses: dict[bytes, int] | None = None
) -> Clients:
    """Who may call: by the tokens of the config, and by those that the journal keeps of its clients."""
    clients = {name: _client(each) for name, each in settings.items()}
    bootstrap = {each.token.get_secret_value(): clients[name] for name, each in settings.items()}
    return Clients(bootstrap, [_credential(token, clients) for token in kept if token.client in clients], uses)


def _credential(token: Token, clients: Mapping[str, Client]) -> Credential:
    return Credential(token.digest, clients[token.client], math.inf if token.expires is None else token.expires)


def _client(client: ClientSettings) -> Client:
    return Client(client.name, client.tenant, PROFILES[client.profile], client.unknown == "refuse", client.me)


def takers_of(settings: Settings) -> TargetsFor:
    """Tenant and resource type → the targets that take it, and for how long its passwords are kept for them."""
    types = by_kind(types_of(settings))
    keeps = round(1000 * settings.journal.keep_passwords)
    takers: dict[tuple[str, str], list[Taker]] = {}
    for target in settings.targets.values():
        for kind in target.kinds:
            takes = target.password and types[kind].find("password") is not None
            taker = Taker(target.name, kind, keeps if takes else None)
            takers.setdefault((target.tenant, types[kind].name), []).append(taker)
    return lambda tenant, type_: takers.get((tenant, type_), ())


def served_types(settings: Settings) -> Mapping[str, ResourceType]:
    """What the edge serves: every resource type can show how far the targets are."""
    return with_delivery(types_of(settings))


def edge_of(settings: Settings, journal: Journal, clock: Clock) -> Edge:
    """The edge; its clients, takers and types are exchanged at a reload."""
    return Edge(
        journal=journal,
        clients=clients_of(settings.clients, journal.read(tokens.kept)),
        targets_for=takers_of(settings),
        types=served_types(settings),
        base_url=settings.edge.url.rstrip("/"),
        clock=clock,
        limits=_limits(settings.edge),
        features=Features(
            bulk=True, max_operations=settings.edge.max_bulk_operations, max_payload=settings.edge.max_bulk_body
        ),
    )


def _limits(edge: EdgeSettings) -> Limits:
    bulk = Bounds(edge.max_bulk_body, name="maxPayloadSize")
    return Limits(Bounds(edge.max_body), Bounds(edge.max_group_body), bulk, edge.max_bulk_operations)


def admits_of(edge: EdgeSettings) -> Admits | None:
    """Who may connect: everybody (None), or the trusted proxies and this machine."""
    networks = edge.trusted_proxies

    def admits(host: str) -> bool:
        address = ipaddress.ip_address(host.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        return address.is_loopback or any(address in network for network in networks)

    return admits if networks else None
