"""The connectors installed on this machine, found by entry point: our own have no privilege a plugin lacks.

A connector is imported when it is asked for: a broken one is a fault only of the target that uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points

from connectors.sdk import Plugin

GROUP = "scim_bridge.connectors"


class PluginBroken(Exception):
    """A connector is installed and cannot be used; `str()` says why."""


class Plugins(Mapping[str, Plugin]):
    """Connectors by name."""

    def __init__(self, points: Iterable[EntryPoint]) -> None:
        self._points: dict[str, set[EntryPoint]] = {}
        for point in points:
            self._points.setdefault(point.name, set()).add(point)
        self._loaded: dict[str, Plugin] = {}

    def __getitem__(self, name: str) -> Plugin:
        if name not in self._loaded:
            self._loaded[name] = _load(name, self._points[name])
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._points))

    def __contains__(self, name: object) -> bool:
        return name in self._points

    def __len__(self) -> int:
        return len(self._points)


def discover() -> Plugins:
    """All connectors that are installed."""
    return Plugins(entry_points(group=GROUP))


def _load(name: str, points: set[EntryPoint]) -> Plugin:
    values = sorted({point.value for point in points})
    if len(values) > 1:
        raise PluginBroken(f"several packages offer a connector of this name: {', '.join(values)}")
    try:
        plugin = next(iter(points)).load()
    except Exception as error:  # whatever a plugin's import raises is its own
        raise PluginBroken(f"{values[0]} cannot be imported: {type(error).__name__}: {error}") from error
    if not isinstance(plugin, Plugin):
        raise PluginBroken(f"{values[0]} is not a connectors.sdk.Plugin")
    return plugin
