"""What the small REST app holds, and what shall go wrong with its next calls. The HTTP around it is in `app.py`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import web

Json = dict[str, Any]
NAMES = {"users": "login", "teams": "name"}
"""What names an entry of a kind."""
SHORTEST_PASSWORD = 8


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of this method and path (absent: any).

    `status` answers it and changes nothing; `drop` makes the change and cuts the connection; `hold` makes the change
    and answers only when `DELETE /faults` lets go; `delay` waits so many seconds before; `text` is answered as HTML.
    """

    method: str | None = None
    path: str | None = None
    times: int = 1
    status: int | None = None
    retry_after: str | None = None
    drop: bool = False
    hold: bool = False
    delay: float = 0.0
    text: str | None = None

    def concerns(self, request: web.Request) -> bool:
        return self.times > 0 and self.method in (None, request.method) and self.path in (None, request.path)


@dataclass
class App:
    """All that the app holds."""

    token: str
    unique: bool = False
    file: Path | None = None
    users: dict[str, Json] = field(default_factory=dict)
    teams: dict[str, Json] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    calls: list[Json] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        if self.file is not None and self.file.exists():
            held = json.loads(self.file.read_text())
            self.users, self.teams = held["users"], held["teams"]
        self._ids = count(1 + max((int(i[1:]) for i in (*self.users, *self.teams)), default=0))

    def state(self) -> Json:
        return {"users": self.users, "teams": self.teams}

    def save(self) -> None:
        if self.file is not None:
            beside = self.file.with_suffix(".new")
            beside.write_text(json.dumps(self.state()))
            beside.replace(self.file)

    def new_id(self, letter: str) -> str:
        return f"{letter}{next(self._ids)}"

    def is_taken(self, kind: str, body: Json, own: Json | None = None) -> bool:
        """Another has the name, in an app that wants each once."""
        name, held = NAMES[kind], self.state()[kind]
        others = (entry for entry in held.values() if entry is not own)
        return self.unique and name in body and any(entry[name] == body[name] for entry in others)

    def fault(self, request: web.Request) -> Fault:
        found = next((fault for fault in self.faults if fault.concerns(request)), None)
        if found is None:
            return Fault()
        found.times -= 1
        return found


def merge(entry: Json, change: Json) -> None:
    """JSON merge patch (RFC 7396), but null stays as null."""
    for name, value in change.items():
        if isinstance(value, dict) and isinstance(entry.get(name), dict):
            merge(entry[name], value)
        else:
            entry[name] = value
