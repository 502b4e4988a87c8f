"""How an entry of one kind stands in the app's JSON: its id, its key, its values. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.rest.body import apply, at, faults, from_json, wrapped
from connectors.rest.settings import Kind
from connectors.sdk import Change, Entry, Fault, Ref, Refused, TargetMisconfigured, Value
from connectors.sdk.http import Answer, Doing, document


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of one kind."""

    name: str
    kind: Kind

    def locate(self, entry: Entry) -> str:
        """The kind and the key; `LookupError` where the key has no value."""
        return self._locator(entry.attributes[self.kind.key])

    def key_in(self, locator: str) -> str:
        return locator.removeprefix(f"{self.name}/{self.kind.key}=")

    def normalise(self, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
        """Exact, but for what the config calls case-insensitive. An empty text is no value."""
        folds = attribute in self.kind.case_insensitive
        plain = (value.id if isinstance(value, Ref) else value for value in values)
        return frozenset(v.casefold() if folds and isinstance(v, str) else v for v in plain if v != "")

    def faults(self, entry: Entry) -> list[Fault]:
        """What cannot be written."""
        found = faults(entry.attributes, self.kind.lists)
        try:
            self.locate(entry)
        except LookupError:
            problem = "has no value, and it names the entry"
            found.append(Fault(self.kind.key, problem, "map it to a value that is always there"))
        return found

    def checked(self, entry: Entry) -> str:
        """The locator of an entry that can be written."""
        for fault in self.faults(entry):
            subject = fault.attribute or "the entry"
            raise Refused(f"{subject} {fault.problem}", attribute=fault.attribute, fix=fault.remedy)
        return self.locate(entry)

    def body(self, changes: Sequence[Change], current: Any, *, whole: bool) -> Any:
        """What is sent: the changes alone, or the whole of `current` with them; what we do not know is kept."""
        start = current if whole else {}
        return wrapped(apply(start, changes, current, self.kind.lists), self.kind.wrap)

    def entry_in(self, answer: Answer) -> Any:
        """The entry of an answer."""
        found = at(document(answer, Doing.READ), self.kind.entry)
        self.id_of(found)
        return found

    def values(self, found: Any, attribute: str) -> tuple[Value, ...]:
        return from_json(at(found, attribute))

    def matches(self, found: Any, attribute: str, wanted: frozenset[Value]) -> bool:
        """Whether it has a value that we look for."""
        return bool(wanted) and wanted <= self.normalise(attribute, self.values(found, attribute))

    def entry(self, found: Any, attributes: Sequence[str], members: tuple[str, ...] | None) -> Entry:
        held = {attribute: values for attribute in attributes if (values := self.values(found, attribute))}
        return Entry(self.name, held, self.ref(found), members)

    def ref(self, found: Any) -> Ref:
        """An entry without a key is named by its id: it is not ours."""
        id_ = self.id_of(found)
        try:
            return Ref(self.name, id_, self._locator(self.values(found, self.kind.key)))
        except LookupError:
            return Ref(self.name, id_, f"{self.name}/#{id_}")

    def id_of(self, found: Any) -> str:
        id_ = at(found, self.kind.id)
        if isinstance(id_, bool) or not isinstance(id_, str | int) or id_ == "":
            where = f"at {self.kind.id}"
            raise TargetMisconfigured(f"answered with an entry without an id {where}; correct id, entry or items")
        return str(id_)

    def new_id(self, answer: Answer) -> str | None:
        """The id of a new entry, from the answer's body, or from where it says that the entry is."""
        found = at(answer.json_or_none(), self.kind.entry)
        if at(found, self.kind.id) not in (None, ""):
            return self.id_of(found)
        last = urlsplit(answer.headers.get("Location", "")).path.rstrip("/").rpartition("/")[2]
        return unquote(last) or None

    def _locator(self, values: Sequence[Value]) -> str:
        key = self.kind.key
        for value in self.normalise(key, values[:1]):
            return f"{self.name}/{key}={value!s}"
        raise LookupError(key)
