"""Read `bridge.toml`: the settings, or every fault of the file at once.

The file is read once and built whole; nothing that is live is touched. What the SCIM side and the mapping find
wrong is gathered in the same list: `judge` is handed in, for neither is known to this package.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from bridge.settings import cross
from bridge.settings.alerts import AlertSettings
from bridge.settings.explain import explain, unknown
from bridge.settings.faults import Fault, SettingsInvalid
from bridge.settings.models import (
    ClientSettings,
    EdgeSettings,
    JournalSettings,
    OpsSettings,
    Settings,
    TargetSettings,
)
from bridge.settings.places import dotted, shown
from bridge.settings.pools import PoolSettings
from bridge.settings.resource_types import ResourceTypeSettings, SchemaFiles, kinds_of
from bridge.settings.seal import with_remedies
from bridge.settings.secrets import Secrets
from bridge.settings.target import COMMON, Check, read_target
from bridge.settings.unbuilt import take_out
from connectors.sdk import Plugin

Table = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)
SECTIONS = ("timezone", "journal", "edge", "ops", "alerts", "clients", "resource_types", "pools", "targets")
Judge = Callable[[Mapping[str, ResourceTypeSettings]], tuple[Iterable[Fault], Check]]
"""Told the declared resource types: gives their faults, and what is asked about each sound target."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def load(
    path: Path,
    plugins: Mapping[str, Plugin],
    judge: Judge = lambda _: ((), lambda _: ()),
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings of the file; `SettingsInvalid` with every fault."""
    folder = path.absolute().parent
    raw, faults = take_out(_parse(path))
    reading = _Reading(raw, {"secrets": Secrets(folder, environ), "schemas": SchemaFiles(folder)}, faults)
    directory = _directory(folder, environ)
    journal = reading.journal(directory)
    edge = reading.section("edge", EdgeSettings)
    ops = reading.section("ops", OpsSettings) if "ops" in raw else None
    alerts = reading.section("alerts", AlertSettings) if "alerts" in raw else None
    clients = reading.clients()
    types = reading.resource_types()
    type_faults, check = judge(types)
    reading.faults += type_faults
    reading.pools()
    targets = reading.targets(plugins, check)
    zone = reading.timezone()
    reading.whole(edge, ops, alerts)
    if reading.faults or journal is None or edge is None:
        raise SettingsInvalid(path, reading.faults)
    journal = journal.model_copy(update={"path": directory / journal.path})
    return Settings(
        file=path.absolute(),
        directory=directory,
        journal=journal,
        edge=edge,
        ops=ops,
        alerts=alerts,
        clients=clients,
        targets=targets,
        resource_types=types,
        timezone=zone,
    )


def _directory(folder: Path, environ: Mapping[str, str]) -> Path:
    """Where relative data paths lead: systemd's state directory, else the folder of the config."""
    state = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    return Path(state) if state else folder


