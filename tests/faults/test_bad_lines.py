"""A directory and an app that hang, are gone without a word, talk nonsense, or lose their answers.

Whatever it is, calls are bounded, the breaker opens, the edge goes on, SIGTERM ends in time, nothing is there twice.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.slapd import PASSWORD, Slapd
from tests.daemon import PATCH, USER, Daemon
from tests.faults.parts import TOKEN, Parts, standing
from tests.proxy import Mode, Proxy, aside

TARGETS = ("corp", "app")
MOST_TRIES = 60
"""Deliveries that a target without answers may be tried with: what is in hand, and one probe now and then."""


@dataclass
class Lines:
    """What stands between the daemon and its targets."""

    parts: Parts
    directory: Proxy
    app: Proxy

    def daemon(self) -> Daemon:
        """A daemon that goes through the proxies and waits two seconds for an answer; not started.

        An attempt to connect that hangs is over by then too: the next would wait for it.
        """
        targets = self.parts.targets.replace(self.parts.slapd.url, self.directory.url)
        targets = targets.replace(self.parts.app_url, f"http://127.0.0.1:{self.app.port}")
        for connector, patience in (("ldap", "connect_timeout = 1\nanswer_timeout = 1\n"), ("rest", "")):
            named = f'connector = "{connector}"\n'
            targets = targets.replace(named, f'{named}timeout = "2s"\n{patience}')
        daemon = Daemon(self.parts.folder)
        daemon.configure(targets, **{"corp-bind": PASSWORD, "app-token": TOKEN})
        return daemon

    def go(self, mode: Mode) -> None:
        self.directory.mode = self.app.mode = mode

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """SIGSTOP to both targets."""
        self.parts.slapd.freeze()
        os.kill(self.parts.app_process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            self.parts.slapd.thaw()
            os.kill(self.parts.app_process.pid, signal.SIGCONT)

    @contextmanager
    def being(self, mode: Mode) -> Iterator[None]:
        self.go(mode)
        try:
            yield
        finally:
            self.go(Mode.PASS)


@pytest.fixture
def lines(tmp_path: Path, own_slapd: Callable[..., Slapd]) -> Iterator[Lines]:
    with ExitStack() as stack:
        parts = stack.enter_context(standing(tmp_path, own_slapd()))
        ports = parts.slapd.port, int(parts.app_url.rpartition(":")[2])
        yield Lines(parts, *(stack.enter_context(aside(port)) for port in ports))


def make(daemon: Daemon, prefix: str, count: int) -> list[str]:
    """Create users; their ids."""
    made = []
    for number in range(count):
        name = f"{prefix}{number}"
        body = {"schemas": [USER], "userName": name, "title": "t", "name": {"familyName": "Line"}}
        status, user = daemon.send("POST", "/Users", body)
        assert status == 201
        made.append(user["id"])
    return made


def entitle(daemon: Daemon, ids: list[str], title: str) -> None:
    for id_ in ids:
        operation = {"op": "replace", "path": "title", "value": title}
        status, _ = daemon.send("PATCH", f"/Users/{id_}", {"schemas": [PATCH], "Operations": [operation]})
        assert status == 200


@pytest.mark.parametrize(
    "trouble", [None, Mode.HOLE, Mode.GARBAGE, Mode.SWALLOW], ids=lambda t: t.name if t else "STOP"
)
def test_a_target_that_gives_no_answer_costs_nothing_but_time(lines: Lines, trouble: Mode | None) -> None:
    daemon = lines.daemon().start()
    try:
        ids = make(daemon, "before", 20)
        daemon.until(daemon.settled)
        with lines.frozen() if trouble is None else lines.being(trouble):
            make(daemon, "during", 20)
            entitle(daemon, ids, "new")
            for target in TARGETS:
                daemon.wait_for("target.went_down", target=target)
            assert daemon.stop() == 0
            daemon.start()
            make(daemon, "restarted", 5)
            for target in TARGETS:
                daemon.until(lambda t=target: daemon.status()["targets"][t]["breaker"] == "open")
            tries = Counter(line["target"] for line in daemon.lines if line.get("event") == "delivery.put_off")
        for target in TARGETS:
            daemon.ask("targets", "probe", target)
        daemon.until(daemon.settled, seconds=60)

        expected = Counter([(f"before{n}", "new") for n in range(20)])
        expected.update([(f"during{n}", "t") for n in range(20)] + [(f"restarted{n}", "t") for n in range(5)])
        held = lines.parts.held()
        assert dict.fromkeys((*TARGETS, "file"), expected) == held
        assert max(tries.values(), default=0) <= MOST_TRIES
        assert daemon.status()["parked"] == []
        assert daemon.stop() == 0
    finally:
        daemon.close()
