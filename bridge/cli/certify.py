"""`scim-bridge connectors certify TARGET`: every promise of the protocol, tried on a configured target.

It writes made-up entries to the target and removes them again. So the target must be a throw-away: it may hold nothing
else of the kinds that are configured, and no daemon may run on the config.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Coroutine
from importlib.util import find_spec
from typing import Any, TypeVar

from bridge.cli.ground import NotCertified, leave, survey
from bridge.cli.verdicts import Verdict, show, sum_up
from bridge.daemon import logs, wiring
from bridge.daemon.control import protocol
from bridge.daemon.control.protocol import CommandFailed, NoDaemon
from bridge.daemon.resource_types import types_of
from bridge.mapping.made_up import NothingMade
from bridge.scim.declared import by_kind
from bridge.settings import Settings, SettingsInvalid
from bridge.settings.plugins import discover
from bridge.targets import Target
from connectors.sdk import ConnectorError

T = TypeVar("T")

CONTRACTS = {
    "members": "MembersContract",
    "activation": "ActivationContract",
    "password": "PasswordContract",
    "moves": "MovesContract",
    "marks": "MarksContract",
}
"""What a target may offer beside entries, and the kit's class for it."""
WARNING = """\
certify writes made-up entries to {target} and removes them again. It must be a throw-away: a base, a folder or an
account that holds nothing else. Nothing was written yet. If it is one, say so: --yes"""


def run(options: argparse.Namespace) -> int:
    """0 every promise is kept, 1 one is broken or nothing can be said, 2 the file is wrong or --yes is missing."""
    logs.configure("error", sys.stderr)
    try:
        return _certify(wiring.load_settings(options.config), options.target, options.yes)
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 2
    except (NotCertified, NothingMade, ConnectorError, CommandFailed) as error:
        print(f"scim-bridge connectors certify: {error}", file=sys.stderr)
        return 1


def _certify(settings: Settings, name: str, agreed: bool) -> int:
    if name not in settings.targets:
        raise NotCertified(f"there is no target {name}; there are: {', '.join(settings.targets) or 'none'}")
    if not agreed:
        print(WARNING.format(target=name), file=sys.stderr)
        return 2
    if missing := [package for package in ("pytest", "pytest_asyncio") if find_spec(package) is None]:
        raise NotCertified(f"{' and '.join(missing)} is not installed; pip install 'scim-bridge[testing]'")
    _no_daemon(settings)
    return _try_all(settings, name)


def _try_all(settings: Settings, name: str) -> int:
    from bridge.cli import kit

    plugins = discover()

    def target() -> Target:
        return wiring.target_of(settings, settings.targets[name], plugins)

    ground = _plainly(survey(target(), by_kind(types_of(settings))))
    print(f"{name}: {ground.probe.server}")
    verdicts: list[Verdict] = []

    def tell(verdict: Verdict) -> None:
        verdicts.append(verdict)
        show(verdict)

    contracts = ["ConnectorContract", *(CONTRACTS[each] for each in CONTRACTS if each in ground.offers)]
    is_whole = kit.run(kit.Subject(lambda: target().connector, ground, contracts), tell)
    is_kept = sum_up(verdicts, [each for each in CONTRACTS if each not in ground.offers])
    _plainly(leave(target(), ground))
    if not is_whole:
        raise NotCertified("broken off before all was tried: this is no verdict")
    return 0 if is_kept else 1


def _plainly(work: Coroutine[Any, Any, T]) -> T:
    """Whatever a connector raises that is none of the SDK's errors is a bug of it."""
    try:
        return asyncio.run(work)
    except (NotCertified, NothingMade, ConnectorError):
        raise
    except Exception as error:
        raise NotCertified(f"the connector failed ({type(error).__name__}: {error}); tell its author") from error


def _no_daemon(settings: Settings) -> None:
    try:
        protocol.ask(settings.journal.path.parent, "status")
    except NoDaemon:
        return
    raise NotCertified("a daemon runs on this config; certify with a config and a target of its own")
