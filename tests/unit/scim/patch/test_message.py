"""The PatchOp message: what is one, and what is said where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.scim.errors import InvalidPath, InvalidSyntax, InvalidValue, NoTarget, ScimError
from bridge.scim.patch import PATCH_OP, Op, Operation, read_operations
from bridge.scim.profiles import PROFILES

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def message(*operations: Any) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def test_operations_are_read_in_their_order() -> None:
    body = message(
        {"op": "add", "path": "title", "value": "x"},
        {"op": "replace", "value": {"title": "y"}},
        {"op": "remove", "path": "title"},
    )

    assert [
        Operation(Op.ADD, "title", "x"),
        Operation(Op.REPLACE, None, {"title": "y"}),
        Operation(Op.REMOVE, "title", None),
    ] == read_operations(body)


@pytest.mark.parametrize("op", ["add", "Add", "ADD"])
def test_op_is_taken_in_any_case(op: str) -> None:
    assert [Operation(Op.ADD, "title", "x")] == read_operations(message({"op": op, "path": "title", "value": "x"}))


def test_members_of_the_message_are_taken_in_any_case() -> None:
    body = {"Schemas": [PATCH_OP.upper()], "operations": [{"OP": "add", "Path": "title", "VALUE": "x"}]}

    assert [Operation(Op.ADD, "title", "x")] == read_operations(body)


def test_members_that_a_message_does_not_have_are_ignored() -> None:
    body = {**message({"name": "addTitle", "op": "add", "path": "title", "value": "x"}), "id": "7"}

    assert [Operation(Op.ADD, "title", "x")] == read_operations(body)


@pytest.mark.parametrize("path", [None, "", " "])
def test_an_empty_path_is_none(path: str | None) -> None:
    assert [Operation(Op.ADD, None, {"title": "x"})] == read_operations(
        message({"op": "add", "path": path, "value": {"title": "x"}})
    )


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (None, InvalidSyntax),
        ([], InvalidSyntax),
        ({}, InvalidSyntax),
        ({"Operations": [{"op": "remove", "path": "title"}]}, InvalidSyntax),
        ({"schemas": PATCH_OP, "Operations": [{"op": "remove", "path": "title"}]}, InvalidSyntax),
        ({"schemas": ["urn:x"], "Operations": [{"op": "remove", "path": "title"}]}, InvalidSyntax),
        ({"schemas": [PATCH_OP]}, InvalidSyntax),
        ({"schemas": [PATCH_OP], "Operations": {}}, InvalidSyntax),
        (message(), InvalidSyntax),
        (message("add"), InvalidSyntax),
        (message({"op": "add", "path": "title", "PATH": "nickName", "value": "x"}), InvalidSyntax),
        ({**message({"op": "remove", "path": "title"}), "operations": []}, InvalidSyntax),
        (message({"path": "title", "value": "x"}), InvalidSyntax),
        (message({"op": "move", "path": "title", "value": "x"}), InvalidSyntax),
        (message({"op": 1, "path": "title", "value": "x"}), InvalidSyntax),
        (message({"op": "add", "path": 1, "value": "x"}), InvalidPath),
        (message({"op": "add", "path": "title"}), InvalidValue),
        (message({"op": "add", "path": "title", "value": None}), InvalidValue),
        (message({"op": "replace", "path": "title"}), InvalidValue),
        (message({"op": "add", "value": "x"}), InvalidValue),
        (message({"op": "replace", "value": ["x"]}), InvalidValue),
        (message({"op": "remove"}), NoTarget),
        (message({"op": "remove", "value": {"title": "x"}}), NoTarget),
        (message(*[{"op": "remove", "path": "title"}] * 1001), InvalidSyntax),
    ],
)
def test_what_is_no_message_is_refused_with_its_reason(body: object, error: type[ScimError]) -> None:
    with pytest.raises(error):
        read_operations(body)


@pytest.mark.parametrize("schemas", [{}, {"schemas": []}, {"schemas": None}])
def test_wso2_leaves_out_what_the_method_says(schemas: dict[str, Any]) -> None:
    body = {**schemas, "Operations": [{"op": "remove", "path": "title"}]}

    assert [Operation(Op.REMOVE, "title", None)] == read_operations(body, PROFILES["wso2"])


def test_a_senders_own_names_become_the_rfcs() -> None:
    body = message(
        {"op": "add", "path": "EnterpriseUser.department", "value": "x"},
        {"op": "add", "value": {"EnterpriseUser": {"department": "x"}, "title": "y"}},
    )

    assert [
        Operation(Op.ADD, f"{ENTERPRISE}.department", "x"),
        Operation(Op.ADD, None, {ENTERPRISE: {"department": "x"}, "title": "y"}),
    ] == read_operations(body, PROFILES["wso2"])
