"""The resource types that a config declares (`[resource_types.NAME]`): what it names, and the JSON of their schemas.

[resource_types.Device]
schema = "schemas/device.json"            # a file beside the config, or the URN of a schema that is built in
# endpoint = "Devices"                    # default: the name and an s; in lower case the kind: [targets.X.devices]
# description = "Devices of the house"
# extensions = ["schemas/lent.json", { schema = "schemas/insured.json", required = true }]

[resource_types.User]                     # what is built in can be given extensions
extensions = ["schemas/university.json"]

Not here: what a schema must be. That is judged by the SCIM side, and the wiring brings both lists of faults together.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo

from bridge.settings.faults import Wrong
from bridge.settings.frozen import Frozen

BUILT_IN = {"User": "users", "Group": "groups"}
LARGEST = 2**20


@dataclass(frozen=True, slots=True)
class SchemaSource:
    """A schema as the config names it, and the JSON of its file; None where it is named by its URN."""

    name: str
    raw: Any = None


class SchemaFiles:
    """Reads schema files, each once; handed to the models as `context["schemas"]`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, SchemaSource] = {}

    def __call__(self, name: str) -> SchemaSource:
        if name[:4].lower() == "urn:":
            return SchemaSource(name)
        if name not in self._read:
            self._read[name] = SchemaSource(name, _parse(_content(self._folder / name)))
        return self._read[name]


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise Wrong("is larger than a schema can be (1 MiB)", "name the file of the schema")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise Wrong(f"cannot be read: {os.strerror(error.errno or 0)}", f"put the schema's JSON into {path}") from None
    except UnicodeDecodeError:
        raise Wrong("is not text in UTF-8", "save the file in UTF-8") from None


def _parse(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        problem = f"is not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        raise Wrong(problem, "see RFC 7643 §8.7 for schemas as JSON") from None
    except RecursionError:
        raise Wrong("is nested too deeply", "see RFC 7643 §8.7 for schemas as JSON") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Wrong(f"has {json.dumps(key)} twice in one object", "leave one of them out")
        found[key] = value
    return found


def _source(written: object, info: ValidationInfo) -> SchemaSource:
    if isinstance(written, SchemaSource):
        return written
    if not isinstance(written, str) or not written.strip():
        raise Wrong("names no schema", 'write the file of the schema, as in "schemas/device.json", or a URN')
    source: SchemaSource = (info.context or {})["schemas"](written.strip())
    return source


def _extension(written: object) -> object:
    return written if isinstance(written, dict | ExtensionSettings) else {"schema": written}


Schema = Annotated[SchemaSource, BeforeValidator(_source)]


class ExtensionSettings(Frozen):
    """A schema that adds to a type; `required`: every resource must have it."""

    source: Schema = Field(validation_alias="schema")
    required: bool = False


class ResourceTypeSettings(Frozen):
    """One `[resource_types.NAME]`."""

    name: str
    endpoint: str | None = None
    source: Schema | None = Field(None, validation_alias="schema")
    description: str = ""
    extensions: tuple[Annotated[ExtensionSettings, BeforeValidator(_extension)], ...] = ()


def kinds_of(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds that a target may take, also those of a declaration that has faults."""
    declared = raw.get("resource_types")
    found = list(BUILT_IN.values())
    for name, table in declared.items() if isinstance(declared, dict) else ():
        endpoint = table.get("endpoint", f"{name}s") if isinstance(table, dict) else None
        if name not in BUILT_IN and isinstance(endpoint, str):
            found.append(endpoint.lower())
    return tuple(dict.fromkeys(found))
