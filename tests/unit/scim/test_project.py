"""What an answer shows: `returned` at both levels, `attributes` and `excludedAttributes` in every form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.scim.errors import ScimError
from bridge.scim.project import answer, wants
from bridge.scim.resource_types import GROUP, USER
from bridge.scim.validate import receive
from tests.unit.scim.test_validate import bodies
from tests.unit.scim.things import CORE, MORE, THING

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PARTS = {"string": "s", "always": "a", "never": "n", "request": "r", "secret": "x"}
BY_DEFAULT = {"string": "s", "always": "a"}
WHOLE = {
    "schemas": [CORE, MORE],
    "id": "1",
    "meta": {"version": "1", "location": "/1"},
    "serial": "A1",
    **PARTS,
    "complex": PARTS,
    "many": [PARTS, {"never": "n"}],
    MORE: {**PARTS, "complex": PARTS},
}
ALWAYS = {"schemas": [CORE, MORE], "id": "1", "always": "a", MORE: {"always": "a"}}


def shown(attributes: str = "", excluded: str = "") -> dict[str, Any]:
    return answer(WHOLE, THING, attributes.split(), excluded.split())


def test_by_default_what_is_returned_by_default_and_always_is_shown() -> None:
    assert {
        "schemas": [CORE, MORE],
        "id": "1",
        "meta": {"version": "1", "location": "/1"},
        "serial": "A1",
        **BY_DEFAULT,
        "complex": BY_DEFAULT,
        "many": [BY_DEFAULT],
        MORE: {**BY_DEFAULT, "complex": BY_DEFAULT},
    } == shown()


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("serial", {"serial": "A1"}),
        ("SERIAL", {"serial": "A1"}),
        (f"{CORE}:serial", {"serial": "A1"}),
        (f"{CORE.upper()}:Serial", {"serial": "A1"}),
        ("request", {"request": "r"}),
        ("never", {}),
        ("secret", {}),
        ("unknown", {}),
        ("urn:x:y:serial", {}),
        ("unknown serial", {"serial": "A1"}),
        ("complex", {"complex": BY_DEFAULT}),
        ("complex.string", {"complex": BY_DEFAULT}),
        ("complex.request", {"complex": {"request": "r", "always": "a"}}),
        ("complex.never", {}),
        ("complex complex.request", {"complex": {**BY_DEFAULT, "request": "r"}}),
        ("many.String", {"many": [BY_DEFAULT]}),
        ("meta.version", {"meta": {"version": "1"}}),
        ("meta", {"meta": {"version": "1", "location": "/1"}}),
    ],
)
def test_attributes_are_shown_with_what_is_always_shown(attributes: str, expected: dict[str, Any]) -> None:
    assert {**ALWAYS, **expected} == shown(attributes)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (MORE, {**BY_DEFAULT, "request": "r", "complex": BY_DEFAULT}),
        (MORE.lower(), {**BY_DEFAULT, "request": "r", "complex": BY_DEFAULT}),
        (f"{MORE}:string", BY_DEFAULT),
        (f"{MORE}:request", {"always": "a", "request": "r"}),
        (f"{MORE}:complex.string", {"always": "a", "complex": BY_DEFAULT}),
        (f"{MORE}:never", {"always": "a"}),
    ],
)
def test_an_extension_is_asked_for_whole_or_by_its_attributes(attributes: str, expected: dict[str, Any]) -> None:
    assert {**ALWAYS, MORE: expected} == shown(attributes)


def test_the_core_schema_is_asked_for_by_its_urn() -> None:
    found = shown(CORE)

    assert "A1" == found["serial"]
    assert {"always": "a"} == found[MORE]


@pytest.mark.parametrize(
    ("excluded", "gone"),
    [
        ("serial", ["serial"]),
        ("SERIAL meta", ["serial", "meta"]),
        ("id schemas always never", []),
        ("unknown", []),
        ("complex", ["complex"]),
        ("many meta", ["many", "meta"]),
    ],
)
def test_excluded_attributes_are_not_shown_unless_always(excluded: str, gone: list[str]) -> None:
    assert {name: value for name, value in shown().items() if name not in gone} == shown(excluded=excluded)


@pytest.mark.parametrize(
    ("excluded", "name", "expected"),
    [
        ("complex.string", "complex", {"always": "a"}),
        ("complex.always", "complex", BY_DEFAULT),
        ("many.string", "many", [{"always": "a"}]),
        (MORE, MORE, {"always": "a"}),
        (f"{MORE}:string {MORE}:complex", MORE, {"always": "a"}),
        (f"{MORE}:complex.string", MORE, {**BY_DEFAULT, "complex": {"always": "a"}}),
    ],
)
def test_a_part_may_be_excluded(excluded: str, name: str, expected: Any) -> None:
    assert expected == shown(excluded=excluded)[name]


def test_schemas_names_what_is_in_the_answer() -> None:
    user = {"schemas": [USER.schema.id, ENTERPRISE], "id": "1", "userName": "a", ENTERPRISE: {"department": "x"}}

    assert [USER.schema.id] == answer(user, USER, ["userName"])["schemas"]
    assert [USER.schema.id] == answer(user, USER, (), [ENTERPRISE])["schemas"]
    assert [USER.schema.id, ENTERPRISE] == answer(user, USER, [f"{ENTERPRISE}:department"])["schemas"]
    assert [USER.schema.id, ENTERPRISE] == answer(user, USER)["schemas"]
    assert [USER.schema.id, ENTERPRISE] == user["schemas"]


def test_what_no_schema_knows_any_more_is_not_shown() -> None:
    """An extension that the config named once, and that is stored still."""
    user = {"schemas": [USER.schema.id, "urn:x:old"], "id": "1", "userName": "a", "urn:x:old": {"a": 1}, "old": 1}

    assert {"schemas": [USER.schema.id], "id": "1", "userName": "a"} == answer(user, USER)


@pytest.mark.parametrize(
    ("attributes", "excluded", "expected"),
    [
        ([], [], True),
        (["displayName"], [], False),
        (["members"], [], True),
        (["MEMBERS.value"], [], True),
        ([], ["members"], False),
        ([], ["members.display"], True),
        (["unknown"], [], False),
    ],
)
def test_what_is_not_shown_need_not_be_read(attributes: list[str], excluded: list[str], expected: bool) -> None:
    assert expected is wants("members", GROUP, attributes, excluded)


_paths = st.sampled_from(
    [
        *THING.schema.names,
        MORE,
        CORE,
        f"{MORE}:never",
        "complex.never",
        "complex.secret",
        "many.never",
        f"{MORE}:complex",
    ]
)


@given(bodies, st.lists(_paths, max_size=3), st.booleans())
def test_what_is_never_returned_is_never_shown(body: dict[str, Any], names: list[str], excluding: bool) -> None:
    try:
        resource = receive(body, THING)
    except ScimError:
        return

    found = answer(resource, THING, () if excluding else names, names if excluding else ())

    assert not _names(found) & {"never", "secret"}


def _names(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_names, value))
    return set(value).union(*map(_names, value.values())) if isinstance(value, dict) else set()