def _parse(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        fault = Fault(str(path), None, "there is no such file", "make a working one with: scim-bridge init DIR")
    except OSError as error:
        fault = Fault(str(path), None, f"cannot be read: {os.strerror(error.errno or 0)}", "name a readable file")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        fault = Fault(f"line {line}", None, "is not text in UTF-8", "save the file in UTF-8")
    except tomllib.TOMLDecodeError as error:
        fault = _syntax(str(error))
    raise SettingsInvalid(path, [fault])


def _syntax(message: str) -> Fault:
    problem, _, where = message.rpartition(" (at ")
    remedy = "texts stand in quotes, tables in [brackets]: https://toml.io"
    return Fault(where.rstrip(")") or "the file", None, f"is not TOML: {problem or message}", remedy)


@dataclass
class _Reading:
    """The file while it is read: the faults gather here."""

    raw: Table
    context: Mapping[str, Any]
    faults: list[Fault] = field(default_factory=list)

    def section(self, name: str, model: type[Model]) -> Model | None:
        """One table, whole."""
        return self._model((name,), self.raw.get(name, {}), model)

    def journal(self, directory: Path) -> JournalSettings | None:
        """The journal's table; its relative path leads to `directory`."""
        journal, table = self.section("journal", JournalSettings), self.raw.get("journal", {})
        path = table.get("path") if isinstance(table, dict) else None
        path = path if isinstance(path, str) else JournalSettings.model_fields["path"].default
        self.faults = [*with_remedies(self.faults, directory / path)]
        return journal

    def clients(self) -> dict[str, ClientSettings]:
        """The clients that are sound."""
        found: dict[str, ClientSettings] = {}
        for name, table in self._tables("clients"):
            if "name" in table:
                self.faults.append(unknown(("clients", name, "name"), set(ClientSettings.model_fields) - {"name"}))
            elif client := self._model(("clients", name), {**table, "name": name}, ClientSettings):
                found[name] = client
        if not self.raw.get("clients"):
            remedy = 'write [clients.default] with token = "file:credentials/scim-token"'
            self.faults.append(Fault("clients", None, "is missing: nobody could send anything", remedy))
        self.faults += [*cross.one_writer(self.tenants()), *cross.own_tokens(found)]
        return found

    def resource_types(self) -> dict[str, ResourceTypeSettings]:
        """The declared resource types whose tables are sound."""
        found: dict[str, ResourceTypeSettings] = {}
        for name, table in self._tables("resource_types"):
            if "name" in table:
                known = {"schema", "endpoint", "description", "extensions"}
                self.faults.append(unknown(("resource_types", name, "name"), known))
            elif type_ := self._model(("resource_types", name), {**table, "name": name}, ResourceTypeSettings):
                found[name] = type_
        for kind in set(kinds_of(self.raw)) & COMMON:
            problem = f"the kind {kind} would be told by a key that means something else in [targets.NAME]"
            self.faults.append(Fault("resource_types", None, problem, "write another endpoint"))
        return found

    def pools(self) -> None:
        """What attributes may name as their pool: the models of the targets ask for it."""
        found = {
            name: self._model(("pools", name), {**table, "name": name}, PoolSettings)
            for name, table in self._tables("pools")
        }
        self.context = {**self.context, "pools": found}

    def tenants(self) -> dict[str, str]:
        """The tenant of each client."""
        clients = self.raw.get("clients")
        return cross.tenants_of(clients) if isinstance(clients, dict) else {}

    def targets(self, plugins: Mapping[str, Plugin], check: Check) -> dict[str, TargetSettings]:
        """The targets that are sound. Where all clients share one tenant, a target need not name it."""
        found: dict[str, TargetSettings] = {}
        tenants, kinds = set(self.tenants().values()), kinds_of(self.raw)
        for name, table in self._tables("targets"):
            target, faults = read_target(name, table, plugins, self.context, kinds, check)
            self.faults += [*faults, *cross.served_tenant(name, table, tenants)]
            if target is not None:
                if "tenant" not in table and len(tenants) == 1:
                    target = target.model_copy(update={"tenant": next(iter(tenants))})
                found[name] = target
        written = self.raw.get("targets")
        self.faults += cross.order_among(found, list(written) if isinstance(written, dict) else [])
        return found

    def timezone(self) -> ZoneInfo:
        """The timezone of the schedules."""
        name = self.raw.get("timezone", "UTC")
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, KeyError, TypeError, AttributeError):
            remedy = 'write one as in "Europe/Berlin" (the package tzdata brings them); absent = UTC'
            self.faults.append(Fault("timezone", shown((), name), "is not a timezone known here", remedy))
            return ZoneInfo("UTC")

    def whole(self, edge: EdgeSettings | None, ops: OpsSettings | None, alerts: AlertSettings | None) -> None:
        """What the file has beside the known sections, and what its sections say together."""
        self.faults += [unknown((key,), SECTIONS) for key in self.raw if key not in SECTIONS]
        if edge is not None:
            self.faults += [*cross.own_doors(edge, ops), *cross.own_certificate(edge)]
        self.faults += cross.plain_text(self.raw.get("edge"))
        if alerts is not None:
            self.faults += cross.whom_to_tell(alerts)

    def _tables(self, section: str) -> Iterable[tuple[str, Table]]:
        tables = self.raw.get(section, {})
        if not isinstance(tables, dict):
            self.faults.append(_no_table((section,)))
            return
        for name, table in tables.items():
            if not _NAME.fullmatch(name):
                remedy = "take letters, digits, - and _: it stands in commands and metrics"
                self.faults.append(Fault(dotted((section, name)), None, "is not a usable name", remedy))
            elif not isinstance(table, dict):
                self.faults.append(_no_table((section, name)))
            else:
                yield name, table

    def _model(self, place: tuple[str, ...], raw: object, model: type[Model]) -> Model | None:
        try:
            return model.model_validate(raw, context=self.context)
        except ValidationError as invalid:
            self.faults += explain(place, invalid, raw, model)
            return None


def _no_table(keys: tuple[str, ...]) -> Fault:
    place = dotted(keys)
    return Fault(place, None, "must be a table", f"write [{place}] and its keys below")
