"""One target's table: the common keys are ours, the rest is the connector's, and both are checked here.

Of `[targets.NAME.users]` too, what `KindSettings` knows is taken out and the rest goes to the connector's model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from bridge.settings.explain import explain, unknown_keys
from bridge.settings.faults import Fault, Wrong, nearest
from bridge.settings.kinds import KindSettings
from bridge.settings.known import Keys, without
from bridge.settings.ladder import parse_ladder, places_of, switch_of
from bridge.settings.models import TargetSettings
from bridge.settings.places import dotted, shown
from bridge.settings.plugins import PluginBroken
from connectors.sdk import Plugin

COMMON = frozenset(TargetSettings.model_fields) - {"name", "kinds", "own"}
KIND_COMMON = frozenset(KindSettings.model_fields)

Table = dict[str, Any]
Check = Callable[[TargetSettings], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class _Tables:
    """The target's table, taken apart."""

    common: Table
    own: Table


def read_target(
    name: str,
    raw: Table,
    plugins: Mapping[str, Plugin],
    context: Mapping[str, Any],
    kinds: Sequence[str],
    check: Check = lambda _: (),
) -> tuple[TargetSettings | None, list[Fault]]:
    """The target's settings where they can be used, and all faults of its table; `kinds` are those it may take.

    `check` says what is wrong with the mapping, whatever is wrong with the connector's own keys.
    """
    place: Keys = ("targets", name)
    raw, undeclared = _without_undeclared(place, raw, kinds)
    tables = _take_apart(name, raw, kinds)
    target, faults = _common(place, tables, context)
    faults += undeclared
    faults += [
        Fault(dotted((*place, kind)), None, "maps no attributes", "write [its.name.attributes] and a line in it")
        for kind in kinds
        if isinstance(raw.get(kind), dict) and not raw[kind].get("attributes")
    ]
    if not any(kind in raw for kind in kinds) and not undeclared:
        remedy = f'write [{dotted(place)}.users.attributes] and a line in it, such as: login = "userName"'
        faults.append(Fault(dotted(place), None, "takes neither users nor groups", remedy))
    plugin, missing = _plugin(place, raw.get("connector"), plugins)
    context = {**context, "attributes": _mapped(raw, kinds)}
    own, own_faults = _own(place, tables, plugin, context, kinds) if plugin else (None, missing)
    faults += [*own_faults, *(_moves(place, target, plugin) if plugin and target else ())]
    if target is not None and target.password and plugin is not None and own is not None:
        faults += _passwords(place, plugin, own)
    if target is not None:
        faults += check(target)
    if target is None or own is None or faults:
        return None, faults
    return target.model_copy(update={"own": own}), []


def _without_undeclared(place: Keys, raw: Table, kinds: Sequence[str]) -> tuple[Table, list[Fault]]:
    """The table without kinds that nobody declared: tables that map attributes."""
    tables = [
        key for key, table in raw.items() if key not in kinds and isinstance(table, dict) and "attributes" in table
    ]
    remedy = f"known: {', '.join(kinds)}; another resource type is declared as [resource_types.NAME]"
    faults = []
    for kind in tables:
        meant = nearest(kind, kinds)
        hint = f"did you mean {meant}? {remedy}" if meant else remedy
        faults.append(Fault(dotted((*place, kind)), None, "maps what is no resource type here", hint))
    return {key: value for key, value in raw.items() if key not in tables}, faults


def _mapped(raw: Table, kinds: Sequence[str]) -> dict[str, frozenset[str]]:
    """Which attributes each kind has: a connector's model may ask (`info.context`), for its rdn or its key column."""
    mapped = {}
    for kind in kinds:
        if isinstance(table := raw.get(kind), dict) and isinstance(attributes := table.get("attributes"), dict):
            mapped[kind] = frozenset(attributes) | _switched(table)
    return mapped


def _switched(table: Table) -> set[str]:
    """The attribute that says whether the account may be used; what is wrong with the steps is told elsewhere."""
    try:
        switches = [switch_of(parse_ladder(table[key])) for key in ("on_disable", "on_delete") if key in table]
    except Wrong:
        return set()
    return {switch.attribute for switch in switches if switch}


