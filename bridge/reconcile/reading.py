"""Read a target page by page into the run's scratch tables, comparing as it goes. No deciding here.

A page is judged in the run's thread while the next one is read, and then forgotten: what stays is one small row per
entry, and the findings. So memory does not grow with the number of entries. Where the connector marks what it reads,
an entry is compared once, and again when it has changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import aclosing
from functools import partial

from bridge import __version__
from bridge.journal.findings import Finding, Sort
from bridge.journal.marks import Alike
from bridge.journal.scratch import Linked, Scratch, Seen
from bridge.mapping.rules import Rules
from bridge.reconcile.compare import Actual, compare
from bridge.reconcile.credible import Reading
from bridge.reconcile.wanted import is_wanted, wanted_entry
from bridge.reconcile.worker import Worker
from bridge.targets import Target
from connectors.sdk import Capability, ConnectorError, Entry, Page, Query, Ref

LISTED = 1000
"""Foreign entries that a plan lists one by one, for each kind."""
BATCH = 256


async def read_kind(target: Target, worker: Worker, rules: Rules) -> Reading:
    """Read all entries of a kind; raises what the connector raises."""
    complete = False
    members = _with_members(target, rules)
    salt = None if members else f"{__version__} {rules.fingerprint}"
    query = Query(rules.kind, rules.names, members, salt)
    async with aclosing(target.search(query)) as pages:
        page = await anext(pages, None)
        while page is not None:
            complete = page.complete
            judged = worker.do(partial(_take, target=target, rules=rules, page=page))
            page = await _meanwhile(judged, anext(pages, None))
    return await worker.do(lambda scratch: _sum(scratch, rules.kind, complete))


async def _meanwhile(judged: Awaitable[None], following: Awaitable[Page | None]) -> Page | None:
    """The next page, read while this one is judged; neither is left behind when the other fails."""
    done, page = await asyncio.gather(judged, following, return_exceptions=True)
    for each in (page, done):
        if isinstance(each, BaseException):
            raise each
    assert not isinstance(page, BaseException)
    return page


async def confirm_absences(target: Target, worker: Worker, rules: Rules) -> None:
    """Look directly for every entry that the read did not find: missing, or compared like the others."""
    for sort, absent in ((Sort.MISSING, Scratch.absent), (Sort.GONE, Scratch.gone)):
        after: Linked | None = None
        while links := await worker.do(partial(absent, kind=rules.kind, after=after, limit=target.gate.most)):
            answers = await _look_for(target, rules, links)
            await worker.do(partial(_settle, target=target, rules=rules, sort=sort, answers=answers))
            after = links[-1]


async def _look_for(target: Target, rules: Rules, links: Sequence[Linked]) -> list[tuple[Linked, Entry | None]]:
    async with asyncio.TaskGroup() as group:
        looks = [group.create_task(_look(target, rules, link)) for link in links]
    answers = []
    for link, look in zip(links, looks, strict=True):
        answer = look.result()
        if isinstance(answer, ConnectorError):
            raise answer
        answers.append((link, answer))
    return answers


async def _look(target: Target, rules: Rules, link: Linked) -> Entry | ConnectorError | None:
    try:
        ref = Ref(link.kind, link.entry_id, link.locator or "")
        return await target.get(ref, rules.names, _with_members(target, rules))
    except ConnectorError as error:
        return error


def _with_members(target: Target, rules: Rules) -> bool:
    return rules.type == "Group" and target.has(Capability.MEMBERS)


def _take(scratch: Scratch, target: Target, rules: Rules, page: Page) -> None:
    """Note one page, and keep what differs."""
    entries = _to_compare(scratch, rules.kind, page)
    if not entries:
        return
    found = [(entry, entry.ref, target.place_of(entry, entry.ref)) for entry in entries if entry.ref is not None]
    scratch.see(rules.kind, [Seen(ref.id, place, ref.locator) for _, ref, place in found])
    links = scratch.links_of(rules.kind, [ref.id for _, ref, _ in found])
    alike = list[Alike]()
    for entry, ref, place in found:
        link = links.get(ref.id)
        if link is None or _judge(scratch, target, rules, link, Actual(entry, place)):
            continue
        if ref.id in page.marks and link.applied is not None and link.rules == rules.fingerprint:
            alike.append(Alike(link.resource, link.wish, page.marks[ref.id]))
    scratch.note_alike(alike)


def _to_compare(scratch: Scratch, kind: str, page: Page) -> Sequence[Entry]:
    """Those that are not, to the byte, what they were when they were last found as applied; the others are noted."""
    if not page.marks:
        return page.entries
    changed = scratch.see_unchanged(kind, page.marks)
    return [page.entries[number] for number, id_ in enumerate(page.marks) if id_ in changed]


def _settle(
    scratch: Scratch, target: Target, rules: Rules, sort: Sort, answers: Sequence[tuple[Linked, Entry | None]]
) -> None:
    """Note what direct looks found."""
    for link, entry in answers:
        if entry is None:
            if not _keep(scratch, rules, Finding(sort, link.kind, link.resource, link.locator, link.wish)):
                scratch.leave_behind(link.resource, link.kind)
        elif sort is Sort.MISSING:
            ref = entry.ref or Ref(link.kind, link.entry_id, link.locator or "")
            _judge(scratch, target, rules, link, Actual(entry, target.place_of(entry, ref)))


def _made_place(target: Target, entry: Entry) -> str | None:
    try:
        return target.locate(entry)
    except (LookupError, ValueError):
        return None


def _judge(scratch: Scratch, target: Target, rules: Rules, link: Linked, actual: Actual) -> bool:
    """Keep what differs; whether anything does."""
    finding = compare(link, actual, rules, target.normalise, scratch.members(link.resource))
    if finding is not None and not _keep(scratch, rules, finding) and finding.moved:
        scratch.leave_behind(link.resource, link.kind)
    return finding is not None


def _keep(scratch: Scratch, rules: Rules, finding: Finding) -> bool:
    """What the target should not hold any more is neither different nor missing; whether it should."""
    assert finding.resource is not None
    wanted = is_wanted(rules, scratch.stored(finding.resource))
    if wanted:
        scratch.keep(finding)
    return wanted


def _sum(scratch: Scratch, kind: str, complete: bool) -> Reading:
    return Reading(
        kind=kind,
        complete=complete,
        entries=scratch.count_seen(kind),
        linked=scratch.linked().get(kind, 0),
        absent=scratch.count_absent(kind),
        ours=scratch.count_ours(kind),
    )


def strangers(scratch: Scratch, target: Target, rules: Rules) -> list[Finding]:
    """What the read says about entries that are not ours."""
    kind = rules.kind
    _note_refused(scratch, target, rules)
    found = [Finding(Sort.DISPUTED, kind, *row) for row in scratch.disputed(kind)]
    total = 0
    for total, locator in enumerate(scratch.foreign(kind), 1):
        if total <= LISTED:
            found.append(Finding(Sort.FOREIGN, kind, locator=locator))
    if total > LISTED:
        found.append(Finding(Sort.FOREIGN, kind, count=total - LISTED))
    return found


def _note_refused(scratch: Scratch, target: Target, rules: Rules) -> None:
    """Work out where the entries would be that delivery could not make."""
    after = ""
    while links := scratch.homeless(rules.kind, after, BATCH):
        for resource, wish in links:
            entry = wanted_entry(rules, scratch.stored(resource))
            place = None if entry is None else _made_place(target, entry)
            if place is not None:
                scratch.refuse(place, resource, wish)
        after = links[-1][0]
