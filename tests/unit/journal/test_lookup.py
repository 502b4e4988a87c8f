"""What a resource is found by follows its body: at every write, in the batch that writes it, and in an old journal."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.journal import lookup, schema
from bridge.journal.accept import Delete, Request, Write, accept
from bridge.journal.journal import Journal
from bridge.journal.tx import Tx
from bridge.scim.errors import InvalidValue
from bridge.scim.resource_types import fold

ODD: tuple[Any, ...] = ("Straße", "", 1, True, None, ["x"], {"value": "x"}, [{"value": "A"}, {"value": 2}, "x", {}])


def user(**body: Any) -> Write:
    return Write({"userName": "kim", **body}, "kim", None)


def emails(*values: str) -> list[dict[str, str]]:
    return [{"value": value} for value in values]


async def write(journal: Journal, operation: str, decision: Write | Delete, id_: str | None = None) -> str:
    request = Request("default", "entra", "User", id_, operation, {})
    return (await journal.submit(lambda tx: accept(tx, request, lambda _: decision, lambda *_: ()))).stored.id


def kept(journal: Journal) -> tuple[list[tuple[Any, ...]], list[str]]:
    """The columns of living resources, and all addresses that lead to one."""
    living = "SELECT display_key, active FROM resource WHERE deleted IS NULL"
    found = "SELECT key FROM email ORDER BY key"
    return journal.read(lambda db: (db.execute(living).fetchall(), [key for (key,) in db.execute(found)]))


async def test_it_follows_what_is_written(journal: Journal) -> None:
    id_ = await write(journal, "create", user(displayName="STRAßE", active=True, emails=emails("A@x", "a@X", "b@x")))
    assert ([("strasse", 1)], ["a@x", "b@x"]) == kept(journal)

    await write(journal, "replace", user(active=False, emails=emails("B@x", "c@x")), id_)
    assert ([(None, 0)], ["b@x", "c@x"]) == kept(journal)

    await write(journal, "delete", Delete(), id_)
    assert ([], []) == kept(journal)


async def test_within_one_batch_what_is_last_holds(journal: Journal) -> None:
    id_ = await write(journal, "create", user(emails=emails("a@x")))

    def both(tx: Tx) -> None:
        for values in (("b@x",), ("a@x", "c@x")):
            request = Request("default", "entra", "User", id_, "replace", {})
            decision = user(emails=emails(*values))
            accept(tx, request, lambda _, decision=decision: decision, lambda *_: ())

    await journal.submit(both)

    assert ["a@x", "c@x"] == kept(journal)[1]


async def test_a_write_that_fails_leaves_no_address(journal: Journal) -> None:
    def fail(tx: Tx) -> None:
        request = Request("default", "entra", "User", None, "create", {})
        accept(tx, request, lambda _: user(emails=emails("a@x")), lambda *_: ())
        raise InvalidValue("no")

    with pytest.raises(InvalidValue):
        await journal.submit(fail)
    await write(journal, "create", user(emails=emails("b@x")))

    assert ["b@x"] == kept(journal)[1]


@pytest.mark.parametrize("odd", ODD)
def test_a_type_of_the_config_may_call_anything_so(odd: Any) -> None:
    """Its attributes of these names may be of other types than a User's."""
    body = {"displayName": odd, "active": odd, "emails": odd}

    assert {"display_key": fold(odd) if isinstance(odd, str) else None, "active": True if odd is True else None} == (
        lookup.columns(body)
    )
    assert ({"a"} if isinstance(odd, list) and len(odd) > 1 else set()) == lookup.addresses(body)


@given(st.characters(exclude_categories=["Cs"]))
def test_folding_leaves_something_of_everything(character: str) -> None:
    assert fold(character)


def test_an_old_journal_is_brought_to_what_is_kept_now(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = schema.steps()
    monkeypatch.setattr(schema, "steps", lambda: {name: steps[name] for name in steps if name < "0006"})
    db = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(db)
    bodies = [{"displayName": one, "active": one, "emails": other} for one in ODD for other in ODD]
    columns = "id, tenant, type, version, body, created, modified, deleted"
    insert = f"INSERT INTO resource ({columns}) VALUES (?, '', '', 1, ?, 0, 0, ?)"
    for number, body in enumerate([*bodies, {}]):
        db.execute(insert, (f"{number}", orjson.dumps(body).decode(), None))
    db.execute(insert, ("gone", '{"emails":[{"value":"gone"}]}', 5))

    monkeypatch.undo()
    schema.migrate(db)

    for seq, raw, name, active, deleted in db.execute(
        "SELECT seq, body, display_key, active, deleted FROM resource"
    ).fetchall():
        body = orjson.loads(raw)
        found = {key for (key,) in db.execute("SELECT key FROM email WHERE seq = ?", (seq,))}
        assert [*lookup.columns(body).values()] == [name, active]
        assert (set() if deleted else lookup.addresses(body)) == found
    db.close()
