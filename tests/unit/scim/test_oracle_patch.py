"""scim2-models and we make the same of generated PATCH operations; but for what the RFC says otherwise."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.scim.generated import Dice
from tests.unit.scim.oracle import MODELS, TYPES, Difference, Verdict, patch_here, patch_there, unexplained
from tests.unit.scim.test_oracle_resources import ENTERPRISE, GROUP, USER
from tests.unit.scim.test_oracle_resources import KNOWN as OF_RESOURCES

CASES = 1000

KIM = {
    "schemas": [USER, ENTERPRISE],
    "userName": "kim",
    "roles": [{"value": "a", "type": "x"}, {"value": "b", "type": "x"}],
    ENTERPRISE: {"manager": {"value": "1", "$ref": "https://example.com/Users/1"}},
}
STAFF = {"schemas": [GROUP], "displayName": "staff", "members": [{"value": "1", "type": "User"}]}


def _op(op: str, path: str, *value: Any) -> dict[str, Any]:
    return {"op": op, "path": path, **({"value": value[0]} if value else {})}


KNOWN = (
    *OF_RESOURCES,
    Difference(
        "RFC 7644 §3.12: noTarget: the path contains a filter that yields no match; a remove is no exception",
        r"we refuse: noTarget: no (value of \w+|member) matches",
        ("User", KIM, [_op("remove", 'roles[value eq "c"]')]),
    ),
    Difference(
        "RFC 7644 §3.5.2.1: an add at a target that does not exist adds it; they drop a sub-attribute",
        r"differs: (?P<name>\w+) \(.*'(?P=name)\.\w+'",
        ("User", KIM, [_op("add", "ims.value", "kim")]),
    ),
    Difference(
        "RFC 7643 §8.7.1: the sub-attributes of members are immutable, whether there are members or not",
        r"we refuse: mutability: members\.\S+ cannot be changed",
        ("Group", STAFF | {"members": []}, [_op("replace", "members.type", "Group")]),
    ),
    Difference(
        "RFC 7644 §3.5.2.1: an add at a filter without a match adds nobody, but where it gives an id",
        r"we refuse: noTarget: the filter does not say which member",
        ("Group", STAFF, [_op("add", 'members[type eq "Group"]', {"value": "2", "type": "Group"})]),
    ),
    Difference(
        "RFC 7643 §4.3: the manager's value and $ref are RECOMMENDED, and so may be removed",
        r"they refuse: .*required attribute '(value|\$ref)' became unassigned",
        ("User", KIM, [_op("remove", f"{ENTERPRISE}:manager.$ref")]),
    ),
    Difference(
        "RFC 7643 §2.4: primary MUST be true no more than once; who marks several has marked the first",
        r"they refuse: .*Multiple values marked as primary",
        ("User", KIM, [_op("replace", 'roles[type eq "x"].primary', True)]),
    ),
    Difference(
        "RFC 7644 §3.5.2.1: what a filter's equality describes is added; nothing that contradicts it",
        r"they refuse: .*contradicts the filter",
        ("Group", STAFF, [_op("add", 'members[value eq "2"]', {"value": "3"})]),
    ),
    Difference(
        "RFC 7644 §3.5.2.3: the values selected are replaced: of members, one goes and the other comes",
        r"they refuse: .*'value' is immutable",
        ("Group", STAFF, [_op("replace", 'members[value eq "1"]', {"value": "2", "type": "User"})]),
    ),
)


@pytest.mark.parametrize(("operations", "oddness"), [(1, 0.0), (3, 0.0), (2, 0.05)])
@pytest.mark.parametrize("name", list(MODELS))
def test_generated_operations_come_to_the_same_here_and_there(name: str, operations: int, oddness: float) -> None:
    for seed in range(CASES):
        dice = Dice(seed)
        current = dice.resource(TYPES[name])
        dice.oddness = oddness
        sent = [dice.operation(TYPES[name]) for _ in range(operations)]
        ours, theirs = _distinct(patch_here(name, current, sent)), _distinct(patch_there(name, current, sent))

        assert [] == unexplained(ours, theirs, KNOWN, str(sent)), (seed, current, sent)


@pytest.mark.parametrize("difference", KNOWN[len(OF_RESOURCES) :], ids=lambda difference: difference.rfc)
def test_what_is_known_to_differ_differs_still(difference: Difference) -> None:
    name, current, sent = difference.example
    ours, theirs = patch_here(name, current, sent), patch_there(name, current, sent)

    assert unexplained(ours, theirs, (), str(sent))
    assert [] == unexplained(ours, theirs, (difference,), str(sent))


def test_a_value_that_is_there_already_is_not_added_again() -> None:
    """RFC 7644 §3.5.2.1: if the value already exists, no changes SHOULD be made; they compare `primary` too."""
    sent = [_op("add", "roles", [{"value": "a", "type": "x", "primary": True}])]

    ours, theirs = patch_here("User", KIM, sent), patch_there("User", KIM, sent)

    assert [True, None] == [each.get("primary") for each in ours.value["roles"]]
    assert [None, None, True] == [each.get("primary") for each in theirs.value["roles"]]
    assert _distinct(ours) == _distinct(theirs)


def _distinct(verdict: Verdict) -> Verdict:
    """With each value of an attribute once, primary where one of them is."""
    if not isinstance(verdict.value, dict):
        return verdict
    return replace(verdict, value={name: _once(each) for name, each in verdict.value.items()})


def _once(values: Any) -> Any:
    if not isinstance(values, list):
        return values
    found: dict[str, Any] = {}
    for value in values:
        plain = {k: v for k, v in value.items() if k != "primary"} if isinstance(value, dict) else value
        key = json.dumps(plain, sort_keys=True)
        found[key] = value if value != plain else found.get(key, value)
    return list(found.values())
