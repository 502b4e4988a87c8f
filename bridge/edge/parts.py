"""What the edge is made of, handed in by the wiring; and the request as the handlers see it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bridge.clock import Clock
from bridge.edge.metrics import Metrics
from bridge.edge.routes import Routes
from bridge.edge.waiters import Waiters
from bridge.journal import Journal
from bridge.journal.accept import TargetsFor
from bridge.journal.tokens import digest
from bridge.scim.discovery import Features
from bridge.scim.members import Member, ShowMember
from bridge.scim.messages import Search
from bridge.scim.patch import Looks
from bridge.scim.profiles import GENERIC, Profile
from bridge.scim.resource_types import ResourceType

BULKS = 4
"""Bulks that hand work to the journal at once; with 256 operations each they leave half of its queue to the others."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who calls: its name, the tenant it sees, and how it speaks SCIM. `me` is its own user, by userName or id."""

    name: str
    tenant: str
    profile: Profile = GENERIC
    refuses_unknown: bool = False
    me: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a body may be in bytes, how many seconds it may take to come, and what a client knows the size as."""

    size: int
    seconds: float = 30.0
    name: str = "the limit"


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a request's body: groups may be larger, for they carry members; a bulk has so many operations."""

    body: Bounds = Bounds(2**20)
    group_body: Bounds = Bounds(16 * 2**20)
    bulk: Bounds = Bounds(4 * 2**20, name="maxPayloadSize")
    bulk_operations: int = 1000


@dataclass(frozen=True, slots=True)
class Credential:
    """A token by its digest: whose it is, and from when on it is not taken, in milliseconds."""

    digest: bytes = field(repr=False)
    client: Client
    ends: float = math.inf


class Clients:
    """Tokens → clients. Only digests are kept, so that finding one takes the same time whatever was sent.

    `tokens` as they are, `credentials` by their digests; what both name is of the client in `tokens`. `uses` is when
    each was last taken, in milliseconds; who exchanges the clients hands it on.
    """

    def __init__(
        self,
        tokens: Mapping[str, Client],
        credentials: Iterable[Credential] = (),
        uses: dict[bytes, int] | None = None,
    ) -> None:
        self._by_digest = {each.digest: (each.client, each.ends) for each in credentials}
        self._by_digest |= {digest(token): (client, math.inf) for token, client in tokens.items()}
        self.uses = {} if uses is None else uses

    def find(self, token: str, now: int) -> Client | None:
        """The client whose token this is, unless it has ended."""
        key = digest(token)
        found = self._by_digest.get(key)
        if found is None or now >= found[1]:
            return None
        self.uses[key] = now
        return found[0]


@dataclass
class Edge:
    """Everything a handler needs. `clients` and `targets_for` may be exchanged while it runs (reload)."""

    journal: Journal
    clients: Clients
    targets_for: TargetsFor
    types: Mapping[str, ResourceType]
    base_url: str
    clock: Clock
    limits: Limits = Limits()
    features: Features = field(default_factory=Features)
    is_ready: Callable[[], bool] = lambda: True
    metrics: Metrics = field(default_factory=Metrics)
    waiters: Waiters = field(default_factory=Waiters)

    def __post_init__(self) -> None:
        self.bulks = asyncio.Semaphore(BULKS)
        self.serve(self.types)

    def serve(self, types: Mapping[str, ResourceType]) -> None:
        """Serve these resource types from now on."""
        self.types = types
        self.by_endpoint = {each.kind: each for each in types.values()}
        self.routes = Routes(self.base_url, (each.endpoint for each in types.values()))

    def takes_passwords(self, tenant: str) -> bool:
        """Whether some target of the tenant takes them."""
        takers = (taker for type_ in self.types for taker in self.targets_for(tenant, type_))
        return any(taker.keeps is not None for taker in takers)

    @property
    def takes_requests(self) -> bool:
        """Whether a change sent now would be kept."""
        return self.journal.writable and self.is_ready()


@dataclass(slots=True)
class Asked:
    """One request after the gate: who asks, about what, how it shall be shown. `looks`: what a bulk shares.

    `show_member`: as what a member of a group is selected.
    """

    client: Client
    type: ResourceType
    search: Search
    id: str | None = None
    raw: object = None
    is_large: bool = False
    if_match: str | None = None
    if_none_match: str | None = None
    looks: Looks | None = None
    show_member: ShowMember = Member.as_scim
