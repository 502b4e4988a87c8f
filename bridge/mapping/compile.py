"""From settings to rules, once, at load: every fault of the mapping is found here. Pure.

Every rule is tried on two samples made from the schema. One that fails on both can never work; one that fails only
where values are missing would park people later, and is told with its remedy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import orjson
from pydantic import BaseModel

from bridge.mapping import samples
from bridge.mapping.expressions import Expression, ExpressionFailed, make_context
from bridge.mapping.paths import compile_path
from bridge.mapping.project import PLACE
from bridge.mapping.rules import Attribute, Candidate, Departure, MappingFailed, Need, Read, Rules, Source
from bridge.mapping.scope import compile_scope
from bridge.mapping.trial import Fetch, Samples, try_out
from bridge.mapping.values import NoValue, to_values
from bridge.mapping.view import View, check_readable, compile_view, known_names, named
from bridge.scim.resource_types import ResourceType
from bridge.settings.faults import Fault, Wrong
from bridge.settings.kinds import Adopt, AttributeRule, KindSettings, Nested, OnLeave, Ownership
from bridge.settings.ladder import Does, Ladder, Step, Switch, switch_of
from bridge.settings.models import TargetSettings
from bridge.settings.places import dotted, shown
from bridge.settings.pools import PoolSettings


class MappingInvalid(Exception):
    """The mapping cannot be used; every fault of it is in `faults`."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


def compile_target(target: TargetSettings, types: Mapping[str, ResourceType]) -> dict[str, Rules]:
    """The rules of every kind that the target takes; `types` are the resource types by kind."""
    rules: dict[str, Rules] = {}
    faults: list[Fault] = []
    for kind, settings in target.kinds.items():
        try:
            rules[kind] = compile_rules(target, kind, settings, types[kind])
        except MappingInvalid as invalid:
            faults += invalid.faults
    if faults:
        raise MappingInvalid(faults)
    return rules


def check_target(types: Mapping[str, ResourceType]) -> Callable[[TargetSettings], Iterable[Fault]]:
    """What `settings.load` takes as `check`: the faults of a target's mapping, in the list of the file's faults."""

    def check(target: TargetSettings) -> Iterable[Fault]:
        """A kind whose type could not be made is told by the faults of that type."""
        target = target.model_copy(update={"kinds": {kind: s for kind, s in target.kinds.items() if kind in types}})
        try:
            compile_target(target, types)
        except MappingInvalid as invalid:
            return invalid.faults
        return ()

    return check


def compile_rules(target: TargetSettings, kind: str, settings: KindSettings, rt: ResourceType) -> Rules:
    """Make the rules of one kind at one target; `MappingInvalid` with all faults where they cannot be made."""
    making = _Making(("targets", target.name, kind), settings, rt)
    attributes = [a for name, rule in settings.attributes.items() if (a := making.attribute(name, rule))]
    switch, attribute = making.switch()
    attributes += attribute
    in_scope = making.scope()
    place = making.place()
    making.check_members()
    making.check_keys()
    if making.faults:
        raise MappingInvalid(making.faults)
    return Rules(
        kind=kind,
        type=rt.name,
        attributes=tuple(attributes),
        fingerprint=_fingerprint(target, kind, settings),
        place=place,
        in_scope=in_scope,
        ladders=_ladders(settings),
        switch=switch,
        on_missing=settings.on_missing,
        adopt=settings.adopt,
        match=settings.match,
        ownership=settings.ownership or Ownership.OWN,
        flattens=settings.nested is Nested.FLATTEN,
        is_account=rt.is_account,
        returning=settings.returning,
    )


