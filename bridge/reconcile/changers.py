"""Who changed the entries that differ: asked of the target once a run knows which they are, for people to read.

Only of the first of them, where many differ. A target that does not answer now leaves it open; the plan stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from bridge.journal.findings import Finding, Sort
from bridge.journal.scratch import Scratch
from bridge.reconcile.worker import Worker
from bridge.targets import Target
from connectors.sdk import Changed, ConnectorError, Ref

ASKED = 1000
"""Entries of a run that the target is asked about."""


async def with_changers(target: Target, worker: Worker, findings: Sequence[Finding]) -> list[Finding]:
    """The findings; those of entries that differ say who changed them last, where the target tells."""
    if not target.tells_last_change:
        return list(findings)
    differing = islice((f.resource for f in findings if f.sort is Sort.DIFFERENT and f.resource), ASKED)
    refs = await worker.do(partial(Scratch.refs_of, resources=list(differing)))
    known = await _ask(target, refs)
    return [replace(f, changed=known.get(f.resource)) if f.sort is Sort.DIFFERENT else f for f in findings]


async def _ask(target: Target, refs: Mapping[str, Ref]) -> dict[str | None, Changed]:
    async with asyncio.TaskGroup() as group:
        asked = {resource: group.create_task(_changed(target, ref)) for resource, ref in refs.items()}
    return {resource: changed for resource, task in asked.items() if (changed := task.result()) is not None}


async def _changed(target: Target, ref: Ref) -> Changed | None:
    try:
        return await target.last_change(ref)
    except ConnectorError:
        return None
