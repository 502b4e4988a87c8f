"""From what pydantic says to what a person needs: place, value, problem, remedy.

The same for our own models and for the model of a connector: both lists are printed together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bridge.settings.faults import Fault, Wrong, nearest
from bridge.settings.known import Keys, below, ignored, names, without
from bridge.settings.places import dotted, shown
from bridge.settings.secrets import SecretWrong

Also = Mapping[Keys, Iterable[str]]
"""Keys that are known at a place beside those of the model."""

_TYPES = {
    "string": ("must be text", "put it in quotes"),
    "bool": ("must be true or false", "write it without quotes"),
    "int": ("must be a whole number", "write it without quotes"),
    "float": ("must be a number", "write it without quotes"),
    "model": ("must be a table", "write [its.name] and its keys below"),
    "dict": ("must be a table", "write [its.name] and its keys below"),
    "list": ("must be a list", 'write it as ["a", "b"]'),
    "tuple": ("must be a list", 'write it as ["a", "b"]'),
}


def explain(
    place: Keys, invalid: ValidationError, raw: object, model: type[BaseModel], also: Also | None = None
) -> list[Fault]:
    """One fault for each place that is at fault in `raw`, which stands at `place`."""
    faults: dict[str, Fault] = {}
    for error in invalid.errors(include_url=False):
        keys = _within(raw, error)
        if error["type"] == "extra_forbidden":
            fault = unknown((*place, *keys), _not_written(raw, keys[:-1], model, also or {}))
        else:
            fault = _fault((*place, *keys), error)
        faults.setdefault(fault.place, fault)  # a union says the same thing once for each of its members
    return list(faults.values())


def unknown_keys(
    place: Keys, raw: Mapping[str, object], model: type[BaseModel], also: Also, kinds: Iterable[str]
) -> list[Fault]:
    """Keys that the model of a connector would silently ignore, or take for the table of a kind."""
    strange = set(raw) - set(without(raw, model, set(kinds)))
    found = [*ignored(raw, model), *((key,) for key in sorted(strange))]
    return [unknown((*place, *keys), _not_written(raw, keys[:-1], model, also)) for keys in found]


def unknown(keys: Keys, known: Iterable[str]) -> Fault:
    """The fault of a key that is not known; its value may be a secret and is not shown."""
    listed = sorted(known)
    meant = nearest(str(keys[-1]), listed)
    remedy = f"did you mean {meant}?" if meant else f"known here: {', '.join(listed)}"
    return Fault(dotted(keys), None, "is not a key that is known here", remedy if listed else "leave it out")


def _not_written(raw: object, keys: Keys, model: type[BaseModel], also: Also) -> set[str]:
    """The known keys that are not written yet: a misspelt key is one of them."""
    for key in keys:
        raw = below(raw).get(key)
    return (names(model, keys) | set(also.get(keys, ()))) - set(below(raw))


def _within(raw: object, error: ErrorDetails) -> Keys:
    """The error's location, as far as it is in the file: pydantic adds steps for the members of a union."""
    keys: list[str | int] = []
    for step in error["loc"]:
        if step not in below(raw):
            break
        raw = below(raw)[step]
        keys.append(step)
    if error["type"] == "missing":
        keys.append(error["loc"][-1])
    return tuple(keys)


def _fault(keys: Keys, error: ErrorDetails) -> Fault:
    problem, remedy = _words(error)
    value = None if error["type"] == "missing" else shown(keys, error["input"])
    if isinstance(error.get("ctx", {}).get("error"), SecretWrong):
        value = shown(("secret",), error["input"])
    return Fault(dotted(keys), value, problem, remedy)


def _words(error: ErrorDetails) -> tuple[str, str]:
    raised = error.get("ctx", {}).get("error")
    if isinstance(raised, Wrong):
        return raised.problem, raised.remedy
    if isinstance(raised, Exception):
        problem, _, remedy = str(raised).partition("; ")
        return problem, remedy
    if error["type"] == "missing":
        return "is missing", "write it"
    if error["type"] in ("enum", "literal_error"):
        return _choice(error)
    kind = error["type"].partition("_")[0]
    if kind in _TYPES and error["type"].endswith(("_type", "_parsing", "_from_float")):
        return _TYPES[kind]
    return error["msg"].replace("Input should be", "must be"), ""


def _choice(error: ErrorDetails) -> tuple[str, str]:
    words = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
    meant = nearest(str(error["input"]), words)
    listed = ", ".join(f'"{word}"' for word in words)
    return "is not one of the words known here", (f'did you mean "{meant}"? ' if meant else "") + f"known: {listed}"
