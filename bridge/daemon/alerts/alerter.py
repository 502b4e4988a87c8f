"""Tell each channel what is so, once, and once that it is over. Level-triggered, like a delivery.

What is so is compared with what was told; the difference is told, and tried again with growing waits where a channel
does not take it. What was told is kept in the journal, so that a restart tells nothing twice; a crash between the two
may. After the last try the difference counts as told: the log has it, and the next change of state is tried anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

from bridge.clock import Clock
from bridge.daemon.alerts.channels import Channel, NotTold, channels_of
from bridge.daemon.alerts.conditions import Condition, Watched, of_bridge, of_targets, of_tokens
from bridge.daemon.wiring import Unit
from bridge.journal import Journal, JournalError, alerts
from bridge.journal.alerts import Told
from bridge.settings import AlertSettings

log = structlog.get_logger()

EVERY = 2.0
"""Seconds between two looks at what is so."""
FIRST_WAIT, LONGEST_WAIT = 5.0, 600.0
MOST_TRIES = 10
"""Half an hour, with waits of 5 s, 10 s, 20 s … 10 min."""
AT_ONCE = 4


@dataclass(slots=True)
class _Tries:
    """How often one thing was told in vain, and when it is tried again, in seconds of the monotonic clock."""

    count: int = 0
    due: float = 0.0


@dataclass(frozen=True, slots=True)
class _News:
    """What one channel is to be told: that it is so, or that it is over."""

    channel: Channel
    told: Told
    condition: Condition | None

    @property
    def state(self) -> str:
        return "raised" if self.condition is not None else "cleared"


@dataclass
class Alerter:
    """`settings` are exchanged by a reload; None: nobody is told. `anchor`: why the anchor could not be written."""

    journal: Journal
    units: Mapping[str, Unit]
    clock: Clock
    settings: AlertSettings | None
    bridge: str
    anchor: str | None = None
    _told: dict[tuple[str, str], Told] = field(default_factory=dict)
    _unsaved: list[tuple[Told, bool]] = field(default_factory=list)
    _seen: dict[str, tuple[float, int]] = field(default_factory=dict)
    _tries: dict[tuple[str, str, str], _Tries] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._told = {(each.channel, each.key): each for each in self.journal.read(alerts.told)}

    async def run(self, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """For ever."""
        while True:
            await self.look()
            await wait(EVERY)

    async def look(self) -> None:
        """Tell what is new."""
        news = self._news()
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for each in news:
                group.create_task(self._tell(each, gate))
        await self._save()

    def _conditions(self, settings: AlertSettings) -> dict[str, Condition]:
        watched = [
            Watched(name, unit.health.breaker, unit.health.paused, unit.health.until_plan, unit.closed() is not None)
            for name, unit in self.units.items()
        ]
        now = self.clock.now()
        found = self.journal.read(lambda db: [*of_targets(db, watched, settings.parked), *of_tokens(db, now)])
        found += of_bridge(writable=self.journal.writable, anchor=self.anchor)
        return {condition.key: condition for condition in found}

    def _news(self) -> list[_News]:
        """What each channel has not been told yet, and is to be told now."""
        settings = self.settings
        if settings is None:
            return []
        so, now = self._conditions(settings), self.clock.monotonic()
        fresh = (now, self.clock.now())
        self._seen = {key: fresh if each.quiet else self._seen.get(key, fresh) for key, each in so.items()}
        news = []
        for channel in channels_of(settings):
            told = {key: each for (name, key), each in self._told.items() if name == channel.name}
            for key in so.keys() - told.keys():
                began, at = self._seen[key]
                if not so[key].quiet and (not so[key].waits or now - began >= settings.patience):
                    news.append(_News(channel, Told(channel.name, key, so[key].text, at), so[key]))
            news += [_News(channel, told[key], None) for key in told.keys() - so.keys()]
        keys = {(each.told.channel, each.told.key, each.state) for each in news}
        self._tries = {key: tries for key, tries in self._tries.items() if key in keys}
        return [each for each in news if self._tries_of(each).due <= now]

    def _tries_of(self, news: _News) -> _Tries:
        return self._tries.setdefault((news.told.channel, news.told.key, news.state), _Tries())

    async def _tell(self, news: _News, gate: asyncio.Semaphore) -> None:
        named = {"channel": news.told.channel, "alert": news.told.key, "state": news.state}
        try:
            async with gate:
                await news.channel.tell(self._document(news))
        except NotTold as error:
            await self._failed(news, str(error), named)
        except Exception as error:  # a bug here must not end the bridge
            log.error("alert.crashed", **named, exc_info=True)
            await self._failed(news, type(error).__name__, named)
        else:
            await self._keep(news)
            log.info("alert.told", **named)

    async def _failed(self, news: _News, reason: str, named: dict[str, str]) -> None:
        tries = self._tries_of(news)
        tries.count += 1
        tries.due = self.clock.monotonic() + min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (tries.count - 1))
        if tries.count < MOST_TRIES:
            log.warning("alert.put_off", **named, reason=reason, tries=tries.count)
        else:
            log.error("alert.given_up", **named, reason=reason, text=news.told.text)
            await self._keep(news)

    async def _keep(self, news: _News) -> None:
        place, is_so = (news.told.channel, news.told.key), news.condition is not None
        if is_so:
            self._told[place] = news.told
        else:
            self._told.pop(place, None)
        self._unsaved.append((news.told, is_so))
        await self._save()

    async def _save(self) -> None:
        """Keep what was told; where the journal cannot be written, at the next look that finds it can."""
        if not self._unsaved or not self.journal.writable:
            return
        unsaved, self._unsaved = self._unsaved, []
        try:
            await self.journal.submit(lambda tx: [(alerts.keep if so else alerts.forget)(tx, t) for t, so in unsaved])
        except JournalError:
            self._unsaved = unsaved + self._unsaved

    def _document(self, news: _News) -> dict[str, Any]:
        told, condition = news.told, news.condition
        event, _, rest = told.key.partition("/")
        return {
            "id": f"{told.key}@{told.at}",
            "event": event,
            "state": news.state,
            "target": rest.partition("/")[0] or None,
            "text": told.text,
            "remedy": condition.remedy if condition is not None else None,
            "since": datetime.fromtimestamp(told.at / 1000, UTC).isoformat(timespec="seconds"),
            "bridge": self.bridge,
        }