class _Making:
    """The rules of one kind while they are made: the faults gather here."""

    def __init__(self, place: tuple[str, ...], settings: KindSettings, rt: ResourceType) -> None:
        self.faults: list[Fault] = []
        self._place = place
        self._settings = settings
        self._rt = rt
        self._variable = rt.name[0].lower() + rt.name[1:]
        rules = [*settings.attributes.values(), AttributeRule(source=settings.place or "")]
        texts = [rule.expression for rule in rules if rule.expression]
        self._view = compile_view(texts, self._variable, rt)
        self._samples = Samples(samples.full(rt), samples.bare(rt), known_names(rt))

    def attribute(self, name: str, rule: AttributeRule, at: tuple[str, ...] = ()) -> Attribute | None:
        """One mapped attribute, tried out; `at`: where it is written, if not among the attributes."""
        place = at or (*self._place, "attributes", name)
        if rule.pool is not None:
            return self._allocated(place, name, rule, rule.pool)
        try:
            fetch = self._fetch(rule)
            wrong = try_out(fetch, self._samples)
        except Wrong as raised:
            wrong = raised
        if wrong is not None:
            self._add(place, rule.source, wrong)
            return None
        return Attribute(name, _read(name, fetch), rule.mode, rule.clear)

    def _allocated(
        self, place: tuple[str, ...], name: str, rule: AttributeRule, pool: PoolSettings
    ) -> Attribute | None:
        """An attribute whose value a pool gives; its candidates are tried out as of a first one."""
        candidate = None
        try:
            if rule.expression is not None:
                candidate = self._candidate(rule.expression)
            wrong = None if candidate is None else try_out(partial(candidate, n=1), self._samples)
        except Wrong as raised:
            wrong = raised
        if wrong is not None:
            self._add(place, pool.candidate, wrong)
            return None
        need = Need(pool.name, pool.range or (), None if candidate is None else _named(name, candidate))
        return Attribute(name, lambda _: (), rule.mode, rule.clear, need)

    def _candidate(self, text: str) -> Callable[..., Any]:
        check_readable(named(text, self._variable)[0], self._rt)
        expression, variable, view = Expression(text), self._variable, self._view
        return lambda source, n: expression.evaluate(make_context(variable, view(source.body), n=n))

    def switch(self) -> tuple[Switch | None, list[Attribute]]:
        """The attribute that says whether the account may be used, where disabling or deleting writes one."""
        disables, deletes = switch_of(self._settings.on_disable), switch_of(self._settings.on_delete)
        switch = disables or deletes
        if switch is None:
            return None, []
        if disables and deletes and disables != deletes:
            wrong = Wrong("is another attribute than on_disable writes", "write the same attribute and values in both")
            self._add((*self._place, "on_delete"), _written(deletes), wrong)
        if switch.attribute in self._settings.attributes:
            wrong = Wrong(f"{switch.attribute} is mapped below too", "let one of the two write it")
            self._add((*self._place, "on_disable" if disables else "on_delete"), _written(switch), wrong)
            return switch, []
        on, off = (switch.on,), (switch.off,) if disables else (switch.on,)
        return switch, [Attribute(switch.attribute, lambda source: off if source.body.get("active") is False else on)]

    def scope(self) -> Callable[[Mapping[str, Any]], bool]:
        """Who is in scope; all where nothing is said."""
        written = self._settings.scope
        try:
            return compile_scope(written, self._rt) if written is not None else _everybody
        except Wrong as wrong:
            self._add((*self._place, "scope"), written, wrong)
            return _everybody

    def place(self) -> Read | None:
        """The units that entries stand in, tried out."""
        source = self._settings.place
        rule = None if source is None else self.attribute(PLACE, AttributeRule(source=source), (*self._place, PLACE))
        return None if rule is None else rule.read

    def check_members(self) -> None:
        """What is about members stands where groups are."""
        for key, written in (("ownership", self._settings.ownership), ("nested", self._settings.nested)):
            if written is not None and self._rt.name != "Group":
                wrong = Wrong("is about the members of groups", "write it in the table groups, or leave it out")
                self._add((*self._place, key), written.value, wrong)

    def check_keys(self) -> None:
        """Who left, and who was there before us, is known by attributes that we write."""
        for key, names in (("returning", self._settings.returning), ("match", self._settings.match)):
            for name in names:
                if name not in self._settings.attributes:
                    wrong = Wrong(f"{name} is not mapped", "name attributes of the table below")
                    self._add((*self._place, key), list(names), wrong)
        if self._settings.adopt is not Adopt.NEVER and not self._settings.match:
            wrong = Wrong("says not by what an entry is known", 'write match = ["uid"]: attributes, in order')
            self._add((*self._place, "adopt"), self._settings.adopt.value, wrong)

    def _fetch(self, rule: AttributeRule) -> Fetch:
        if rule.expression is None:
            return compile_path(rule.source, self._rt)
        check_readable(named(rule.expression, self._variable)[0], self._rt)
        return _evaluate(Expression(rule.expression), self._variable, self._view)

    def _add(self, place: tuple[str, ...], value: object, wrong: Wrong) -> None:
        self.faults.append(Fault(dotted(place), shown((), value), wrong.problem, wrong.remedy))


def _ladders(settings: KindSettings) -> dict[Departure, Ladder]:
    """What becomes of an entry, by how its resource leaves; who leaves the scope is disabled as others are, at once."""
    switches = tuple(step for step in settings.on_disable if step.does is Does.SWITCH)
    left = {
        OnLeave.DISABLE: (Step(Does.LOCK), *switches, Step(Does.STRIP)),
        OnLeave.DELETE: (Step(Does.DELETE),),
        OnLeave.KEEP: (Step(Does.KEEP),),
    }
    return {
        Departure.DISABLED: settings.on_disable,
        Departure.LEFT_SCOPE: left[settings.on_leave],
        Departure.DELETED: settings.on_delete,
    }


def _written(switch: Switch) -> str:
    return f"attribute:{switch.attribute}={switch.off}|{switch.on}"


def _everybody(_: Mapping[str, Any]) -> bool:
    return True


def _evaluate(expression: Expression, variable: str, view: View) -> Fetch:
    def fetch(source: Source) -> Any:
        if source.context is None:
            source.context = make_context(variable, view(source.body))
        return expression.evaluate(source.context)

    return fetch


def _read(name: str, fetch: Fetch) -> Read:
    def read(source: Source) -> Any:
        try:
            return to_values(fetch(source))
        except (ExpressionFailed, NoValue) as failed:
            raise MappingFailed(name, str(failed)) from None

    return read


def _named(name: str, candidate: Callable[..., Any]) -> Candidate:
    return lambda source, n: _read(name, partial(candidate, n=n))(source)


def _fingerprint(target: TargetSettings, kind: str, settings: KindSettings) -> str:
    """Changes with everything that decides about the entries: the rules, and the connector's keys of this kind."""
    own = getattr(target.own, kind, None)
    made_of = {
        "kind": kind,
        "rules": settings.model_dump(mode="json"),
        "order": list(settings.attributes),
        "own": own.model_dump(mode="json") if isinstance(own, BaseModel) else None,
    }
    return hashlib.sha256(orjson.dumps(made_of, option=orjson.OPT_SORT_KEYS)).hexdigest()
