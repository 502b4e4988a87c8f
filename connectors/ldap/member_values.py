"""A group's members as values: by DN (`member`, `uniqueMember`), or by the user's name (`memberUid`). Pure.

The bridge knows each member by one text: its DN where one of the group's attributes holds DNs, else its name. What the
other attributes hold follows from that: a name is the `uid` in the first step of the DN. So all of them are changed by
one modify, and a member is in the group where all of them say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connectors.ldap import dn
from connectors.ldap.dn import Dn

BY_NAME = "memberuid"
UID = "uid"

Listed = Mapping[str, Iterable[str]]
"""Attribute → the values that a group has there."""


def is_by_name(attribute: str) -> bool:
    """Whether the attribute holds members by their name, and no DNs."""
    return attribute.lower() == BY_NAME


def leading(attributes: Sequence[str]) -> str:
    """The attribute whose values are the members' texts."""
    return next((name for name in attributes if not is_by_name(name)), attributes[0])


def text_of(attributes: Sequence[str], place: str) -> str | None:
    """The text of the member at this DN; None where these attributes cannot hold it: a group has no name of a user."""
    return _name_in(place) if is_by_name(leading(attributes)) else dn.tidy(place)


def value_of(attribute: str, attributes: Sequence[str], text: str) -> str | None:
    """What one of the attributes holds of a member; None: nothing."""
    if is_by_name(attribute) and not is_by_name(leading(attributes)):
        return _name_in(text)
    return text


def compared(attribute: str, value: str) -> str:
    """As the directory compares it: equal results for equal values."""
    return value if is_by_name(attribute) else dn.folded(value)


def sort_out(attributes: Sequence[str], held: Listed, people: Dn | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The members that all attributes agree about, and those that only some of them hold.

    Whom an attribute other than the leading one holds alone is taken to stand below `people`.
    """
    first, *others = dict.fromkeys((leading(attributes), *attributes))
    left = {other: {compared(other, value): value for value in held.get(other, ())} for other in others}
    whole, part = list[str](), list[str]()
    for text in _told(first, held):
        wanted = [(other, value) for other in others if (value := value_of(other, attributes, text)) is not None]
        there = [left[other].pop(compared(other, value), None) is not None for other, value in wanted]
        (whole if all(there) else part).append(text)
    stray = (_placed(other, value, people) for other in others for value in left[other].values())
    return tuple(whole), tuple(dict.fromkeys((*part, *filter(None, stray))))


def _told(attribute: str, held: Listed) -> Iterable[str]:
    values = held.get(attribute, ())
    return values if is_by_name(attribute) else map(dn.tidy, values)


def _placed(attribute: str, value: str, people: Dn | None) -> str | None:
    if not is_by_name(attribute):
        return dn.tidy(value)
    return None if people is None else str(people.child(UID, value))


def _name_in(place: str) -> str | None:
    try:
        rdns = dn.parse(place).rdns
    except dn.NotADn:
        return None
    return next((value for name, value in rdns[0].parts if name.lower() == UID), None) if rdns else None
