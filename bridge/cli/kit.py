"""Run the certification kit by pytest on one target, and hear of each promise. Needs the extra `testing`.

The kit is named, not imported: pytest imports it itself, so that a broken promise is told with its values.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from bridge.cli.ground import Ground
from bridge.cli.verdicts import Outcome, Verdict
from connectors.sdk import Connector

KIT = "connectors.sdk.testing.certified"
PLUGINS = ("pytest_asyncio.plugin", "no:terminal", "no:cacheprovider")
OPTIONS = [
    "--noconftest",
    "-c",
    os.devnull,
    "-o",
    "asyncio_default_fixture_loop_scope=function",
    *(f"-p{each}" for each in PLUGINS),
]
_LINES = 3  # of why a promise is broken


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tried: connectors to the ground. `contracts` are the kit's classes whose promises are, in their order."""

    build: Callable[[], Connector]
    ground: Ground
    contracts: Sequence[str]


class Run:
    """The pytest plugin: hands in the subject, leaves out what is not offered, and tells each verdict once."""

    def __init__(self, subject: Subject, tell: Callable[[Verdict], None]) -> None:
        self._subject = subject
        self._tell = tell
        self._broken: set[str] = set()

    @pytest.fixture
    def subject(self) -> Subject:
        return self._subject

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        order = {contract: place for place, contract in enumerate(self._subject.contracts)}
        offered = [item for item in items if _contract(item) in order]
        items[:] = sorted(offered, key=lambda item: order[_contract(item)])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        promise = report.nodeid.rpartition("::test_")[2].replace("_", " ")
        if report.failed and promise not in self._broken:
            self._broken.add(promise)
            self._tell(Verdict(promise, Outcome.BROKEN, _why(report)))
        elif report.skipped:
            self._tell(Verdict(promise, Outcome.NOT_TRIED, _why(report)))
        elif report.when == "call" and report.passed:
            self._tell(Verdict(promise, Outcome.KEPT))


def run(subject: Subject, tell: Callable[[Verdict], None]) -> bool:
    """Try every promise that is offered, each on a target without entries; False where it was broken off."""
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}  # the kit alone, whatever is installed
    code = pytest.main(["--pyargs", KIT, *OPTIONS], plugins=[Run(subject, tell)])
    return code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


def _contract(item: pytest.Function) -> str:
    """The class of the kit that a promise stands in."""
    return str(item.function.__qualname__).partition(".")[0]


def _why(report: pytest.TestReport) -> str:
    match report.longrepr:
        case (_, _, str(reason)):
            return reason.removeprefix("Skipped: ")
        case None:
            return ""
    crash = getattr(report.longrepr, "reprcrash", None)
    told = str(report.longrepr) if crash is None else crash.message
    return "\n".join(told.strip().splitlines()[:_LINES])
