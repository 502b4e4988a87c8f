"""What an operator can ask for, as functions: the daemon answers them over its control socket; without a daemon the
CLI opens the journal and calls them itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.clock import Clock
from bridge.daemon.control.protocol import CommandFailed
from bridge.daemon.status import status
from bridge.daemon.wiring import Unit
from bridge.journal import Journal, plans
from bridge.journal.plans import PlanDecided, PlanUnknown
from bridge.reconcile.report import plan_document, to_document


class Commands:
    """`units` is looked at anew for each command: a reload exchanges it."""

    def __init__(self, journal: Journal, units: Mapping[str, Unit], clock: Clock, *, running: bool) -> None:
        self._journal = journal
        self._units = units
        self._clock = clock
        self._running = running

    async def answer(self, command: str, subject: str | None) -> Any:
        """Carry out one command; `CommandFailed` where it cannot be."""
        match command:
            case "status":
                return await self.status()
            case "plan":
                return await self._reconcile(subject, dry=True)
            case "reconcile":
                return await self._reconcile(subject, dry=False)
            case "plans":
                return [plan_document(plan) for plan in await self._journal.scan(plans.listing)]
            case "approve" | "reject":
                return await self._decide(command, subject or "")
            case _:
                raise CommandFailed(f"the daemon knows no command {command!r}; is it another version than the CLI?")

    async def status(self) -> dict[str, Any]:
        """The status document."""
        settings = [unit.target.settings for unit in self._units.values()]
        return await status(self._journal, settings, self._clock, running=self._running)

    async def _reconcile(self, name: str | None, *, dry: bool) -> dict[str, Any]:
        unit = self._units.get(name or "")
        if unit is None:
            raise CommandFailed(f"there is no target {name!r}; targets: {', '.join(sorted(self._units)) or 'none'}")
        if not await unit.health.look():
            raise CommandFailed(
                f"{name} cannot be read now: {unit.health.breaker.reason}; "
                f"it is looked at again in {unit.health.seconds_left:.0f} s"
            )
        return to_document(await unit.reconciler.run(dry=dry))

    async def _decide(self, command: str, plan: str) -> dict[str, Any]:
        try:
            if command == "reject":
                return plan_document(await self._journal.submit(lambda tx: plans.reject(tx, plan)))
            approval = await self._journal.submit(lambda tx: plans.approve(tx, plan))
        except (PlanUnknown, PlanDecided) as error:
            raise CommandFailed(str(error)) from None
        return {"plan": approval.plan, "released": approval.released, "changed_since": approval.changed_since}
