"""scim2-models as a second opinion: what either implementation makes of the same request.

What the two write differently without meaning anything different is evened out here; whatever remains is a
difference, and `Difference` says why it is one, by the RFC, with an example that must show it still.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from scim2_models import Context, EnterpriseUser, Group, PatchOp, SCIMException, ScimFilter, ScimPolicy, User

from bridge.scim.errors import NoTarget, ScimError
from bridge.scim.evaluate import compile_filter
from bridge.scim.filter_text import parse
from bridge.scim.members import (
    Member,
    MemberOp,
    MembersAdd,
    MembersRemove,
    MembersRemoveWhere,
    MembersSet,
    split_members,
)
from bridge.scim.patch import PATCH_OP, apply, read_operations
from bridge.scim.resource_types import GROUP, USER
from bridge.scim.validate import receive, replace

TOLERANT = ScimPolicy(unknown=ScimPolicy.Unknown.ignore, unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create)
"""What we take from every client, they can be told to take too."""
MODELS: dict[str, Any] = {"User": User[EnterpriseUser], "Group": Group}
TYPES = {"User": USER, "Group": GROUP}


@dataclass(frozen=True)
class Verdict:
    """What came of it: a value, or why it was refused (each reason by itself)."""

    value: Any = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Why the two differ, by the RFC; what is said of it; an example that differs still."""

    rfc: str
    says: str
    example: Any

    def explains(self, reason: str) -> bool:
        return re.search(self.says, reason) is not None


def unexplained(ours: Verdict, theirs: Verdict, known: tuple[Difference, ...], about: str = "") -> list[str]:
    """What nothing known explains of how the two differ; `about` says what was asked."""
    if ours.refused and theirs.refused:
        return []
    if ours.refused or theirs.refused:
        reasons = [f"we refuse: {each}" for each in ours.refused] + [f"they refuse: {each}" for each in theirs.refused]
    else:
        reasons = [f"differs: {each} ({about})" for each in _differing(ours.value, theirs.value)]
    return [reason for reason in reasons if not any(each.explains(reason) for each in known)]


def _differing(ours: Any, theirs: Any) -> list[str]:
    if ours == theirs:
        return []
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return [f"{ours} here, {theirs} there"]
    return [name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]


def post_here(name: str, body: Any) -> Verdict:
    return _here(lambda: _whole(receive(body, TYPES[name])))


def post_there(name: str, body: Any) -> Verdict:
    return _there(lambda: _model(name, body, Context.RESOURCE_CREATION_REQUEST), Context.RESOURCE_CREATION_REQUEST)


def put_here(name: str, current: Any, body: Any) -> Verdict:
    return _here(lambda: _whole(replace(receive(current, TYPES[name]), body, TYPES[name])))


def put_there(name: str, current: Any, body: Any) -> Verdict:
    def put() -> Any:
        wanted = _model(name, body, Context.RESOURCE_REPLACEMENT_REQUEST)
        wanted.replace(_model(name, current, Context.RESOURCE_CREATION_REQUEST))
        return wanted

    return _there(put, Context.RESOURCE_REPLACEMENT_REQUEST)


def patch_here(name: str, current: Any, operations: list[Any]) -> Verdict:
    """Members are worked on as the journal would."""

    def patch() -> Any:
        have, members = split_members(receive(current, TYPES[name]))
        patched = apply(have, read_operations(_message(operations)), TYPES[name])
        rows = {each.value: each for each in members or ()}
        for operation in patched.members:
            rows = _on_members(rows, operation)
        return {**patched.resource, "members": [each.as_scim() for each in rows.values()]}

    return _here(patch)


def patch_there(name: str, current: Any, operations: list[Any]) -> Verdict:
    def patch() -> Any:
        resource = _model(name, current, Context.RESOURCE_CREATION_REQUEST)
        model: Any = PatchOp[MODELS[name]]  # type: ignore[misc]
        message = model.model_validate(
            _message(operations), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=TOLERANT
        )
        message.patch(resource, scim_policy=TOLERANT)
        return resource

    return _there(patch, Context.RESOURCE_CREATION_REQUEST)


def match_here(name: str, resource: Any, text: str) -> Verdict:
    return _here(lambda: compile_filter(parse(text), TYPES[name])(resource))


def match_there(name: str, resource: Any, text: str) -> Verdict:
    try:
        model = _model(name, resource, Context.RESOURCE_CREATION_REQUEST)
        return Verdict(ScimFilter[MODELS[name]](text).match(model))  # type: ignore[misc]
    except (ValidationError, SCIMException) as error:
        return Verdict(refused=_reasons(error))


def even(value: Any) -> Any:
    """Without what says nothing (null, empty, a `primary` that is false) and what we derive of a member."""
    if isinstance(value, Mapping):
        kept = {name: even(each) for name, each in value.items()}
        kept |= {"members": [_even_member(each) for each in kept["members"]]} if "members" in kept else {}
        kept |= {"schemas": sorted(kept["schemas"])} if "schemas" in kept else {}
        return {
            name: each
            for name, each in kept.items()
            if each not in (None, [], {}) and not (name == "primary" and each is False)
        }
    return [each for item in value if (each := even(item)) not in (None, {})] if isinstance(value, list) else value


def _even_member(member: Any) -> Any:
    return {name: member[name] for name in ("value", "type") if name in member}


def _whole(resource: Any) -> Any:
    split_members(resource)  # the edge does so next, and refuses a member without a value
    return resource


def _here(work: Callable[[], Any]) -> Verdict:
    try:
        return Verdict(even(copy.deepcopy(work())))
    except ScimError as error:
        return Verdict(refused=(f"{error.scim_type}: {error.detail}",))


def _there(work: Callable[[], Any], context: Context) -> Verdict:
    try:
        return Verdict(even(work().model_dump(scim_ctx=context)))
    except (ValidationError, SCIMException) as error:
        return Verdict(refused=_reasons(error))


def _model(name: str, body: Any, context: Context) -> Any:
    return MODELS[name].model_validate(copy.deepcopy(body), scim_ctx=context, scim_policy=TOLERANT)


def _reasons(error: ValidationError | SCIMException) -> tuple[str, ...]:
    if isinstance(error, SCIMException):
        return _reasons(error.__cause__) if isinstance(error.__cause__, ValidationError) else (str(error),)
    return tuple(f"{'.'.join(map(str, each['loc']))}: {each['msg']} ({each['input']!r})" for each in error.errors())


def _message(operations: list[Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": copy.deepcopy(operations)}


def _on_members(have: dict[str, Member], operation: MemberOp) -> dict[str, Member]:
    match operation:
        case MembersSet(members):
            return {each.value: have.get(each.value, each) for each in members}
        case MembersAdd(members):
            return {**have, **{each.value: each for each in members if each.value not in have}}
        case MembersRemove(ids):
            gone = {each.value for each in have.values() if each.value in ids}
        case MembersRemoveWhere():
            gone = {each.value for each in have.values() if operation.matches(each)}
    if not gone and operation.must_match:
        raise NoTarget("no member matches the path")
    return {value: each for value, each in have.items() if value not in gone}
