"""Resources in a journal and filters about them, made up by hypothesis: few values, so that they meet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from hypothesis import strategies as st

from bridge.journal import lookup
from bridge.journal.conditions import Scope
from bridge.journal.sql import load
from bridge.scim.filter import And, Comparison, Name, Not, Operator, Or, Present, Selection, Tree
from bridge.scim.resource_types import GROUP, USER, ResourceType

BASE = "https://scim.example.com/scim/v2"
TEXTS = (
    *("", "a", "A", "ab", "B", "E", "FI", "k", "x y", "%", "_"),
    *("Straße", "STRASSE", "straß", "ẞ", "İ", "i\u0307", "é", "e\u0301", "ﬁx", "\uff2b"),
    *("\ud7ff", "\ue000", "\U0010ffff", "\U0010ffffb", "a\U0010ffff"),
)
"""Cases beyond ASCII, one letter written in two ways, what LIKE would take for a pattern, the ends of Unicode."""
IDS = ("1", "2", "3", "A", "a")
MOMENTS = (0, 1, 999, 1000, 86_400_000, 1_764_000_000_123)
VERSIONS = (1, 2, 10)


@dataclass
class Row:
    """A resource as it stands in the journal."""

    id: str
    body: dict[str, Any]
    type: str = "User"
    tenant: str = "default"
    version: int = 1
    created: int = 0
    modified: int = 0
    deleted: int | None = None
    members: list[str] = field(default_factory=list)
    seq: int = 0


def store(db: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Write the rows as `accept` does."""
    statements = load("resources")
    for row in rows:
        unique = USER.unique_key(row.body.get("userName")) if row.type == "User" else None
        named = {"id": row.id, "tenant": row.tenant, "type": row.type, "version": row.version, "unique_key": unique}
        text = {"external_id": row.body.get("externalId"), "body": orjson.dumps(row.body).decode(), "now": row.created}
        row.seq = db.execute(statements["insert"], {**named, **text, **lookup.columns(row.body)}).lastrowid or 0
        db.execute("UPDATE resource SET modified = ?, deleted = ? WHERE id = ?", (row.modified, row.deleted, row.id))
        if row.deleted is None:
            db.executemany("INSERT INTO email VALUES (?, ?)", [(key, row.seq) for key in lookup.addresses(row.body)])
        db.executemany("INSERT INTO membership VALUES (?, ?, 'User', NULL)", [(row.id, each) for each in row.members])


def whole(row: Row) -> dict[str, Any]:
    """The resource as the evaluator is asked of it."""
    members = {"members": [{"value": each, "type": "User"} for each in row.members]} if row.members else {}
    return {
        **row.body,
        **members,
        "id": row.id,
        "meta": {
            "resourceType": row.type,
            "created": moment(row.created),
            "lastModified": moment(row.modified),
            "location": scope(TYPES[row.type]).location + row.id,
            "version": f'W/"{row.version}"',
        },
    }


TYPES: dict[str, ResourceType] = {"User": USER, "Group": GROUP}


def scope(type_: ResourceType, tenant: str = "default") -> Scope:
    return Scope(tenant, type_, f"{BASE}/{type_.endpoint}/")


def moment(milliseconds: float) -> str:
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return when.isoformat(timespec="microseconds").replace("+00:00", "Z")


texts = st.sampled_from(TEXTS)


