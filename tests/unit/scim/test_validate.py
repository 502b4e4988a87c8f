"""From a body to a clean resource: what is left out, what is refused, what a PUT keeps."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.scim.errors import InvalidSyntax, InvalidValue, Mutability
from bridge.scim.resource_types import USER, Extension, ResourceType
from bridge.scim.schemas import load_schema
from bridge.scim.validate import receive, replace, take_password
from tests.unit.scim.things import CORE, MORE, THING, attribute, thing

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def test_names_get_the_spelling_of_their_schema() -> None:
    received = receive({"SCHEMAS": [CORE.upper()], "SERIAL": "A1", MORE.upper(): {"STRING": "x"}}, THING)

    assert {"schemas": [CORE, MORE], "serial": "A1", MORE: {"string": "x"}} == received


@pytest.mark.parametrize(
    "sent",
    [
        {"id": "mine", "meta": {"version": "1"}, "given": "x", "complex": {"given": "x"}},
        {"unknown": 1, "complex": {"unknown": 1}, "urn:x:unknown": {"a": 1}, CORE: {"string": "x"}},
        {"string": None, "texts": [], "complex": {"string": None}, "many": [None, {}]},
        {"more": {}},
        {"more": {"given": "x", "unknown": 1, "string": None}},
        {"more": None},
    ],
)
def test_read_only_unknown_and_unassigned_attributes_are_left_out(sent: dict[str, Any]) -> None:
    assert {"schemas": [CORE], "serial": "A1"} == receive(thing(**sent), THING)


@pytest.mark.parametrize(
    "body",
    [
        thing() | {"SERIAL": "B2"},
        thing() | {"SERIAL": None},
        thing() | {"ID": "a", "id": "b"},
        thing() | {"Schemas": [CORE]},
        thing(more={"string": "a", "String": "b"}),
        thing(more={"string": "a"}) | {MORE.upper(): {"string": "b"}},
        thing(complex={"string": "a", "STRING": "a"}),
        thing(many=[{"string": "a", "STRING": "a"}]),
    ],
)
def test_a_name_twice_in_different_case_is_refused(body: dict[str, Any]) -> None:
    """Two readers of `userName` and `USERNAME` would see two things, as with a name twice."""
    with pytest.raises(InvalidSyntax, match="is there twice"):
        receive(body, THING)


@pytest.mark.parametrize("schemas", [None, CORE, [], [1], ["urn:x:y"], [MORE]])
def test_schemas_must_name_the_core_schema(schemas: Any) -> None:
    with pytest.raises(InvalidValue, match="schemas"):
        receive({**thing(), "schemas": schemas}, THING)


@pytest.mark.parametrize("serial", [None, ""])
def test_what_is_required_must_be_there(serial: Any) -> None:
    with pytest.raises(InvalidValue, match="serial is required"):
        receive(thing(serial=serial), THING)


def _type(*attributes: dict[str, Any], required: bool = False) -> ResourceType:
    more = load_schema({"id": "urn:x:more", "attributes": list(attributes)})
    core = load_schema({"id": "urn:x:core", "attributes": [attribute("name"), *attributes]})
    return ResourceType("X", "Xs", core, (Extension(more, required),))


@pytest.mark.parametrize("multi", [True, False])
def test_a_required_sub_attribute_must_be_in_each_value(multi: bool) -> None:
    parts = [attribute("key", required=True), attribute("text")]
    type_ = _type(attribute("part", "complex", multiValued=multi, subAttributes=parts))
    value: Any = {"text": "x"}

    assert receive({"schemas": ["urn:x:core"]}, type_)
    with pytest.raises(InvalidValue, match=r"part\.key is required"):
        receive({"schemas": ["urn:x:core"], "part": [value] if multi else value}, type_)
    with pytest.raises(InvalidValue, match=r"part\.key is required"):
        receive({"schemas": ["urn:x:core"], "urn:x:more": {"part": [value] if multi else value}}, type_)


def test_a_required_extension_must_be_there() -> None:
    with pytest.raises(InvalidValue, match="urn:x:more is required"):
        receive({"schemas": ["urn:x:core"], "name": "a"}, _type(attribute("text"), required=True))


def test_an_attribute_required_in_an_extension_is_so_where_the_extension_is() -> None:
    type_ = _type(attribute("text", required=True), attribute("other"))
    body = {"schemas": ["urn:x:core"], "text": "a"}

    assert receive(body, type_)
    with pytest.raises(InvalidValue, match="text is required"):
        receive({**body, "urn:x:more": {"other": "x"}}, type_)


@pytest.mark.parametrize("body", [None, [], "x", 1])
def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    with pytest.raises(InvalidSyntax):
        receive(body, THING)


def test_an_extension_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidValue, match="More must be an object"):
        receive(thing(more="x"), THING)


def test_a_canonical_value_is_a_suggestion() -> None:
    body = {"schemas": [USER.schema.id], "userName": "a", "emails": [{"value": "a@b", "type": "lighthouse"}]}

    assert "lighthouse" == receive(body, USER)["emails"][0]["type"]


def test_a_manager_is_taken_as_an_id_alone_and_cleared_by_an_empty_text() -> None:
    def manager(value: Any) -> Any:
        body = {"schemas": [USER.schema.id], "userName": "a", ENTERPRISE: {"manager": value}}
        return receive(body, USER).get(ENTERPRISE)

    assert {"manager": {"value": "26118915"}} == manager("26118915") == manager([{"value": "26118915"}])
    assert None is manager("") is manager({"value": None})


def test_a_password_is_taken_out() -> None:
    assert ({"userName": "a"}, "secret") == take_password({"userName": "a", "password": "secret"})
    assert ({"userName": "a"}, None) == take_password({"userName": "a"})


def test_a_put_clears_what_is_absent() -> None:
    current = receive(thing(string="x", more={"string": "y"}), THING)

    assert {"schemas": [CORE], "serial": "A1"} == replace(current, thing(), THING)


@pytest.mark.parametrize("where", ["", "complex", "more"])
def test_an_immutable_value_that_is_not_sent_stays_in_a_put(where: str) -> None:
    body = thing(**({where: {"fixed": "x"}} if where else {"fixed": "x"}))
    current = receive(body, THING)

    assert current == replace(current, thing(), THING)
    assert current == replace(current, body, THING)


@pytest.mark.parametrize("where", ["", "complex", "more"])
def test_an_immutable_value_cannot_be_another(where: str) -> None:
    def body(value: Any) -> dict[str, Any]:
        return thing(**({where: {"fixed": value}} if where else {"fixed": value}))

    current = receive(body("x"), THING)

    with pytest.raises(Mutability, match="fixed is immutable") as refused:
        replace(current, body("y"), THING)
    assert "mutability" == refused.value.scim_type
    assert current == replace(current, body("X"), THING)


def test_an_immutable_value_may_be_given_once() -> None:
    current = receive(thing(complex={"string": "a"}), THING)

    assert "x" == replace(current, thing(fixed="x"), THING)["fixed"]


_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
_parts: dict[str, Any] = {
    "string": _texts | st.none(),
    "exact": _texts,
    "boolean": st.booleans() | st.sampled_from(["True", "false"]),
    "decimal": st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "dateTime": st.datetimes().map(lambda when: f"{when:%Y-%m-%dT%H:%M:%S}Z".rjust(20, "0")),
    "binary": st.binary(max_size=5).map(lambda raw: b64encode(raw).decode()),
    "reference": _texts,
    **dict.fromkeys(("always", "never", "request", "secret", "given", "fixed", "unknown"), _texts),
}
_complex = st.none() | st.fixed_dictionaries({}, optional=_parts)
_many = st.lists(st.fixed_dictionaries({}, optional={**_parts, "primary": st.booleans()}), max_size=3)
_attributes: dict[str, Any] = {**_parts, "complex": _complex, "many": _many, "texts": st.lists(_texts, max_size=3)}
_odd = st.dictionaries(st.sampled_from(["STRING", "Complex", "id", "meta", "x"]), _texts | st.none(), max_size=1)
bodies = st.builds(
    lambda attributes, odd, more: thing(**{**attributes, **odd}, more=more),
    st.fixed_dictionaries({}, optional=_attributes),
    _odd,
    st.none() | st.fixed_dictionaries({}, optional=_attributes),
)


@given(bodies)
def test_what_was_received_is_received_again_as_it_is(body: dict[str, Any]) -> None:
    try:
        received = receive(body, THING)
    except (InvalidSyntax, InvalidValue):
        return

    assert received == receive(received, THING)
    assert received == replace(received, received, THING)
