"""A target as the ground of a certification: looked at, found empty, tried with its samples, and swept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bridge.mapping.made_up import MadeUp, make_up, make_up_group
from bridge.scim.resource_types import ResourceType
from bridge.targets import Target
from connectors.sdk import Capability, Connector, ConnectorError, Entry, Page, Probe, Query, Ref

USERS, GROUPS = "users", "groups"
_SALT = "certify"


class NotCertified(Exception):
    """Why nothing can be said of the target: a sentence with its remedy."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the target is, what it offers beside entries, and what it is tried with."""

    probe: Probe
    offers: frozenset[str]
    made: MadeUp
    elsewhere: str | None

    async def sweep(self, connector: Connector) -> None:
        """Remove what stands where the kit writes, groups before their members."""
        for kind in sorted({entry.kind for entry in self.made.entries}):
            for found in await _ours(connector, kind, self.made):
                await connector.delete(found)
        if self.elsewhere is not None:
            moved = replace(self.made.entry, under=self.elsewhere)
            entry = await connector.get(Ref(moved.kind, "", connector.locate(moved)), tuple(moved.attributes))
            if entry is not None and entry.ref is not None:
                await connector.delete(entry.ref)


async def survey(target: Target, types: Mapping[str, ResourceType]) -> Ground:
    """Look at the target, and write and remove the samples once; raises `NotCertified` where it cannot be tried."""
    connector = target.connector
    await connector.open()
    try:
        probe = await connector.probe()
        made = _make_up(target, types, connector, probe)
        for kind in target.rules:
            await _must_be_empty(connector, kind, made)
        elsewhere = next(iter(target.settings.kinds[made.entry.kind].places), None)
        ground = Ground(probe, _offers(probe, made, elsewhere), made, elsewhere)
        await ground.sweep(connector)
        has_marks = await _try_out(connector, made)
        await ground.sweep(connector)
        return replace(ground, offers=ground.offers | {"marks"}) if has_marks else ground
    finally:
        await connector.close()


async def leave(target: Target, ground: Ground) -> None:
    """Remove what the last test wrote; raises `NotCertified` where something stays."""
    connector = target.connector
    await connector.open()
    try:
        await connector.probe()
        await ground.sweep(connector)
        left = [ref.locator for kind in target.rules for ref in await _ours(connector, kind, ground.made)]
        if left:
            raise NotCertified(f"these could not be removed again; remove them by hand: {', '.join(left)}")
    finally:
        await connector.close()


def _make_up(target: Target, types: Mapping[str, ResourceType], connector: Connector, probe: Probe) -> MadeUp:
    """Users, or what there is; with them a group where groups have members."""
    rules = target.rules
    kind = USERS if USERS in rules else next(iter(rules))
    group = None
    if GROUPS in rules and kind != GROUPS and Capability.MEMBERS in probe.capabilities:
        group = make_up_group(rules[GROUPS], types[GROUPS], connector)
    return make_up(rules[kind], types[kind], connector, group)


def _offers(probe: Probe, made: MadeUp, elsewhere: str | None) -> frozenset[str]:
    """Members only where the config has groups, moves only where it names a place that leavers are moved to."""
    lacks = {Capability.MEMBERS} if made.group is None else set()
    return probe.capabilities - lacks | ({"moves"} if elsewhere is not None else set())


async def _must_be_empty(connector: Connector, kind: str, made: MadeUp) -> None:
    strangers = len(await _all(connector, kind, made)) - len(await _ours(connector, kind, made))
    if strangers > 0:
        raise NotCertified(
            f"the target holds {strangers} of {kind} that the kit has not written; nothing was written. "
            "Certify on a base, a folder or an account that is empty"
        )


async def _try_out(connector: Connector, made: MadeUp) -> bool:
    """Write the samples as the mapping makes them; whether pages have marks."""
    for entry in (made.entry, made.other, *([made.group] if made.group else [])):
        try:
            await connector.create(entry)
        except ConnectorError as error:
            names = ", ".join(entry.attributes)
            raise NotCertified(
                f"the target does not take a made-up entry of {entry.kind} ({names}): {error.message}. "
                "Mend the mapping, or the connector's `check`"
            ) from error
    return any(page.marks for page in await _pages(connector, made.entry.kind, made, _SALT))


async def _ours(connector: Connector, kind: str, made: MadeUp) -> list[Ref]:
    places = {connector.locate(entry) for entry in made.entries if entry.kind == kind}
    found = await _all(connector, kind, made)
    return [entry.ref for entry in found if entry.ref is not None and connector.locate(entry) in places]


async def _all(connector: Connector, kind: str, made: MadeUp) -> list[Entry]:
    return [entry for page in await _pages(connector, kind, made) for entry in page.entries]


async def _pages(connector: Connector, kind: str, made: MadeUp, salt: str | None = None) -> list[Page]:
    names = {name: None for entry in made.entries if entry.kind == kind for name in entry.attributes}
    return [page async for page in connector.search(Query(kind, tuple(names), salt=salt))]
