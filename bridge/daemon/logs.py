"""Configure structlog: JSON lines on stdout for a service, a readable form on a terminal.

The one place that does. Event names are fixed words in the past tense; attribute values and secrets
are never logged, so nothing here needs to take them out again.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import MutableMapping
from typing import Any, TextIO

import orjson
import structlog

_SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


class Lines:
    """Where the lines go: those of one turn of the event loop are written at once, for each write wakes a reader.

    What someone may have to look at is written at once, and so is everything outside the loop.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._waiting: list[str] = []
        self._lock = threading.Lock()

    def debug(self, line: str) -> None:
        """Take a line that may wait until the loop has turned."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.warning(line)
            return
        with self._lock:
            self._waiting.append(line)
            if len(self._waiting) == 1:
                loop.call_soon(self.flush)

    def warning(self, line: str) -> None:
        """Write a line, after those that wait."""
        with self._lock:
            self._waiting.append(line)
        self.flush()

    info = msg = debug
    error = critical = exception = fatal = warning

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            if self._waiting:
                text = "\n".join([*self._waiting, ""])
                self._waiting.clear()
                self._out.write(text)
                self._out.flush()


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send every log line of this process to `stream` (stdout), from `level` on."""
    out = stream or sys.stdout
    lines = Lines(out)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    if out.isatty():
        # plain: the rich one, where it is installed, shows the values of every local variable, and takes seconds for it
        plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        tail: list[structlog.types.Processor] = [plain]
    else:
        tail = [
            structlog.processors.format_exc_info,
            _unicode_safe,
            structlog.processors.JSONRenderer(serializer=_json),
        ]
    structlog.configure(
        processors=[*_SHARED, *tail],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=True,
    )
    _adopt_standard_logging(out, threshold)


def _adopt_standard_logging(out: TextIO, threshold: int) -> None:
    """Libraries log through `logging`: same stream, same shape, warnings and worse."""
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(serializer=_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(threshold, logging.WARNING))


def _unicode_safe(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A traceback may quote half a character; the line is written all the same."""
    text = event.get("exception")
    if isinstance(text, str):
        event["exception"] = text.encode("utf-8", "backslashreplace").decode()
    return event


def _json(event: Any, default: Any = None, **_: Any) -> str:
    return orjson.dumps(event, default=default, option=orjson.OPT_NON_STR_KEYS).decode()