def _take_apart(name: str, raw: Table, kinds: Sequence[str]) -> _Tables:
    common: Table = {"name": name, **{key: value for key, value in raw.items() if key in COMMON}}
    own = {key: value for key, value in raw.items() if key not in COMMON}
    common["kinds"] = {}
    for kind in kinds:
        if isinstance(table := raw.get(kind), dict):
            common["kinds"][kind] = {key: value for key, value in table.items() if key in KIND_COMMON}
            own[kind] = {key: value for key, value in table.items() if key not in KIND_COMMON}
    return _Tables(common, own)


def _common(place: Keys, tables: _Tables, context: Mapping[str, Any]) -> tuple[TargetSettings | None, list[Fault]]:
    try:
        return TargetSettings.model_validate(tables.common, context=context), []
    except ValidationError as invalid:
        faults = explain((), invalid, tables.common, TargetSettings)
    faults = [f for f in faults if f.place != "connector"]  # said with the names of those installed
    return None, [replace(f, place=f"{dotted(place)}.{f.place.removeprefix('kinds.')}") for f in faults]


def _plugin(place: Keys, name: object, plugins: Mapping[str, Plugin]) -> tuple[Plugin | None, list[Fault]]:
    at, installed = dotted((*place, "connector")), f"installed: {', '.join(plugins)}"
    if not isinstance(name, str):
        problem = "is missing" if name is None else "must be text"
        return None, [Fault(at, shown((), name), problem, f"write the connector's name; {installed}")]
    if name not in plugins:
        meant = nearest(name, plugins)
        remedy = f'did you mean "{meant}"? ' if meant else "install the package that offers it; "
        return None, [Fault(at, shown((), name), "no connector of this name is installed", remedy + installed)]
    try:
        return plugins[name], []
    except PluginBroken as broken:
        return None, [Fault(at, shown((), name), str(broken), "mend or reinstall that package")]


def _own(
    place: Keys, tables: _Tables, plugin: Plugin, context: Mapping[str, Any], kinds: Sequence[str]
) -> tuple[BaseModel | None, list[Fault]]:
    also: dict[Keys, frozenset[str]] = {(): COMMON, **{(kind,): KIND_COMMON for kind in kinds}}
    faults = unknown_keys(place, tables.own, plugin.settings, also, kinds)
    own = without(tables.own, plugin.settings, kinds)
    try:
        return plugin.settings.model_validate(own, context=context), faults
    except ValidationError as invalid:
        faults += explain(place, invalid, tables.own, plugin.settings, also)
    return None, [_no_such_kind(place, fault, plugin, kinds) for fault in faults]


def _passwords(place: Keys, plugin: Plugin, own: BaseModel) -> Iterable[Fault]:
    """Why this target cannot be given passwords: found now, not when the first one comes."""
    fault = plugin.refuses_passwords(own)
    if fault is not None:
        yield Fault(dotted((*place, "password")), "true", fault.problem, fault.remedy)


def _moves(place: Keys, target: TargetSettings, plugin: Plugin) -> Iterator[Fault]:
    """What is wrong with the places that entries are put or leavers are moved to: only the connector can tell."""
    for kind, settings in target.kinds.items():
        if settings.place is not None and plugin.check_place is None:
            problem = f"the connector {plugin.name} has no units that entries could stand in"
            yield Fault(dotted((*place, kind, "place")), shown((), settings.place), problem, "leave it out")
        for key, ladder in (("on_disable", settings.on_disable), ("on_delete", settings.on_delete)):
            for to in places_of(ladder):
                if wrong := _wrong_place(plugin, to):
                    problem, _, remedy = wrong.partition("; ")
                    yield Fault(dotted((*place, kind, key)), shown((), f"move:{to}"), problem, remedy)


def _wrong_place(plugin: Plugin, to: str) -> str | None:
    if plugin.check_place is None:
        return f"the connector {plugin.name} has no places to move entries to; leave the step out"
    return plugin.check_place(to)


def _no_such_kind(place: Keys, fault: Fault, plugin: Plugin, kinds: Sequence[str]) -> Fault:
    kind = fault.place.removeprefix(f"{dotted(place)}.")
    if kind in kinds and kind not in plugin.settings.model_fields:
        return replace(fault, problem=f"the connector {plugin.name} takes no {kind}", remedy="leave the table out")
    return fault
