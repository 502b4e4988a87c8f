"""`scim-bridge connectors list`: what is installed, and whether it can be used."""

from __future__ import annotations

import argparse

from bridge.settings.plugins import PluginBroken, discover


def run(_options: argparse.Namespace) -> int:
    """A line each; 1 where one is broken."""
    plugins, broken = discover(), 0
    for name in plugins:
        try:
            print(f"{name}\t{plugins[name].settings.__module__}")
        except PluginBroken as error:
            broken += 1
            print(f"{name}\tBROKEN: {error}")
    return 1 if broken else 0
