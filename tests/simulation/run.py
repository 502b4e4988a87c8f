"""One seed, one run: accept → deliver → settle → reconcile, with everything that may go wrong, and what came of it.

For a while times are bad: processes are killed and stopped, targets go down, hang and lose answers, the disk is full,
somebody writes at a target by hand. Then all is calm, a person looks at what waits, and in the end every target must
hold what SCIM says, and nothing else may have moved.
"""

from __future__ import annotations

import asyncio
import random
import traceback
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from bridge.daemon.commands import Commands
from bridge.daemon.control.protocol import CommandFailed, Question
from bridge.journal import JournalBusy, JournalFull, links, standing
from bridge.journal.findings import PlanState
from bridge.journal.runs import RunState
from bridge.journal.tx import Tx
from bridge.settings import Settings
from bridge.settings.kinds import Frozen
from connectors.sdk import Context, Plugin
from tests.simulation import world
from tests.simulation.judge import Judge, as_acknowledged
from tests.simulation.life import Life, LoopClock, alone, in_memory
from tests.simulation.line import Line
from tests.simulation.loop import Stuck, VirtualLoop
from tests.simulation.outcome import Outcome, listening
from tests.simulation.people import Client, Known
from tests.simulation.system import System
from tests.simulation.trouble import Troubles

CLIENTS = 3
BAD_TIMES = 90.0
"""Virtual seconds."""
PATIENCE = 7200.0
"""Virtual seconds within which everything that can be done is done, once all is calm."""
ROUNDS = 12
"""Times that a person looks at what waits."""
EXPECTED = ("exists", "disputed")
"""Codes of what stays parked: somebody else's entry is in its place."""
QUIET = 20
"""Looks, ten seconds apart, at which nothing is done: a link that waits for another is looked at every minute."""
OPEN = """SELECT target, resource, state, due, error_text, claim, waits_claim, error_class FROM link
WHERE state IN ('dirty', 'sending')"""


def run(seed: int) -> Outcome:
    """The run of a seed, on a journal in memory where the machine has such a file system."""
    outcome, dice = Outcome(seed), random.Random(seed)
    loop = VirtualLoop()
    loop.set_exception_handler(lambda _, context: outcome.wrong.append(f"{context}"))
    with in_memory() as folder, alone(dice), listening(outcome, loop):
        try:
            loop.run_until_complete(Run(outcome, dice, Path(folder)).run())
        except Stuck:
            outcome.wrong.append("everybody waits, and nothing will ever come")
        except Exception as error:
            outcome.wrong.append("".join(traceback.format_exception(error)).strip()[-1500:])
        finally:
            loop.close()
    return outcome


