"""Connectors found by entry point, imported when asked for."""

from importlib.metadata import EntryPoint

import pytest

from bridge.settings.plugins import GROUP, PluginBroken, Plugins, discover


def test_our_own_connectors_are_found_like_any_other() -> None:
    assert {"csv", "ldap", "rest"} <= set(discover())


def test_finding_imports_nothing() -> None:
    plugins = Plugins([EntryPoint("b", "no.such:plugin", GROUP), EntryPoint("a", "neither:plugin", GROUP)])

    assert ["a", "b"] == list(plugins)
    assert "a" in plugins
    assert 2 == len(plugins)


def test_a_name_that_is_not_installed_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Plugins([])["x"]


def test_two_packages_of_one_name_are_told_apart_by_nobody() -> None:
    plugins = Plugins([EntryPoint("a", "one:plugin", GROUP), EntryPoint("a", "two:plugin", GROUP)])

    with pytest.raises(PluginBroken, match="several packages offer a connector of this name: one:plugin, two:plugin"):
        plugins["a"]


def test_what_is_no_plugin_is_refused() -> None:
    with pytest.raises(PluginBroken, match=r"is not a connectors\.sdk\.Plugin"):
        Plugins([EntryPoint("a", "json:dumps", GROUP)])["a"]


def test_a_package_listed_twice_is_one_plugin() -> None:
    point = EntryPoint("a", "connectors.sdk:Plugin", GROUP)

    assert 1 == len(Plugins([point, point]))
