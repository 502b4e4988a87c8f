"""Bad times: what goes wrong in a run, and when."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.sdk.memory import Stored
from tests.simulation.system import System

if TYPE_CHECKING:
    from tests.simulation.run import Run

KINDS = ("kill", "kill", "stop", "down", "stuck", "full", "hand", "hand", "hand", "pause", "look")
"""What happens next, of these; what stands there twice does so more often."""
FEW = 4
"""Entries of which nobody removes one by hand: without it no read would be credible, and rightly so."""


class Troubles:
    """What happens to a run, one thing after another, some of them for a while."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._dice = run.dice

    async def happen(self, seconds: float) -> None:
        """Let things go wrong for so long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds * self._dice.choice((0.2, 0.5, 1.0))
        async with asyncio.TaskGroup() as group:
            while loop.time() < until:
                await asyncio.sleep(self._dice.expovariate(1 / 8.0))
                await self._one_thing(group)

    async def _one_thing(self, group: asyncio.TaskGroup) -> None:
        system = self._dice.choice(list(self._run.systems.values()))
        match self._dice.choice(KINDS):
            case "kill":
                await self._again(killed=True)
            case "stop":
                await self._again(killed=False)
            case "down":
                group.create_task(self._away(system, self._dice.uniform(1, 90)))
            case "stuck":
                group.create_task(self._hangs(system, self._dice.uniform(1, 40)))
            case "full":
                group.create_task(self._disk_full(self._dice.uniform(0.5, 15)))
            case "hand":
                self._by_hand(system)
            case "pause":
                group.create_task(self._paused(system, self._dice.uniform(1, 40)))
            case "look":
                await self._reconcile(system)

    async def _again(self, *, killed: bool) -> None:
        await self._run.die(killed=killed)
        await asyncio.sleep(self._dice.choice((0.0, 1.0, 30.0)))
        if self._dice.random() < 0.2:
            self._run.reconfigure(self._dice.choice(list(self._run.systems.values())))
        await self._run.begin()

    async def _away(self, system: System, seconds: float) -> None:
        self._run.tell(f"{system.name} goes away for {seconds:.0f} s")
        before, system.down = system.calls_while_down, True
        await asyncio.sleep(seconds)
        system.down = False
        calls = system.calls_while_down - before
        if calls > 40 + 2 * seconds:
            system.wrong.append(f"{system.name}: {calls} calls within {seconds:.0f} s while it was away")

    async def _hangs(self, system: System, seconds: float) -> None:
        self._run.tell(f"{system.name} hangs for {seconds:.0f} s")
        system.stuck = True
        await asyncio.sleep(seconds)
        system.stuck = False

    async def _disk_full(self, seconds: float) -> None:
        life = self._run.life
        if life is None:
            return
        self._run.tell(f"the disk is full for {seconds:.0f} s")
        life.writer.fill(True)
        await asyncio.sleep(seconds)
        life.writer.fill(False)

    def _by_hand(self, system: System) -> None:
        """Somebody writes at the target: a name, or who is in a group; or an entry, once, is gone."""
        users, groups = self._linked(system, "users"), self._linked(system, "groups")
        if groups and self._dice.random() < 0.5:
            self._group_by_hand(system, self._dice.choice(groups), users)
        elif users:
            self._user_by_hand(system, users)

    def _linked(self, system: System, kind: str) -> list[Stored]:
        """Our entries. One that is not linked yet is let be."""
        life = self._run.life
        query = "SELECT entry_id FROM link WHERE target = ? AND kind = ? AND entry_id IS NOT NULL ORDER BY 1"
        known = life.journal.read(lambda db: db.execute(query, (system.name, kind)).fetchall()) if life else []
        return [system.memory.entries[id_] for (id_,) in known if id_ in system.memory.entries]

    def _group_by_hand(self, system: System, group: Stored, users: list[Stored]) -> None:
        if group.members and self._dice.random() < 0.5:
            member = self._dice.choice(sorted(group.members))
            self._run.tell(f"{member} is taken out of {group.ref} by hand at {system.name}")
            group.members.remove(member)
        elif users:
            ref = self._dice.choice(users).ref
            member = ref.locator if system.nature.by_locator else ref.id
            self._run.tell(f"{member} is put into {group.ref} by hand at {system.name}")
            group.members.add(member)
            system.guests.add((group.ref.id, member))

    def _user_by_hand(self, system: System, ours: list[Stored]) -> None:
        stored = self._dice.choice(ours)
        if self._dice.random() < 0.5 and system.robbed is None and len(ours) > FEW:
            self._run.tell(f"{stored.ref} is removed by hand at {system.name}")
            del system.memory.entries[stored.ref.id]
            system.robbed = stored.ref
        elif self._dice.random() < 0.5:
            self._run.tell(f"{stored.ref} is renamed by hand at {system.name}")
            name = f"by-hand-{stored.ref.id}"
            stored.attributes["uid"], stored.ref = (name,), replace(stored.ref, locator=f"users/{name}")
        else:
            self._run.tell(f"{stored.ref} is changed by hand at {system.name}")
            stored.attributes["sn"] = ("by hand",)

    async def _paused(self, system: System, seconds: float) -> None:
        await self._run.ask("pause", system.name)
        await asyncio.sleep(seconds)
        await self._run.ask("resume", system.name)

    async def _reconcile(self, system: System) -> None:
        await self._run.ask("reconcile", system.name)
