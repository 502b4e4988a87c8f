"""scim2-models and we judge generated resources alike, and keep the same of them, but where the RFC says otherwise."""

from typing import Any

import pytest

from tests.unit.scim.generated import Dice
from tests.unit.scim.oracle import (
    MODELS,
    TYPES,
    Difference,
    Verdict,
    post_here,
    post_there,
    put_here,
    put_there,
    unexplained,
)

CASES = 700
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def _user(**attributes: Any) -> tuple[str, dict[str, Any]]:
    return "User", {"schemas": [USER], "userName": "kim", **attributes}


KNOWN = (
    Difference(
        "RFC 7644 §3.3: attributes whose mutability is readOnly SHALL be ignored; so we do not look what is in them",
        r"they refuse: (id|meta|groups|urn\S+manager\.displayName)[.:]",
        _user(id=7),
    ),
    Difference(
        'RFC 7643 §2.5: "null" and an empty array are unassigned; we take [] so for an attribute with one value too',
        r"they refuse: .* \(\[\]\)$",
        _user(nickName=[]),
    ),
    Difference(
        "RFC 7643 §2.4: a multi-valued attribute has a list of values; null is none of them, and says nothing",
        r"they refuse: .* \(None\)$",
        _user(emails=[None]),
    ),
    Difference(
        "RFC 7643 §2.4: `value` is the significant value of a complex one; WSO2 sends it alone",
        r"they refuse: .*valid dictionary or instance of \w+ \('.*'\)$",
        _user(emails=["kim@example.com"]),
    ),
    Difference(
        "RFC 7643 §2.3.8: a complex attribute is an object; Entra ID sends its manager as a list of one",
        r"they refuse: .*valid dictionary or instance of \w+ \(\[.*\]\)$",
        _user(**{ENTERPRISE: {"manager": [{"value": "1", "$ref": "https://example.com/Users/1"}]}}),
    ),
    Difference(
        "RFC 7643 §4.3: the manager's value and $ref are RECOMMENDED; the schema of §8.7.1 requires neither",
        r"they refuse: .*Field '(value|\$ref)' is required",
        _user(**{ENTERPRISE: {"manager": {"value": "1"}}}),
    ),
    Difference(
        "RFC 7643 §4.1.2: e-mail addresses SHOULD be as in RFC 5321; what the target cannot take, the target refuses",
        r"they refuse: emails\.\d+\.value: value is not a valid email",
        _user(emails=[{"value": "kim"}]),
    ),
    Difference(
        "RFC 7643 §2.3.7: a reference may be relative, as `../Users/1` is; we keep text that names something",
        r"they refuse: (profileUrl|(photos\.\d+\.)?value|.*\$ref): Value error, Invalid URI",
        _user(profileUrl="kim.html"),
    ),
    Difference(
        "RFC 7643 §2.4: primary MUST be true no more than once; PingOne sends two, and we keep the first",
        r"they refuse: .*marked as primary",
        _user(roles=[{"value": "a", "primary": True}, {"value": "b", "primary": True}]),
    ),
    Difference(
        "RFC 7643 §4.1.1: each User MUST include a non-empty userName; and a Group (§4.2) a displayName",
        r"we refuse: invalidValue: (userName|displayName) is required",
        _user(userName=""),
    ),
    Difference(
        "RFC 7643 §2.3.2: a boolean is true or false; the number 1 is none, nor is a word but true and false",
        r"we refuse: invalidValue: (\S+\.)?(primary|active) must be true or false",
        _user(active=1),
    ),
    Difference(
        "RFC 7643 §4.2: a member's value is the id of a resource; without one there is nobody to add",
        r"we refuse: invalidValue: a member needs a value",
        ("Group", {"schemas": [GROUP], "displayName": "staff", "members": [{"type": "User"}]}),
    ),
)


@pytest.mark.parametrize("oddness", [0.0, 0.03, 0.1])
@pytest.mark.parametrize("name", list(MODELS))
def test_a_generated_post_comes_to_the_same_here_and_there(name: str, oddness: float) -> None:
    for seed in range(CASES):
        body = Dice(seed, oddness).resource(TYPES[name], readonly=seed % 5 == 0)

        assert [] == unexplained(post_here(name, body), post_there(name, body), KNOWN), body


@pytest.mark.parametrize("oddness", [0.0, 0.05])
@pytest.mark.parametrize("name", list(MODELS))
def test_a_generated_put_comes_to_the_same_here_and_there(name: str, oddness: float) -> None:
    """Apart from the password, which they carry over: it is never part of a resource here (it is taken out before)."""
    for seed in range(CASES):
        current, body = Dice(seed + CASES).resource(TYPES[name]), Dice(seed, oddness).resource(TYPES[name])
        current.pop("password", None)

        assert [] == unexplained(put_here(name, current, body), put_there(name, current, body), KNOWN), (current, body)


@pytest.mark.parametrize("difference", KNOWN, ids=lambda difference: difference.rfc)
def test_what_is_known_to_differ_differs_still(difference: Difference) -> None:
    name, body = difference.example
    ours, theirs = post_here(name, body), post_there(name, body)

    assert unexplained(ours, theirs, ())
    assert [] == unexplained(ours, theirs, (difference,))


def test_a_difference_that_nothing_explains_is_found() -> None:
    """The comparison itself can fail."""
    one, other, no = Verdict({"title": "a"}), Verdict({"title": "b"}), Verdict(refused=("invalidValue: no",))

    assert ["differs: title (PUT)"] == unexplained(one, other, KNOWN, "PUT")
    assert ["we refuse: invalidValue: no"] == unexplained(no, one, KNOWN)
    assert ["they refuse: invalidValue: no"] == unexplained(one, no, KNOWN)
    assert [] == unexplained(one, one, ()) == unexplained(no, no, ())
