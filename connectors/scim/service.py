"""What a service says that it can do, and which mapped attributes its schemas do not have (RFC 7644 §4). Pure.

Any of the documents may be absent, and any may lie: what is not said is taken as RFC 7644 has it, and what we cannot
read is told in a warning and not believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.scim.resource_types import COMMON, Extension, ResourceType
from bridge.scim.schemas import Attribute, Returned, Schema, load_schema
from connectors.scim.places import Misplaced, Place, place_of
from connectors.scim.settings import Kind, Paging, ScimSettings

_COMMON = {attribute.name.lower() for attribute in COMMON}


@dataclass(frozen=True, slots=True)
class Documents:
    """The bodies of discovery; None where the service has none."""

    config: Any = None
    resource_types: Any = None
    schemas: Any = None


@dataclass(frozen=True, slots=True)
class Known:
    """One kind as this service has it: its type, the mapped attributes that the service does not take, and whether its
    answers show members without being asked.
    """

    type: ResourceType
    unknown: frozenset[str] = frozenset()
    shows_members: bool = True


@dataclass(frozen=True, slots=True)
class Service:
    """What is on. `most`: how many resources an answer holds at most; None: the service does not say."""

    patch: bool = True
    filter: bool = True
    etag: bool = False
    password: bool = True
    cursor: bool = False
    most: int | None = None
    kinds: Mapping[str, Known] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def assumed(settings: ScimSettings) -> Service:
    """A service that has said nothing yet."""
    kinds = {name: Known(kind.type) for name, kind in settings.kinds.items()}
    return _overruled(Service(kinds=kinds), settings)


def described(documents: Documents, settings: ScimSettings) -> Service:
    """The service as its documents describe it."""
    config = documents.config if isinstance(documents.config, dict) else {}
    schemas, warnings = _schemas(documents.schemas)
    types = _listed(documents.resource_types)
    kinds = {name: _known(kind, types, schemas) for name, kind in settings.kinds.items()}
    pagination = _part(config, "pagination")
    service = Service(
        patch=_says(config, "patch", True),
        filter=_says(config, "filter", True),
        etag=_says(config, "etag", False),
        password=_says(config, "changePassword", True),
        cursor=pagination.get("cursor") is True and pagination.get("index") is False,
        most=_most(_part(config, "filter").get("maxResults"), pagination.get("maxPageSize")),
        kinds=kinds,
        warnings=(*warnings, *_unknown_warnings(kinds, settings)),
    )
    return _overruled(service, settings)


def _overruled(service: Service, settings: ScimSettings) -> Service:
    return replace(
        service,
        patch=service.patch if settings.patch is None else settings.patch,
        filter=service.filter if settings.filter is None else settings.filter,
        cursor=service.cursor if settings.paging is None else settings.paging is Paging.CURSOR,
    )


def _known(kind: Kind, types: list[Mapping[str, Any]], schemas: Mapping[str, Schema]) -> Known:
    served = next((each for each in types if _leads_to(each, kind.endpoint)), None)
    urns = _urns(served, kind, schemas)
    shown = {schema.id.lower() for schema in kind.type.by_urn.values()}
    news = tuple(Extension(schemas[urn]) for urn in urns if urn in schemas and urn not in shown)
    rt = replace(kind.type, extensions=(*kind.type.extensions, *news)) if news else kind.type
    unknown = {text for text in kind.mapped if text != kind.key and _is_unknown(text, rt, urns, schemas)}
    return Known(rt, frozenset(unknown), _shows_members(schemas.get(rt.schema.id.lower())))


def _shows_members(schema: Schema | None) -> bool:
    members = schema.find("members") if schema is not None else None
    return members is None or members.returned in (Returned.ALWAYS, Returned.DEFAULT)


def _urns(served: Mapping[str, Any] | None, kind: Kind, schemas: Mapping[str, Schema]) -> frozenset[str]:
    """The schemas that resources of the kind may have; none where the service does not say."""
    said = list(schemas)
    if served is not None:
        said.append(str(served.get("schema", "")).lower())
        said += [str(_part(each).get("schema", "")).lower() for each in _listed(served.get("schemaExtensions"))]
    return frozenset((*said, kind.type.schema.id.lower())) if said else frozenset()


def _is_unknown(text: str, rt: ResourceType, urns: frozenset[str], schemas: Mapping[str, Schema]) -> bool:
    """Whether the service says that it has no such attribute, or that nobody but itself may write it."""
    try:
        place = place_of(text, rt)
    except Misplaced:  # the schema that is served says that it is read-only, or has no such attribute
        return True
    if place.urn is None and place.attribute.name.lower() in _COMMON:
        return False
    urn = (place.urn or rt.schema.id).lower()
    if urns and urn not in urns:
        return True
    schema = schemas.get(urn)
    return schema is not None and bool(schema.attributes) and _lacks(schema, place)


def _lacks(schema: Schema, place: Place) -> bool:
    attribute = schema.find(place.attribute.name)
    if attribute is None or attribute.read_only:
        return True
    if place.sub is None or not attribute.sub_attributes:
        return False
    sub: Attribute | None = attribute.sub(place.sub.name)
    return sub is None or sub.read_only


def _schemas(document: Any) -> tuple[dict[str, Schema], tuple[str, ...]]:
    """The schemas by their URN in small letters, and what is said of those that could not be read."""
    found: dict[str, Schema] = {}
    unread = []
    for raw in _listed(document):
        try:
            schema = load_schema(raw)
            found[schema.id.lower()] = schema
        except (LookupError, TypeError, ValueError, AttributeError):
            unread.append(str(_part(raw).get("id", "without an id")))
    sentence = "its schema {} could not be read and is not believed; what is mapped there is sent as it is"
    return found, tuple(sentence.format(urn) for urn in unread)


def _unknown_warnings(kinds: Mapping[str, Known], settings: ScimSettings) -> Iterable[str]:
    for name, known in kinds.items():
        for text in sorted(known.unknown):
            where = f"[….{name}.attributes]"
            remedy = f"take its line out of {where}, or correct its path (if the service errs: discovery = false)"
            yield f"the service has no {text} that could be written, so it is not sent; {remedy}"


def _leads_to(served: Mapping[str, Any], endpoint: str) -> bool:
    return str(served.get("endpoint", "")).strip("/").lower() == endpoint.lower()


def _says(config: Mapping[str, Any], feature: str, otherwise: bool) -> bool:
    """Whether a feature is on; some write true as text."""
    supported = _part(config, feature).get("supported")
    return otherwise if supported is None else str(supported).lower() == "true"


def _most(*limits: Any) -> int | None:
    numbers = [each for each in limits if isinstance(each, int) and not isinstance(each, bool) and each > 0]
    return min(numbers, default=None)


def _listed(document: Any) -> list[Any]:
    """The items of a list response, or of a bare list."""
    found = document.get("Resources") if isinstance(document, dict) else document
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _part(holder: Any, *names: str) -> Mapping[str, Any]:
    for name in names:
        holder = holder.get(name) if isinstance(holder, dict) else None
    return holder if isinstance(holder, dict) else {}
