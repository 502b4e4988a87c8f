"""A customer's schema JSON: every flaw of it at once, each with its place and its remedy."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.scim.schema_flaws import schema_flaws
from bridge.scim.schemas import built_in

SOUND = {"name": "serial", "type": "string", "multiValued": False}


def schema(*attributes: Any, **more: Any) -> dict[str, Any]:
    return {"id": "urn:example:params:scim:schemas:1.0:Device", "attributes": [SOUND, *attributes], **more}


@pytest.mark.parametrize("name", ["user", "group", "enterprise_user"])
def test_the_schemas_of_the_rfc_have_no_flaw(name: str) -> None:
    known = built_in(name)
    raw = {"id": known.id, "name": known.name, "attributes": [each.described() for each in known.attributes]}

    assert [] == list(schema_flaws(raw))


@pytest.mark.parametrize(
    ("raw", "place", "problem"),
    [
        ([], "", "is not a schema"),
        ({"id": "urn:a:b"}, "attributes", "is missing"),
        ({"attributes": [SOUND]}, "id", "is missing"),
        (schema(id="Device"), "id", "is not the URN of a schema"),
        (schema(id="urn:x:Device["), "id", "is not the URN of a schema"),
        (schema(nmae="Device"), "nmae", "is not a key"),
        (schema(name=1), "name", "must be text"),
        (schema(description=None), "description", "is null"),
        ({**schema(), "attributes": []}, "attributes", "is not a list"),
        ({**schema(), "attributes": {}}, "attributes", "is not a list"),
        (schema("mac"), "attributes[1]", "is not an attribute"),
        (schema({"type": "string"}), "attributes[1].name", "is missing"),
        (schema({"name": "mac address", "type": "string"}), "attributes[1].name", "is not the name"),
        (schema({"name": "ID", "type": "string"}), "attributes[1].name", "every resource has"),
        (schema({"name": "Serial", "type": "string"}), "attributes[1].name", "is there twice"),
        (schema({"name": "mac"}), "attributes[1].type", "is missing"),
        (schema({"name": "mac", "type": "text"}), "attributes[1].type", "is not one of the words"),
        (schema({"name": "mac", "type": ["string"]}), "attributes[1].type", "is not one of the words"),
        (schema({**SOUND, "name": "m", "mutability": "rw"}), "attributes[1].mutability", "is not one of the words"),
        (schema({**SOUND, "name": "m", "returned": "no"}), "attributes[1].returned", "is not one of the words"),
        (schema({**SOUND, "name": "m", "uniqueness": True}), "attributes[1].uniqueness", "is not one of the words"),
        (schema({**SOUND, "name": "m", "required": "yes"}), "attributes[1].required", "must be true or false"),
        (schema({**SOUND, "name": "m", "multivalued": True}), "attributes[1].multivalued", "is not a key"),
        (schema({**SOUND, "name": "m", "canonicalValues": "a"}), "attributes[1].canonicalValues", "list of texts"),
        (schema({**SOUND, "name": "m", "caseExact": None}), "attributes[1].caseExact", "is null"),
        (schema({**SOUND, "name": "m", "referenceTypes": []}), "attributes[1].referenceTypes", "references alone"),
        (schema({**SOUND, "name": "m", "subAttributes": [SOUND]}), "attributes[1].subAttributes", "complex"),
        (schema({"name": "m", "type": "complex"}), "attributes[1].subAttributes", "is missing"),
        (
            schema({"name": "m", "type": "complex", "subAttributes": [{**SOUND, "type": "complex"}]}),
            "attributes[1].subAttributes[0].type",
            "cannot hold another",
        ),
        (
            schema({**SOUND, "name": "m", "mutability": "writeOnly", "returned": "default"}),
            "attributes[1].returned",
            "never shown",
        ),
    ],
)
def test_a_flaw_is_told_with_its_place_and_a_remedy(raw: Any, place: str, problem: str) -> None:
    (flaw,) = schema_flaws(raw)

    assert place == flaw.place
    assert problem in flaw.problem
    assert flaw.remedy


def test_all_flaws_are_told_at_once() -> None:
    raw = schema({"name": "a b", "type": "text"}, {"name": "m", "type": "complex"}, id=7, nmae="x")

    assert ["nmae", "id", "attributes[1].name", "attributes[1].type", "attributes[2].subAttributes"] == [
        flaw.place for flaw in schema_flaws(raw)
    ]


def test_a_sub_attribute_may_be_named_like_a_common_attribute() -> None:
    raw = schema({"name": "owner", "type": "complex", "subAttributes": [{"name": "id", "type": "string"}]})

    assert [] == list(schema_flaws(raw))
