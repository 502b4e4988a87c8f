"""Entries that were there before us, taken for ours by what they hold: not by their place, never the first of several.

`match` names attributes in order. An entry is a resource's own where one of them finds it alone, and where those before
it do not say otherwise. `adopt = "ask"` lets a person approve each; what an adopted entry holds is written over only
when a person has approved that too (`Entries`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.delivery.guarding import Guarding, digest
from bridge.delivery.places import BUSY
from bridge.delivery.progress import NotYet, Progress
from bridge.journal import Journal, links
from bridge.journal.holds import Operation
from bridge.mapping import Rules
from bridge.mapping.entry_json import encode
from bridge.settings.kinds import Adopt, Mode
from bridge.targets import Target
from connectors.sdk import Entry, Key, Ref, Refused


@dataclass(frozen=True, slots=True)
class Adopting:
    """The adoptions of one target."""

    journal: Journal
    target: Target
    guarding: Guarding

    async def adopt(self, progress: Progress, entry: Entry) -> bool:
        """Link the resource with the entry that matches; False where that waits for a person, and nothing is made."""
        link, rules = progress.link, progress.rules
        if rules.adopt is Adopt.NEVER or link.ref is not None or link.intent is not None:
            return True
        found = await self._match(progress, entry)
        if found is None or found.ref is None:
            return True
        if rules.adopt is Adopt.ASK and not await self._may(progress, found.ref):
            return False
        place = self.target.locate(found)
        known = _known(found, rules)
        taken = link._replace(entry_id=found.ref.id, locator=found.ref.locator, claim=place, applied=known)
        if not await self.journal.submit(lambda tx: links.adopt(tx, taken), reserved=True):
            raise NotYet("another resource of ours has the place of the entry that matches", claim=place, seconds=BUSY)
        progress.link = taken._replace(adopted=True, verify=True)
        progress.did("adopt")
        return True

    async def _may(self, progress: Progress, ref: Ref) -> bool:
        reason = f"an entry that is there already matches: {ref.locator}"
        return await self.guarding.may(progress, Operation.ADOPT, digest(ref.id), ask=reason)

    async def _match(self, progress: Progress, entry: Entry) -> Entry | None:
        """The one entry that is the resource's, by the first attribute that finds any."""
        match = progress.rules.match
        for number, name in enumerate(match):
            refs = await self._find(progress, name, entry)
            if len(refs) > 1:
                places = " and ".join(sorted(ref.locator for ref in refs))
                raise _disputed(f"several entries have this {name}: {places}", name)
            found = await self.target.get(refs[0], progress.rules.names) if refs else None
            if found is not None:
                self._agrees(found, entry, match[:number])
                return found
        return None

    async def _find(self, progress: Progress, name: str, entry: Entry) -> list[Ref]:
        """Those that are nobody's: a claimed entry is never adopted."""
        found: dict[str, Ref] = {}
        for value in entry.attributes.get(name, ()):
            for ref in await self.target.find(Key(progress.kind, name, value)):
                found.setdefault(ref.id, ref)
        return [ref for ref in found.values() if self._is_free(ref)]

    def _is_free(self, ref: Ref) -> bool:
        return self.journal.read(lambda db: links.owner(db, self.target.name, ref)) is None

    def _agrees(self, found: Entry, entry: Entry, earlier: tuple[str, ...]) -> None:
        for name in earlier:
            theirs, ours = found.attributes.get(name, ()), entry.attributes.get(name, ())
            fold = self.target.normalise
            if theirs and ours and fold(found.kind, name, theirs) != fold(found.kind, name, ours):
                at = found.ref.locator if found.ref else "?"
                raise _disputed(f"the entry at {at} matches, but its {name} is another", name)


def _known(found: Entry, rules: Rules) -> str:
    """The entry as it is there, as if we had written it; but nothing of what is others' beside ours."""
    merged = {attribute.name for attribute in rules.attributes if attribute.mode is Mode.MERGE}
    return encode(Entry(found.kind, {name: v for name, v in found.attributes.items() if name not in merged}))


def _disputed(problem: str, attribute: str) -> Refused:
    return Refused(
        f"{problem}; none was touched",
        code="disputed",
        attribute=attribute,
        fix="correct the entries or the resource; or say which it is: scim-bridge links relink",
    )
