"""Endpoints as they are written and the calls they become."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors.rest.endpoints import (
    Call,
    Collection,
    Creation,
    Endpoint,
    Item,
    Lookup,
    Membership,
    PasswordCall,
    Update,
)
from connectors.sdk import Refused


def endpoint(kind: Any, written: Any) -> Endpoint:
    found: Endpoint = TypeAdapter(kind).validate_python(written)
    return found


@pytest.mark.parametrize(
    ("id_", "path"),
    [
        ("7", "/users/7"),
        ("a/b", "/users/a%2Fb"),
        ("50%", "/users/50%25"),
        ("a+b c", "/users/a%2Bb%20c"),
        ("#1?x=y&z", "/users/%231%3Fx%3Dy%26z"),
        ("søren", "/users/s%C3%B8ren"),
        ("{id}", "/users/%7Bid%7D"),
    ],
)
def test_ids_are_encoded_whole(id_: str, path: str) -> None:
    assert Call("GET", path) == endpoint(Item, "GET /users/{id}").fill({"id": id_})


@pytest.mark.parametrize("id_", ["", ".", ".."])
def test_an_id_that_would_lead_to_another_place_is_refused(id_: str) -> None:
    with pytest.raises(Refused):
        endpoint(Item, "GET /users/{id}").fill({"id": id_})


def test_a_body_of_its_own_is_filled_and_not_encoded() -> None:
    written = {"call": "POST /teams/{id}/members", "body": {"user": "{member}", "as": ["{id}", 1, True, {}]}}
    call = endpoint(Membership, written).fill({"id": "t/1", "member": "u/2"})

    assert Call("POST", "/teams/t%2F1/members", {"user": "u/2", "as": ["t/1", 1, True, {}]}) == call


def test_the_body_is_ours_where_the_endpoint_has_none() -> None:
    assert Call("POST", "/users", {"a": 1}) == endpoint(Creation, "POST /users").fill({}, {"a": 1})


@pytest.mark.parametrize(
    ("kind", "written", "problem"),
    [
        (Collection, "/users", "is not a method and a path"),
        (Collection, "get /users", "is not a method and a path"),
        (Collection, "GET users", "is not a method and a path"),
        (Collection, "GET /users now", "is not a method and a path"),
        (Collection, "FETCH /users", "is not a method and a path"),
        (Collection, "GET /users#top", "is not a method and a path"),
        (Item, "GET /users/{}", "is not a method and a path"),
        (Membership, {"call": "POST /t/{id}", "body": {"a": ["{who}"]}}, "holds {who}"),
        (Collection, "POST /users", "is called by POST; write GET"),
        (Item, "GET /users", "does not say where the id stands"),
        (Item, "GET /users/{name}", "holds {name}, which is nothing here; known: {id}"),
        (Lookup, "GET /users?login={id}", "holds {id}"),
        (Update, "DELETE /users/{id}", "is called by DELETE"),
        (Membership, "DELETE /teams/{id}", "does not say where the member stands"),
        (Creation, {"call": "POST /users", "more": 1}, "Extra inputs"),
        (Creation, 5, "valid dictionary"),
        (
            PasswordCall,
            {"call": "PUT /users/{id}", "body": {"a": "b"}},
            "the password stands; write {password} into the body",
        ),
        (PasswordCall, {"call": "PUT /users", "body": {"a": "{password}"}}, "write {id} into the path"),
        (PasswordCall, "PUT /users/{id}?new={password}", "in its path, which is logged"),
    ],
)
def test_what_is_wrong_is_said(kind: Any, written: Any, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        endpoint(kind, written)