class Run:
    """Everything of one seed."""

    def __init__(self, outcome: Outcome, dice: random.Random, folder: Path) -> None:
        self.outcome = outcome
        self.dice = dice
        policies = world.policies(dice)
        self.settings: Settings = world.settings(dice, folder, policies)
        self.systems: dict[str, System] = world.systems(dice, policies)
        self.clock = LoopClock(world.BEGINNING)
        self.life: Life | None = None
        self.lines: list[Line] = []
        self.everybody: list[Known] = []
        numbers = count(1)
        self.clients = [Client(n, dice, lambda: self.life, self.everybody, numbers) for n in range(CLIENTS)]
        self.ended = False

    def tell(self, words: str) -> None:
        self.outcome.told.append(f"{asyncio.get_running_loop().time():9.3f} --- {words}")

    async def run(self) -> None:
        await self.begin()
        async with asyncio.TaskGroup() as group:
            for client in self.clients:
                group.create_task(client.run(lambda: self.ended))
            await Troubles(self).happen(BAD_TIMES)
            self.ended = True
        await self.calm_down()
        await self.end()

    async def begin(self) -> None:
        """Start a process; nobody may have lost what he was told."""
        self.lines = []
        plugins = {"simulated": Plugin("simulated", Frozen, self._line)}
        self.life = await Life(self.settings, plugins, self.clock).start(self.crashed)
        self.check_acknowledged()
        self.tell("started")

    def crashed(self, error: BaseException) -> None:
        self.outcome.wrong.append("the daemon crashed: " + "".join(traceback.format_exception(error)).strip()[-1500:])

    async def die(self, *, killed: bool) -> None:
        """End the process."""
        life, self.life = self.life, None
        if life is not None:
            self.tell("killed" if killed else "stopped")
            self.outcome.figures["kills" if killed else "stops"] += 1
            for line in self.lines:
                line.dead = killed
            await (life.kill() if killed else life.stop())

    def reconfigure(self, system: System) -> None:
        """The config says something else of the target's groups, from the next start on."""
        flattens, ownership = self.dice.random() < 0.5, self.dice.choice(("own", "all"))
        system.policy = replace(system.policy, flattens=flattens, ownership=ownership)
        self.settings = world.with_groups(self.settings, system.name, system.policy)
        self.tell(f"{system.name}: groups are {'flattened' if flattens else 'kept'}, ownership is {ownership}")

    def _line(self, _: Any, context: Context) -> Line:
        self.lines.append(Line(self.systems[context.target]))
        return self.lines[-1]

    def check_acknowledged(self) -> None:
        assert self.life is not None
        self.outcome.wrong += self.life.journal.read(lambda db: list(as_acknowledged(db, self.everybody)))

    async def calm_down(self) -> None:
        """All is well again; a person looks at what waits until nothing does."""
        for system in self.systems.values():
            system.calm, system.down, system.stuck = True, False, False
        if self.life is None:
            await self.begin()
        for name in self.systems:
            await self.ask("resume", name)
        self.life.writer.fill(False)
        for client in self.clients:
            await client.mend(self.life)
        for number in range(ROUNDS):
            if not await self.becomes_quiet():
                self.outcome.wrong.append(f"not quiet after {PATIENCE} s: {self._open()}")
                return
            self.judge_budgets(number)
            if not await self.look_after(everything=number == 0) and number:
                await self.becomes_quiet()
                return

    async def becomes_quiet(self) -> bool:
        """Wait until nothing is to be done but what waits for something else; whether it came to that in time."""
        loop = asyncio.get_running_loop()
        until, quiet = loop.time() + PATIENCE, 0
        while loop.time() < until:
            await asyncio.sleep(10)
            quiet = quiet + 1 if all(error == "Waiting" for *_, error in self._open()) else 0
            if quiet == QUIET:
                return True
        return False

    def _open(self) -> list[tuple[Any, ...]]:
        """The links that are not done."""
        assert self.life is not None
        return self.life.journal.read(lambda db: db.execute(OPEN).fetchall())

    async def ask(self, command: str, target: str) -> None:
        """What an operator asks of the process, if there is one; it may fail or die meanwhile."""
        life = self.life
        if life is None:
            return
        commands = Commands(life.journal, life.house.units, life.house.tokens, self.clock, running=True)
        self.tell(f"{command} {target}")
        try:
            await commands.answer(Question(command, target, 0))
        except (CommandFailed, JournalBusy, JournalFull):
            return
        except Exception:
            if self.life is life:
                raise

    async def look_after(self, *, everything: bool) -> int:
        """What a person does: reconcile, approve what waits, have the parked tried again; how much there was to do.

        Who is parked because another is in his place is tried again where `everything` is, as in the daily sweep.
        """
        assert self.life is not None
        house = self.life.house
        commands = Commands(self.life.journal, house.units, house.tokens, self.clock, running=True)
        for name in self.systems:
            report = await commands.answer(Question("reconcile", name, 0))
            if report["state"] == RunState.NOT_CREDIBLE:  # of few entries some went by hand
                await commands.answer(Question("reconcile", name, 0, {"fewer": True}))
        waiting = [
            plan for plan in await commands.answer(Question("plans", None, 0)) if plan["changes"] and _is_open(plan)
        ]
        for plan in waiting:
            await commands.answer(Question("approve", plan["id"], 0))
        stuck = [each for each in self.life.journal.read(standing.parked) if everything or each.code not in EXPECTED]
        await self.life.journal.submit(lambda tx: _try_again(tx, stuck))
        self.tell(f"a person looked: plans {[plan['id'] for plan in waiting]}, parked {stuck}")
        return len(waiting) + len(stuck)

    def judge_budgets(self, number: int) -> None:
        if number == 0:
            for system in self.systems.values():
                self.outcome.wrong += world.beyond_budget(self.settings.targets[system.name], system)

    async def end(self) -> None:
        """Look at everything, then stop."""
        assert self.life is not None
        self.check_acknowledged()
        for system in self.systems.values():
            judge = self.life.journal.read(lambda db, s=system: list(Judge(db, s).wrong()))
            self.outcome.wrong += judge + system.wrong
            self.outcome.figures["calls"] += system.calls
        self.outcome.figures["acknowledged"] += sum(client.acknowledged for client in self.clients)
        await self.die(killed=False)


def _is_open(plan: dict[str, Any]) -> bool:
    return PlanState(plan["state"]).is_open


def _try_again(tx: Tx, parked: list[standing.Parked]) -> None:
    for each in parked:
        links.dirty(tx, each.target, each.resource, each.kind, verify=True)
