"""A daemon whose wall clock the test sets, and changes that go on meanwhile."""

from __future__ import annotations

import json
import math
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.daemon import PATCH, USER, Daemon


class WallClock:
    """The clock of the daemons that run `module`: they read it all the time."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "wrong_by"
        self.be_wrong_by(0)

    def module(self, **wishes: Any) -> tuple[str, ...]:
        """For `Daemon.module`; with further wishes of `altered.py`."""
        return "tests.faults.altered", json.dumps({"clock": str(self._file), **wishes})

    def be_wrong_by(self, seconds: int) -> None:
        """At once."""
        new = self._file.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self._file)

    def show(self, moment: datetime) -> None:
        """Or a second more at most."""
        self.be_wrong_by(math.ceil(moment.timestamp() - time.time()))


def enrol(daemon: Daemon, logins: list[str]) -> list[str]:
    """Create these users; their ids."""
    bodies = [{"schemas": [USER], "userName": each, "title": "t0", "name": {"familyName": "Clock"}} for each in logins]
    return [daemon.send("POST", "/Users", body)[1]["id"] for body in bodies]


def entitle(daemon: Daemon, ids: list[str], title: str) -> None:
    """Give each of them this title."""
    operation = {"op": "replace", "path": "title", "value": title}
    for id_ in ids:
        status, _ = daemon.send("PATCH", f"/Users/{id_}", {"schemas": [PATCH], "Operations": [operation]})
        assert status == 200
