"""Which keys a pydantic model knows, at any place below it: for hints at typos, and for models that forbid nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import AliasChoices, AliasPath, BaseModel
from pydantic.fields import FieldInfo

Keys = tuple[str | int, ...]

_CONTAINERS = (dict, Mapping, list, tuple)


def names(model: type[BaseModel], keys: Keys) -> set[str]:
    """The keys that the model knows at a place below it."""
    here: Any = model
    for key in keys:
        here = _child(here, key)
    nested = _model(here)
    return set(_fields(nested)) if nested else set()


def ignored(raw: object, annotation: Any, keys: Keys = ()) -> Iterator[Keys]:
    """The places of keys that a model would take no notice of, because it does not forbid them."""
    model = _model(annotation)
    for key, value in below(raw).items():
        if model is None or key in _fields(model) or takes_extras(model):
            yield from ignored(value, _child(annotation, key), (*keys, key))
        elif model.model_config.get("extra", "ignore") == "ignore":
            yield (*keys, key)


def without(raw: Mapping[str, Any], model: type[BaseModel], extras: Collection[str]) -> dict[str, Any]:
    """The table as the model gets it: where it takes tables by any name, only those of these names."""
    fields = _fields(model)
    return {key: value for key, value in raw.items() if key in fields or key in extras or not takes_extras(model)}


def takes_extras(model: type[BaseModel]) -> bool:
    """Whether the model takes tables by names that it does not know: kinds that a config declares."""
    return model.model_config.get("extra") == "allow"


def below(raw: object) -> Mapping[Any, Any]:
    """What a table or a list of the file holds, by key."""
    if isinstance(raw, Mapping):
        return raw
    return dict(enumerate(raw)) if isinstance(raw, list) else {}


def _child(annotation: Any, key: str | int) -> Any:
    """What is declared one step below an annotation: a field, or the values of a dict or a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _fields(annotation).get(str(key)) or _extra(annotation)
    if get_origin(annotation) in _CONTAINERS:
        return get_args(annotation)[0 if get_origin(annotation) in (list, tuple) else 1]
    return next((found for arg in get_args(annotation) if (found := _child(arg, key)) is not None), None)


def _extra(model: type[BaseModel]) -> Any:
    """What a model declares of tables by other names."""
    declared = get_type_hints(model).get("__pydantic_extra__") if takes_extras(model) else None
    return get_args(declared)[1] if get_args(declared) else None


def _model(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation is, also as `Model | None`; None where there are several or none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in _CONTAINERS:
        return None
    found = [model for arg in get_args(annotation) if (model := _model(arg))]
    return found[0] if len(found) == 1 else None


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {key: field.annotation for name, field in model.model_fields.items() for key in _written(name, field)}


def _written(name: str, field: FieldInfo) -> list[str]:
    """How a field is written in the file: by its name, or by one of its aliases."""
    match field.validation_alias:
        case None:
            return [name]
        case str(alias):
            return [alias]
        case AliasChoices(choices=choices):
            return [choice if isinstance(choice, str) else str(choice.path[0]) for choice in choices]
        case AliasPath(path=path):
            return [str(path[0])]
