"""Who changed an entry that differs is asked of the target, of those entries alone, and never decides anything."""

import pytest

from bridge.journal.findings import Finding, Sort
from bridge.reconcile import changers
from connectors.sdk import Changed, Ref, TargetDown
from tests.unit.reconcile.world import Interrupted, World

ADMIN = Changed("cn=admin", "2026-05-01T12:00:00Z")


class Telling(Interrupted):
    """Knows who changed its entries, but of those that are forgotten; `down`: does not answer."""

    down = False

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Ref] = []
        self.forgotten: set[str] = set()

    async def last_change(self, ref: Ref) -> Changed | None:
        self.asked.append(ref)
        if self.down:
            raise TargetDown("no answer")
        return None if ref.id in self.forgotten else ADMIN


@pytest.fixture
def telling(world: World) -> Telling:
    world.connector = Telling()
    world.configure(drift="report")
    return world.connector


async def edited(world: World, *names: str) -> list[str]:
    """The ids of users that somebody edits at the target."""
    ids = [await world.user(name) for name in names]
    for id_ in ids:
        world.edit(id_, mail="by-hand@example.com")
    return ids


async def found(world: World) -> dict[str | None, Finding]:
    return {finding.resource: finding for finding in (await world.reconciler.run()).plan.findings}


async def test_of_an_entry_that_differs_it_is_asked_who_changed_it(world, telling):
    await world.user("ada")
    kim, _ = await edited(world, "kim", "ann")
    telling.forgotten.add(kim)

    findings = await found(world)

    assert {"kim": None, "ann": ADMIN} == {name: each.changed for name, each in findings.items()}
    assert 2 == len(telling.asked)


async def test_nothing_is_asked_of_an_entry_that_is_missing(world, telling):
    await world.user("ada")
    world.connector.entries.pop(await world.user("kim"))

    assert [Sort.MISSING] == [each.sort for each in (await found(world)).values()]
    assert [] == telling.asked


async def test_where_many_differ_the_first_are_asked(world, telling, monkeypatch):
    monkeypatch.setattr(changers, "ASKED", 2)
    await edited(world, "ann", "bob", "kim")

    assert [ADMIN, ADMIN, None] == [each.changed for each in (await found(world)).values()]


async def test_a_target_that_does_not_answer_leaves_it_open(world, telling):
    await edited(world, "kim")
    telling.down = True

    assert [None] == [each.changed for each in (await found(world)).values()]
    assert telling.asked