def _optional(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


_address = st.fixed_dictionaries({"type": st.sampled_from(("work", "home"))}, optional={"value": texts})
_emails = st.lists(_address, min_size=1, max_size=3)
_bodies = {
    "User": _optional(displayName=texts, externalId=texts, title=texts, active=st.booleans(), emails=_emails),
    "Group": _optional(displayName=texts, externalId=texts),
}


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Some resources: of two tenants, of both types, some of them deleted."""
    found = []
    for number in draw(st.lists(st.sampled_from(IDS), unique=True, max_size=len(IDS))):
        type_ = draw(st.sampled_from(("User", "User", "Group")))
        body = draw(_bodies[type_])
        if type_ == "User":  # with a name of its own
            body["userName"] = draw(texts) + str(IDS.index(number))
        found.append(
            Row(
                number,
                body,
                type_,
                draw(st.sampled_from(("default", "default", "default", "other"))),
                draw(st.sampled_from(VERSIONS)),
                draw(st.sampled_from(MOMENTS)),
                draw(st.sampled_from(MOMENTS)),
                draw(st.sampled_from((None, None, None, 5))),
                draw(st.lists(st.sampled_from(IDS), unique=True, max_size=2)) if type_ == "Group" else [],
            )
        )
    return found


EQUALITY, TEXT, ORDER = ("eq", "ne"), ("co", "sw", "ew"), ("gt", "ge", "lt", "le")
ALL = EQUALITY + TEXT + ORDER
WHENS = (
    *map(moment, MOMENTS),
    *(moment(each + 0.5) for each in MOMENTS),
    "1970-01-01T02:00:01+02:00",
    "0001-01-01T00:00:00Z",
)
IN_TEXT = tuple(text + end for text in TEXTS for end in ("", "1", "a"))
PLACES = (f"{BASE}/Users/1", f"{BASE}/Groups/a", f"{BASE}/", "User", "Group")
TERMS: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[Any, ...]], ...] = (
    (("userName", "displayName", f"{USER.schema.id}:displayName", "DISPLAYNAME", "externalId"), ALL, IN_TEXT),
    (("title", "emails.value", "emails", "nothing"), ALL, IN_TEXT),
    (
        ("userName", "displayName", "externalId", "emails.value", "nothing", "id", "meta", "meta.version"),
        ALL,
        (True, 1, 1.5),
    ),
    (("meta.created", "meta.resourceType", "meta.location", "members", "emails.type"), ALL, (True, 1, "x")),
    (("id", "members.value", "members"), ALL, IDS),
    (("meta.location", "meta.resourceType"), ALL, PLACES),
    (("meta.created", "meta.lastModified"), EQUALITY + ORDER, WHENS),
    (("meta.created",), TEXT, ("1970", "Z", "00:00")),
    (("meta.version",), ALL, ('W/"1"', 'W/"2"', 'W/"01"', '"1"', "1")),
    (("active",), EQUALITY, (True, False, "True", "false", "x", 1)),
    (("active", "active.x", "emails.y", "password", "password.z"), ALL, TEXTS),
)
"""Names, the operators that can be asked of them, and with what."""
INNER = ((("value", "VALUE", "type", "emails.value"), ALL, (*TEXTS, *IDS, "work")),)


@st.composite
def terms(draw: st.DrawFn, of: Any = TERMS) -> Tree:
    names, operators, literals = draw(st.sampled_from(of))
    name = _name(draw(st.sampled_from(names)))
    match draw(st.sampled_from(("compare", "compare", "compare", "compare", "null", "pr"))):
        case "pr":
            return Present(name)
        case "null" if draw(st.booleans()):
            return Comparison(name, draw(st.sampled_from(list(Operator))), None)
        case "null":
            return Comparison(name, Operator(draw(st.sampled_from(EQUALITY))), None)
        case _:
            return Comparison(name, Operator(draw(st.sampled_from(operators))), draw(st.sampled_from(literals)))


def _name(text: str) -> Name:
    urn, _, rest = text.rpartition(":")
    attribute, _, sub = rest.partition(".")
    return Name(attribute, sub or None, urn or None)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3, *, inside: bool = False) -> Tree:
    """A filter; `inside` brackets, one about `value`."""
    match draw(st.sampled_from(("term", "term", "selection", "not", "and", "or"))) if depth else "term":
        case "not":
            return Not(draw(trees(depth - 1, inside=inside)))
        case "and" | "or" as join:
            inner = draw(st.lists(trees(depth - 1, inside=inside), min_size=2, max_size=3))
            return (And if join == "and" else Or)(tuple(inner))
        case "selection" if not inside:
            name = Name(draw(st.sampled_from(("emails", "emails", "members", "nothing", "title"))))
            return Selection(name, draw(trees(depth - 1, inside=True)))
        case _:
            return draw(terms(INNER if inside else TERMS))
