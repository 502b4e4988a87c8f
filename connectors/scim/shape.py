"""One kind of entry at a service: its places, its locators, its JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from bridge.scim.filter import Tree
from connectors.scim import values
from connectors.scim.listing import id_of
from connectors.scim.patch import Placed, after
from connectors.scim.places import Misplaced, Place, own_place, place_of
from connectors.scim.resource import Json, values_at
from connectors.scim.service import Known
from connectors.scim.settings import Groups, Kind
from connectors.sdk import Change, Delta, Entry, Fault, Ref, Refused, Value, Verb


@dataclass(frozen=True, slots=True)
class Shape:
    """`known` is what the service has shown of the kind."""

    kind: Kind
    known: Known

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def path(self) -> str:
        return f"/{self.kind.endpoint}"

    @property
    def key_is_unique(self) -> bool:
        """Whether the RFC has services refuse a second resource of the same key."""
        return self.kind.key == self.kind.type.unique

    @property
    def shows_members(self) -> bool:
        """Whether what is read of a group says who is in it."""
        return isinstance(self.kind, Groups) and self.kind.members_shown and self.known.shows_members

    @property
    def may_be_put(self) -> bool:
        """Whether a resource can be written whole as it was read: nothing of it would be lost."""
        return not isinstance(self.kind, Groups) or self.shows_members

    def path_of(self, id_: str) -> str:
        if id_ in ("", ".", ".."):
            raise Refused("an empty id, or one of dots, cannot stand in a path")
        return f"{self.path}/{quote(id_, safe='')}"

    def place(self, text: str) -> Place:
        try:
            return place_of(text, self.known.type)
        except Misplaced as wrong:
            raise Refused(f"{text} {wrong}", attribute=text, fix="correct the mapping") from None

    def locate(self, entry: Entry) -> str:
        """The kind and the key; `LookupError` where the key has no value."""
        return self._locator(entry.attributes[self.kind.key])

    def key_in(self, locator: str) -> str:
        return locator.removeprefix(f"{self.name}/{self.kind.key}=")

    def normalise(self, attribute: str, given: Sequence[Value]) -> frozenset[Value]:
        """Members are ids. What the service does not have is equal to nothing: it is neither sent nor missed."""
        if attribute == "members" and isinstance(self.kind, Groups):
            return frozenset(given)
        if attribute in self.known.unknown:
            return frozenset()
        return values.normalised(self.place(attribute), given, attribute in self.kind.case_insensitive)

    def faults(self, entry: Entry) -> list[Fault]:
        """What cannot be written."""
        written = ((self.place(name), given) for name, given in entry.attributes.items() if self._is_sent(name))
        found = [fault for place, given in written for fault in values.faults(place, given)]
        try:
            self.locate(entry)
        except LookupError:
            problem = "has no value, and it names the entry"
            found.append(Fault(self.kind.key, problem, "map it to a value that is always there"))
        return found

    def checked(self, entry: Entry) -> str:
        """The locator of an entry that can be written."""
        for fault in self.faults(entry):
            problem = f"{fault.attribute or 'the entry'}: {fault.problem}"
            raise Refused(problem, attribute=fault.attribute, fix=fault.remedy)
        return self.locate(entry)

    def complete(self, delta: Delta) -> list[Change]:
        """The changes of a delta, its new key among them."""
        key, changes = self.kind.key, list(delta.changes)
        if delta.relocate and all(change.attribute != key for change in changes):
            changes.append(Change(key, Verb.REPLACE, delta.entry.attributes[key]))
        return changes

    def placed(self, changes: Iterable[Change]) -> Placed:
        """The changes that are sent, with their places."""
        return [(self.place(change.attribute), change) for change in changes if self._is_sent(change.attribute)]

    def switched(self, active: bool) -> Placed:
        return [(own_place("active", self.kind.type), Change("active", Verb.REPLACE, (active,)))]

    def with_password(self, password: str) -> Placed:
        return [(own_place("password", self.kind.type), Change("password", Verb.REPLACE, (password,)))]

    def body(self, entry: Entry) -> Json:
        """A new resource. Whether it may be used is always said: services differ in what they take silence for."""
        changes = self.placed(Change(name, Verb.REPLACE, given) for name, given in entry.attributes.items() if given)
        if self.kind.type.is_account:
            changes = [*changes, *self.switched(True)]
        return {"schemas": self.schemas(changes), **after({}, changes)}

    def schemas(self, changes: Placed) -> list[str]:
        """The URNs of the schemas that the changes write to."""
        extensions = (place.urn for place, change in changes if place.urn is not None and change.values)
        return list(dict.fromkeys((self.kind.type.schema.id, *extensions)))

    def filter(self, attribute: str, value: Value) -> Tree:
        """The filter for resources that have this value."""
        literal = value.id if isinstance(value, Ref) else value
        assert isinstance(literal, str | bool | int | float)
        return self.place(attribute).filter(literal)

    def entry(self, found: Json, attributes: Sequence[str], members: tuple[str, ...] | None) -> Entry:
        sent = (name for name in attributes if self._is_sent(name))
        held = {name: given for name in sent if (given := values_at(found, self.place(name)))}
        return Entry(self.name, held, self.ref(found), members)

    def ref(self, found: Json) -> Ref:
        """A resource without a key is named by its id: it is not ours."""
        id_ = id_of(found)
        try:
            return Ref(self.name, id_, self._locator(values_at(found, self.place(self.kind.key))))
        except LookupError:
            return Ref(self.name, id_, f"{self.name}/#{id_}")

    def has(self, found: Json, attribute: str, wanted: frozenset[Value]) -> bool:
        """Whether it has a value that we look for: a service may answer with more than it was asked for."""
        return bool(wanted) and wanted <= self.normalise(attribute, values_at(found, self.place(attribute)))

    def _is_sent(self, attribute: str) -> bool:
        return attribute not in self.known.unknown

    def _locator(self, given: Sequence[Value]) -> str:
        """Folded only where the RFC makes the key unique so: a service that tells `Staff` from `staff` has two."""
        text = str(given[0]).strip() if given else ""
        if not text:
            raise LookupError(self.kind.key)
        folded = self.kind.type.unique_key(text) if self.key_is_unique else text
        return f"{self.name}/{self.kind.key}={folded}"
