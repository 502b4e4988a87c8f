"""Entries to try a connector with: made by a target's own rules of people who are nobody. Pure.

They are what `connectors.sdk.testing.Samples` asks for, found out from what the connector says of them: which attribute
names an entry (`locate`), and what it would refuse (`check`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from bridge.mapping.project import project
from bridge.mapping.rules import MappingFailed, Rules, Wanted
from bridge.mapping.samples import bare, full
from bridge.scim.resource_types import ResourceType
from connectors.sdk import Connector, Entry, Reference, Value

PEOPLE = 40
"""So many beside the samples themselves: the members of a large group."""
USER_NAMES: tuple[Callable[[int], str], ...] = ("certify{}".format, "certify{}@example.com".format)
_APART = {
    "id",
    "externalId",
    "displayName",
    "formatted",
    "givenName",
    "nickName",
    "employeeNumber",
    "value",
    "profileUrl",
}
"""What tells one person from another; all else two people may share."""
_FORMS = {"locale", "preferredLanguage", "timezone", "type"}
"""Texts that are no free text: they stay as they are."""

Maker = Callable[[int, bool], Entry]


class NothingMade(Exception):
    """Why no samples can be made of these rules: a sentence with its remedy."""


@dataclass(frozen=True)
class MadeUp:
    """The fields of the kit's `Samples`, and more people of the same kind."""

    entry: Entry
    altered: Entry
    cleared: str
    renamed: Entry
    other: Entry
    shared: str
    unique: str
    nameless: Entry
    several: tuple[str, tuple[Value, Value]] | None
    group: Entry | None
    more: tuple[Entry, ...]

    @property
    def samples(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "more"}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All that may be written, people first."""
        groups = () if self.group is None else (self.group,)
        return (self.entry, self.renamed, self.other, *self.more, *groups)


def make_up(rules: Rules, type_: ResourceType, connector: Connector, group: Entry | None = None) -> MadeUp:
    """The samples of one kind; raises `NothingMade`."""
    make = _maker(rules, type_, connector)
    entry, other, third = make(1, True), make(2, True), make(3, False)
    named = [name for name in entry.attributes if _names(connector, entry, name, third)]
    if not named:
        raise NothingMade(f"no mapped attribute of {rules.kind} names its entries; map one")
    rest = [name for name in entry.attributes if name not in named]
    least = _entry(rules, bare(type_)).attributes
    optional = [name for name in rest if name not in least and not connector.check(_with(entry, {name: ()}))]
    alike = [name for name in rest if _text(entry, name) and entry.attributes[name] == other.attributes.get(name)]
    news = {name: third.attributes[name] for name in rest if name in third.attributes}
    return MadeUp(
        entry=entry,
        altered=_with(entry, news),
        cleared=_first(optional, rules, "an attribute that may be without a value, as title"),
        renamed=_with(entry, {name: third.attributes[name] for name in named if name in third.attributes}),
        other=other,
        shared=_first(alike, rules, "a text that two people may share, as title"),
        unique=named[0],
        nameless=_with(entry, {named[0]: ()}),
        several=next(((name, two) for name in rest if (two := _two(entry.attributes[name]))), None),
        group=group,
        more=tuple(make(number, True) for number in range(4, 4 + PEOPLE)),
    )


def make_up_group(rules: Rules, type_: ResourceType, connector: Connector) -> Entry:
    """A group; raises `NothingMade`."""
    return _maker(rules, type_, connector)(1, True)


def _maker(rules: Rules, type_: ResourceType, connector: Connector) -> Maker:
    """Makes an entry of a number, with user names in the first form that rules and connector take."""
    why = ""
    for form in USER_NAMES:

        def make(number: int, alike: bool, form: Callable[[int], str] = form) -> Entry:
            return _entry(rules, _body(type_, number, form(number), alike))

        try:
            faults = connector.check(make(1, True))
        except MappingFailed as failed:
            why = f"{failed}; mend the rule"
            continue
        if not faults:
            return make
        why = f"{faults[0].problem}; {faults[0].remedy}"
    raise NothingMade(f"the rules of {rules.kind} make no entry of a made-up resource: {why}")


def _entry(rules: Rules, body: Mapping[str, Any]) -> Entry:
    """Whatever the scope says: nobody is in it who is nobody. References are left out: they lead nowhere."""
    projection = project(replace(rules, in_scope=lambda _: True), body)
    assert isinstance(projection, Wanted)
    entry = projection.entry
    held = {n: v for n, v in entry.attributes.items() if not any(isinstance(value, Reference) for value in v)}
    return replace(entry, attributes=held)


def _body(type_: ResourceType, number: int, user_name: str, alike: bool) -> dict[str, Any]:
    apart = _APART | {type_.unique or ""}
    body: dict[str, Any] = _told_apart(full(type_), "", number, apart if alike else None)
    return body | {"userName": user_name, "id": f"2819c223-7f76-453a-919d-{number:012}"}


def _told_apart(value: Any, name: str, number: int, apart: set[str] | None) -> Any:
    """The sample with another number in each text of these names (None: of all)."""
    match value:
        case dict():
            return {key: _told_apart(each, key, number, apart) for key, each in value.items()}
        case list():
            return [_told_apart(each, name, number + 1000 * place, apart) for place, each in enumerate(value)]
        case str() if name not in _FORMS and (apart is None or name in apart):
            return _numbered(value, number)
    return value


def _numbered(text: str, number: int) -> str:
    if "@" in text:
        return f"certify{number}@example.com"
    if text.startswith("+"):
        return f"{text[:-4]}{number:04}"
    if "://" in text:
        return f"{text}{number}"
    return str(int(text) + number) if text.isdecimal() else f"{text} {number}"


def _with(entry: Entry, values: Mapping[str, tuple[Value, ...]]) -> Entry:
    return replace(entry, attributes={**entry.attributes, **values})


def _names(connector: Connector, entry: Entry, name: str, third: Entry) -> bool:
    exchanged = _with(entry, {name: third.attributes.get(name, ())})
    return bool(exchanged.attributes[name]) and connector.locate(exchanged) != connector.locate(entry)


def _text(entry: Entry, name: str) -> bool:
    return all(isinstance(value, str) for value in entry.attributes[name])


def _two(values: tuple[Value, ...]) -> tuple[Value, Value] | None:
    distinct = list(dict.fromkeys(values))
    return (distinct[0], distinct[1]) if len(distinct) > 1 else None


def _first(names: list[str], rules: Rules, what: str) -> str:
    if not names:
        raise NothingMade(f"{rules.kind} has too few attributes to try every promise: map {what}")
    return names[0]
